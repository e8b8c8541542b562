"""How ``livedocs`` was called, so that advice names a command that works where it is read."""

from __future__ import annotations

import os

_COMMAND_VARIABLE = "LIVEDOCS_COMMAND"
"""Internal: ``./run`` of a checkout sets it, because it puts nothing on PATH."""


def command() -> str:
    """What to type in front of a command's name: ``livedocs``, or ``./run`` in a checkout."""
    return os.environ.get(_COMMAND_VARIABLE, "livedocs")


def as_called(message: str) -> str:
    """A message whose advice, written as ``'livedocs build python'``, names the command as it was called."""
    return message.replace("'livedocs ", f"'{command()} ")
