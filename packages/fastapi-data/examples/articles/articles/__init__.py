"""Articles that are written, changed, listed and deleted."""
