"""Is the process alive, can it answer."""
