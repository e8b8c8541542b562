"""The terminal face: ``livedocs build|embed|serve|up|search|show|docsets|remove``."""
