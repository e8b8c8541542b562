"""The library: its schema, building it, publishing it, reading it."""
