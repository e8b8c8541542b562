"""Typed access to the rows of one mapped class."""
