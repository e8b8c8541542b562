"""How a hit is put into words and marks: kinds for people, matched parts marked, a signature around its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from livedocs.search.models import Hit

_KINDS = {
    "envvar": "environment variable",
    "pdbcommand": "pdb command",
    "term": "glossary term",
}
_PREFIX = re.compile(r"@?|(?:\w+\s+)+")
"""What may stand before a name in its signature: ``@``, or words such as ``class`` and ``async``."""

_BREAK_AFTER = re.compile(r"(?<=[.(\[])(?=[^\W\d]|[<*])")
"""Where a line of code may end on a narrow screen, though no space is there."""

_LONGEST_LINE = 180
"""Characters of a summary: more never fit into its line."""

PROSE_KINDS = frozenset({"section", "term"})
"""Kinds whose names are words of a sentence rather than code."""


def search_address(query: str, *, explain: bool = False, path: str = "/search") -> str:
    """Address of a search.

    >>> search_address("a b", explain=True)
    '/search?q=a%20b&explain=1'
    """
    return f"{path}?q={quote(query, safe='', errors='replace')}{'&explain=1' if explain else ''}"


def kind_label(kind: str) -> str:
    """A kind in words for people.

    >>> kind_label("class"), kind_label("envvar"), kind_label("c-function")
    ('class', 'environment variable', 'C function')
    """
    if kind.startswith("c-"):
        return f"C {kind.removeprefix('c-')}"
    return _KINDS.get(kind, kind)


def mark_matches(text: str, terms: Sequence[str]) -> Markup:
    """Escape a text and mark what was searched for: where words begin if any does, else wherever it stands.

    >>> mark_matches("json.dump <obj>", ("dump",))
    Markup('json.<mark>dump</mark> &lt;obj&gt;')
    """
    escaped = escape(text)
    places = _places(text, terms)
    if not places:
        return escaped
    # Most texts hold nothing to escape: their pieces need not be looked at one by one.
    safe: Callable[[str], str] = str if len(escaped) == len(text) else escape
    pieces: list[str] = []
    end = 0
    for start, stop in places:
        pieces += (safe(text[end:start]), "<mark>", safe(text[start:stop]), "</mark>")
        end = stop
    pieces.append(safe(text[end:]))
    return Markup("".join(pieces))  # noqa: S704 - every piece that is not ours is escaped


def _places(text: str, terms: Sequence[str]) -> list[tuple[int, int]]:
    """Where terms stand in a text, from the first to the last; of several that begin or overlap there the longest.

    Looked for without regular expressions: one would have to be compiled for each query, which takes longer than this.
    """
    folded = text.lower()
    if len(folded) != len(text):  # a letter that is two in lower case would move all that follow
        folded = text
    beginnings: list[tuple[int, int]] = []
    others: list[tuple[int, int]] = []
    for term in map(str.lower, terms):
        start = folded.find(term) if term else -1
        while start >= 0:
            stop = start + len(term)
            # The end is negative so that of those that begin together the longest comes first.
            (others if start and folded[start - 1].isalnum() else beginnings).append((start, -stop))
            start = folded.find(term, stop)
    end = 0
    places: list[tuple[int, int]] = []
    for start, negative in sorted(beginnings or others):
        if start >= end:
            end = -negative
            places.append((start, end))
    return places


def first_words(text: str) -> str:
    """As much of a paragraph as a line can show.

    >>> first_words("Short.")
    'Short.'
    """
    return text if len(text) <= _LONGEST_LINE else f"{text[:_LONGEST_LINE].rpartition(' ')[0]} …"


def breakable(code: str) -> Markup:
    """Escape code and let its lines end behind dots and opening brackets, rather than inside of a name.

    Args:
        code: plain text, or what `mark_matches` made.

    >>> breakable("Condition.wait_for(predicate, timeout=1.5)")
    Markup('Condition.<wbr>wait_for(<wbr>predicate, timeout=1.5)')
    """
    return Markup(_BREAK_AFTER.sub("<wbr>", escape(code)))  # noqa: S704 - escaped; the pattern is never in a tag


def place(hit: Hit) -> str:
    """Where a hit stands, outermost first, in one line."""
    return " › ".join((f"{hit.docset} {hit.version}", *hit.breadcrumb))  # noqa: RUF001 - not meant as "greater than"


@dataclass(frozen=True, slots=True)
class Heading:
    """A hit's first line: what stands before its name, the name, and what stands behind it.

    Attributes:
        before: e.g. ``class ``.
        name: the full name.
        after: e.g. ``(obj, fp, *, skipkeys=False)``.
    """

    before: str
    name: str
    after: str


def heading(hit: Hit) -> Heading:
    """Take a signature apart around the name, so that the name is said once, and the kind only by its badge."""
    for name in (hit.name, hit.name.rpartition(".")[2] or hit.name):
        at = hit.signature.find(name)
        before, after = hit.signature[: max(at, 0)], hit.signature[at + len(name) :]
        if at >= 0 and _PREFIX.fullmatch(before):
            return Heading("" if before.strip() == hit.kind else before, hit.name, after)
    return Heading("", hit.name, f" {hit.signature}" if hit.signature else "")


def heading_line(hit: Hit, terms: Sequence[str]) -> Markup:
    """A hit's first line as HTML: its name in bold, what was searched for marked, code able to break.

    Args:
        hit: the hit.
        terms: what was searched for.
    """
    parts = heading(hit)
    name = mark_matches(parts.name, terms)
    if hit.kind not in PROSE_KINDS:
        name = breakable(name)
    return Markup(f"{escape(parts.before)}<b>{name}</b>{breakable(parts.after)}")  # noqa: S704 - each part is escaped
