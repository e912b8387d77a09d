"""Rules over usage, budgets and outcomes: typed, tested, back-tested, explained, and quiet."""
