"""What to offer beside hits, or in their place: what limited a search, and other wordings of the query."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from livedocs.library.keys import split_docset
from livedocs.search.reading import clean, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livedocs.search.models import Filters

_LIKE_A_FILTER = re.compile(r"[^\W\d]+:[\w.@-]+")
_LONGEST_LIMIT = 100
"""Characters of a word that say whether it is a filter or excluded."""


def limits(query: str, filters: Filters, *, docsets: Sequence[str], kinds: Sequence[str]) -> list[str]:
    """Say what a search was limited to, and what there is where that names nothing.

    Args:
        query: as typed; it may hold filters, too.
        filters: those given beside it.
        docsets: what the library holds, as ``python@3.11``.
        kinds: kinds of entries it holds.

    Returns:
        Sentences; none when nothing limited the search.
    """
    parsed = parse(query, filters)
    applied = parsed.filters
    said: list[str] = []
    if applied.docset or applied.version:
        wanted = f"version {applied.version}"
        if applied.docset:
            wanted = f"the docset {applied.docset}{applied.version and '@'}{applied.version}"
        known = any(
            applied.docset in {"", name} and applied.version in {"", version}
            for name, version in map(split_docset, docsets)
        )
        said.append(f"Only {wanted} was searched.{_there_is('The library holds', docsets, known=known)}")
    if applied.kind:
        there_is = _there_is("There are", kinds, known=applied.kind in kinds)
        said.append(f"Only entries of the kind {applied.kind} were searched.{there_is}")
    if applied.module:
        said.append(f"Only the module {applied.module} was searched.")
    if applied.added:
        said.append(f"Only what came in version {applied.added} was searched; versions are written as 3.11.")
    if applied.deprecated is not None:
        said.append(f"Only what is {'' if applied.deprecated else 'not '}deprecated was searched.")
    if parsed.phrases:
        said.append(f"Only what says {_listed(parsed.phrases)} just so was searched.")
    if parsed.excluded:
        said.append(f"What speaks of {_listed(parsed.excluded)} was left out.")
    return said


def as_typed(query: str) -> str:
    """A query for the same words just as they are written: in quotes, which nothing corrects; filters stay outside.

    >>> as_typed("get_tmeplate kind:method")
    '"get_tmeplate" kind:method'
    """
    words, limiting = _parted(query)
    return " ".join([f'"{words}"', *limiting])


def unlimited(query: str) -> str:
    """A query for the same words wherever they stand: without filters, quotes and excluded words.

    >>> unlimited('"to dump" kind:method -json')
    'to dump'
    """
    return _parted(query)[0]


def means_filters(query: str) -> bool:
    """Whether words of a query look like filters, though none of them is one.

    >>> means_filters("type:class open"), means_filters("KeyError: 'x'")
    (True, False)
    """
    return any(map(_LIKE_A_FILTER.fullmatch, query.split()))


def _parted(query: str) -> tuple[str, list[str]]:
    words = clean(query.replace('"', " ")).split()
    limiting = [word for word in words if _limits(word)]
    return " ".join(word for word in words if word not in limiting), limiting


def _limits(word: str) -> bool:
    if not (word.startswith("-") or ":" in word):
        return False
    read = parse(f"x {word[:_LONGEST_LIMIT]}")
    return bool(read.filters or read.excluded)


def _there_is(said: str, items: Sequence[str], *, known: bool) -> str:
    return "" if known else f" {said}: {', '.join(items) or 'none'}."


def _listed(wordings: Sequence[str]) -> str:
    return ", ".join(f"“{wording}”" for wording in wordings)
