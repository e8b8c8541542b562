"""livedocs: live search for documentation, as you type, offline, for web, API and terminal."""

__version__ = "0.1.0"
