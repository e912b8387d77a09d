"""What the app calls: Slack's Web API, one family of methods a file, served by `endpoints`."""
