"""What people read: one page dataclass and one JSON template a message, escaping, limits, charts."""
