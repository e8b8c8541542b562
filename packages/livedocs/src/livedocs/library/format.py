"""What tells a library file from any other, and one version of it from another."""

from __future__ import annotations

SCHEMA_VERSION = 2
"""Raised by every change that an older livedocs could not read; written to SQLite's ``user_version``."""

APPLICATION_ID = 0x4C444F43
"""``LDOC``, written to SQLite's ``application_id`` so that a library is told from any other SQLite file."""
