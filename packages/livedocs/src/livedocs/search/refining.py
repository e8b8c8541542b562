"""Steps from one query to the next: a filter it holds taken out, or one written behind it that its hits suggest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from livedocs.search.reading import MAX_QUERY_CHARS, clean, filters_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from livedocs.search.models import Hit

_SUGGESTED_OF_A_SORT = 3


@dataclass(frozen=True, slots=True)
class Refinement:
    """A filter and the query that the step leads to.

    Attributes:
        words: the filter as it is written, e.g. ``kind:class``.
        query: the query without it when it was there, else with it.
    """

    words: str
    query: str


def applied(query: str) -> list[Refinement]:
    """The filters a query holds, each with the query without it.

    >>> applied("json kind:class")
    [Refinement(words='kind:class', query='json')]
    """
    return [Refinement(query[start:end], clean(f"{query[:start]} {query[end:]}")) for start, end in filters_in(query)]


def suggested(query: str, hits: Sequence[Hit]) -> list[Refinement]:
    """Filters that would part the hits of a query, each with the query that holds it.

    Args:
        query: as typed.
        hits: what it found.
    """
    held = " ".join(query[start:end] for start, end in filters_in(query))
    words: list[str] = []
    if "docset:" not in held and "@" not in held:
        words += [f"docset:{docset}" for docset in _most_frequent(_docsets(hits))]
    if "kind:" not in held:
        words += [f"kind:{kind}" for kind in _most_frequent(hit.kind for hit in hits)]
    if "deprecated:" not in held and len({hit.deprecated for hit in hits}) > 1:
        words.append("deprecated:no")
    asked = query.rstrip()
    return [Refinement(word, f"{asked} {word}") for word in words if len(asked) + len(word) < MAX_QUERY_CHARS]


def _docsets(hits: Sequence[Hit]) -> list[str]:
    """Docset of each hit, with its version where hits are of several."""
    versions = Counter(name for name, _ in {(hit.docset, hit.version) for hit in hits})
    return [f"{hit.docset}@{hit.version}" if versions[hit.docset] > 1 else hit.docset for hit in hits]


def _most_frequent(values: Iterable[str]) -> list[str]:
    """The most frequent of several values; none when all are the same."""
    counted = Counter(values)
    return [value for value, _ in counted.most_common(_SUGGESTED_OF_A_SORT)] if len(counted) > 1 else []
