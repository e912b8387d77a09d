"""What Slack takes: Block Kit's shapes and limits on each surface, and what its elements hold."""
