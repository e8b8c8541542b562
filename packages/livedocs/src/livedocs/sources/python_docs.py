"""What is true of Python's own documentation, whichever way it comes."""

from __future__ import annotations

import re

PYTHON_LICENCE = "Python Software Foundation License Version 2"
"""As the foot of its pages says."""

_MINOR_VERSION = re.compile(r"\d+\.\d+")


def python_docs_url(version: str) -> str | None:
    """Where the pages of a version are on the web.

    Args:
        version: ``3.13`` or ``3.13.1``; releases of one minor version share an address.

    Returns:
        The address, ending in ``/``; None when the version has no minor part.
    """
    minor = _MINOR_VERSION.match(version)
    return f"https://docs.python.org/{minor[0]}/" if minor else None
