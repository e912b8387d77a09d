"""How payloads reach the app, over Socket Mode or signed HTTP, and what they look like."""
