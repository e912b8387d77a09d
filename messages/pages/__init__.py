"""One frozen dataclass for every message, form and view; each names the template that draws it."""
