"""Verbs: each owns one transaction; shared by Slack, the scheduler and the command line."""
