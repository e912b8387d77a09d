"""What people do in Slack, one verb each, and what comes of it."""
