"""Slack's Web API, one family of methods a file, gathered in `registry.METHODS`."""
