"""Usage in: one file a vendor, each a fetch and a pure parse into the normalised usage record."""
