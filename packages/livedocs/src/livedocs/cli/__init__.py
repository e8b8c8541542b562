"""The terminal face: ``livedocs build|serve|up|search|show|docsets|remove``."""
