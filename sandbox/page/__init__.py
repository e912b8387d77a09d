"""The browser half of the sandbox: Slack's look and behaviour, rendered on the server."""
