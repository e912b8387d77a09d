"""What people type, read into typed intents. Pure: `now` and the zone are arguments."""
