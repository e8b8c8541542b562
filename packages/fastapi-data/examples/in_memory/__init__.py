"""Users from a SQLite file, served from memory and cached."""
