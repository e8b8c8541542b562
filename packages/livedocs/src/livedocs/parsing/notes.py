"""Version notes: what came, changed or goes in which version."""

from __future__ import annotations

import re

from livedocs.parsing.models import VersionNote
from livedocs.parsing.outline import Element
from livedocs.parsing.text import inline_text, plain_text

_CHANGES = {
    "versionadded": "added",
    "versionchanged": "changed",
    "deprecated": "deprecated",
    "deprecated-removed": "deprecated",
    "soft-deprecated": "deprecated",
    "versionremoved": "removed",
    "version-added": "added",
    "version-changed": "changed",
    "version-deprecated": "deprecated",
    "version-removed": "removed",
}
_LABEL = re.compile(r'<span class="[^"]*\bversionmodified\b[^"]*">(.*?)</span>', re.DOTALL)
# Translations word the label freely; the version is the first number in it when no "version" or "since" precedes.
_VERSION = re.compile(r"(?:[Vv]ersion|since(?! version))\s+([^\s:,;]+)|(\d[\w.+-]*)")


def change_of(element: Element) -> str | None:
    """The kind of change that a version note states; None when the element is no version note."""
    if element.tag != "div":
        return None
    return next((_CHANGES[name] for name in element.classes if name in _CHANGES), None)


def read_note(change: str, html: str) -> VersionNote:
    """Read the content of a version note.

    Args:
        change: what `change_of` said.
        html: the note's sanitised content.
    """
    label = _LABEL.search(html)
    if label is None:
        return VersionNote(change, "", plain_text(html))
    words = inline_text(label[1])
    rest = plain_text(html[: label.start()] + html[label.end() :])
    found = _VERSION.search(words)
    if found is None:
        return VersionNote(change, "", rest)
    version = (found[1] or found[2]).rstrip(".")
    addition = words[found.end() :].strip(" ,.:;")
    return VersionNote(change, version, ": ".join(part for part in (addition, rest.lstrip(": ")) if part))
