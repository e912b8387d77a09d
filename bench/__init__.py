"""Measured questions, one a file, each against a named limit or peer in the same run."""
