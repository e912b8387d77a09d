"""A local Slack workspace that speaks Slack's own protocol. A separate program; it imports nothing of Mileage."""
