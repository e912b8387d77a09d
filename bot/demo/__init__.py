"""The demo: a made-up organisation whose weeks are imported, declared and verified for real."""
