"""Pages of the documentation, read in place."""
