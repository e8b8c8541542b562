"""The terminal face: ``livedocs build|embed|remove|publish|migrate|serve|up|search|show|docsets|config``."""
