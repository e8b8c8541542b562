"""The licence in a Debian package's copyright file."""

from __future__ import annotations

import re
from pathlib import Path

_FORMAT = re.compile(r"https?://www\.debian\.org/doc/packaging-manuals/copyright-format/1\.0/?")
# What tells well-known licences apart in prose, the more special ones first; names as on the SPDX licence list.
_IN_PROSE = (
    (re.compile(r"python software foundation license", re.IGNORECASE), "PSF-2.0"),
    (
        re.compile(
            r"redistribution and use in source and binary forms.*(neither the name|names? of .{0,80} may not)",
            re.IGNORECASE,
        ),
        "BSD-3-Clause",
    ),
    (re.compile(r"redistribution and use in source and binary forms", re.IGNORECASE), "BSD-2-Clause"),
    (re.compile(r"permission is hereby granted, free of charge", re.IGNORECASE), "MIT"),
    (re.compile(r"apache license,? version 2", re.IGNORECASE), "Apache-2.0"),
    (re.compile(r"gnu lesser general public license", re.IGNORECASE), "LGPL"),
    (re.compile(r"gnu general public license", re.IGNORECASE), "GPL"),
)
_FIELD = re.compile(r"([!-9;-~]+):[ \t]*(.*(?:\n[ \t].*)*)")


def licence_in_copyright(path: Path) -> str | None:
    """Read the short name of the licence of ``Files: *``, or recognise a well-known licence in prose.

    The format is Debian's "Machine-readable debian/copyright file", version 1.0; older packages have prose.

    Returns:
        The short name, e.g. ``BSD-3-clause``; None when there is no such file, or its licence is not known.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    stanzas = [_fields(stanza) for stanza in re.split(r"\n[ \t]*\n", text)]
    if not _FORMAT.fullmatch(stanzas[0].get("format", "")):
        prose = " ".join(text.split())
        return next((name for words, name in _IN_PROSE if words.search(prose)), None)
    for stanza in stanzas:
        if "*" in stanza.get("files", "").split():
            return stanza.get("license", "").partition("\n")[0].strip() or None
    return None


def _fields(stanza: str) -> dict[str, str]:
    """Field names in lower case, to values with their continuation lines."""
    return {match[1].lower(): match[2].strip() for match in _FIELD.finditer(stanza)}
