"""The edge: Slack listeners, flows, delivery, schedule, command line, settings and wiring."""
