"""Folders in PostgreSQL."""
