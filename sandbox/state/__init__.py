"""What the workspace remembers, all of it in memory, and the invariants that Slack keeps."""
