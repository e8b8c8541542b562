"""Slow answers, cached: JSON and a page."""
