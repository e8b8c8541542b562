"""The search page and the fragment that replaces its results while one types."""
