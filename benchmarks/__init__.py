"""Measurements: relevance and speed, each printed beside what it is compared with."""
