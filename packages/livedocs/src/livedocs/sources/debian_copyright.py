"""The licence in a Debian package's copyright file."""

from __future__ import annotations

import re
from pathlib import Path

_FORMAT = re.compile(r"https?://www\.debian\.org/doc/packaging-manuals/copyright-format/1\.0/?")
_FIELD = re.compile(r"([!-9;-~]+):[ \t]*(.*(?:\n[ \t].*)*)")


def licence_in_copyright(path: Path) -> str | None:
    """Read the short name of the licence of ``Files: *``.

    The format is Debian's "Machine-readable debian/copyright file", version 1.0.

    Returns:
        The short name, e.g. ``BSD-3-clause``; None when there is no such file, or it is in prose.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    stanzas = [_fields(stanza) for stanza in re.split(r"\n[ \t]*\n", text)]
    if not _FORMAT.fullmatch(stanzas[0].get("format", "")):
        return None
    for stanza in stanzas:
        if "*" in stanza.get("files", "").split():
            return stanza.get("license", "").partition("\n")[0].strip() or None
    return None


def _fields(stanza: str) -> dict[str, str]:
    """Field names in lower case, to values with their continuation lines."""
    return {match[1].lower(): match[2].strip() for match in _FIELD.finditer(stanza)}
