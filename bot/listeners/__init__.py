"""Slack listeners by kind: parse into an intent, call one flow, render one page."""
