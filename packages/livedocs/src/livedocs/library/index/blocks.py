"""The postings of a library: those of the docsets that stay joined with a new docset's, in blocks, the best first."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from livedocs.library.postings import BLOCK_ENTRIES, Postings, pack_postings, unpack_postings

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from livedocs.library.gaps import Gap

_GREATEST = 255
_POSTING_ROW = "INSERT INTO posting (term, block, entry_count, data) VALUES (?, ?, ?, ?)"


def stored_postings(connection: sqlite3.Connection, removed: Gap | None) -> Iterator[tuple[str, Postings]]:
    """Each term of a library with its postings by entry, in the order of the terms.

    Args:
        connection: to the library.
        removed: entries to leave out; those behind them move up.
    """
    rows = connection.execute("SELECT term, data FROM posting ORDER BY term, block")
    for term, blocks in groupby(rows, key=itemgetter(0)):
        found = _in_order([unpack_postings(data) for _, data in blocks])
        if removed is not None:
            found = _without(found, removed)
        if len(found.entry_ids):
            yield term, found


def joined(
    kept: Iterable[tuple[str, Postings]], added: Iterable[tuple[str, Postings]]
) -> Iterator[tuple[str, Postings]]:
    """Two lots of postings as one, in the order of the terms.

    Args:
        kept: in the order of the terms.
        added: likewise; ids are greater than any of those kept.
    """
    added = iter(added)
    new = next(added, None)
    for term, found in kept:
        while new is not None and new[0] < term:
            yield new
            new = next(added, None)
        if new is not None and new[0] == term:
            yield term, Postings.together([found, new[1]])
            new = next(added, None)
        else:
            yield term, found
    if new is not None:
        yield new
    yield from added


def write_postings(
    connection: sqlite3.Connection, terms: Iterable[tuple[str, Postings]], promise: NDArray[np.float64]
) -> None:
    """Fill ``posting`` and ``vocabulary``.

    Args:
        connection: to the new library.
        terms: each with its postings by entry, in the order of the terms.
        promise: of each entry, see `livedocs.library.index.columns.EntryColumns`.
    """
    connection.executemany(
        _POSTING_ROW,
        (
            (term, number, len(found.entry_ids), pack_postings(block))
            for term, found in terms
            for number, block in enumerate(blocks(found, promise))
        ),
    )
    connection.execute(
        "INSERT INTO vocabulary (term, entry_count) SELECT term, entry_count FROM posting WHERE block = 0"
    )


def blocks(postings: Postings, promise: NDArray[np.float64]) -> Iterator[Postings]:
    """Cut the postings of a term into blocks, the most promising entries first; by entry inside a block."""
    if len(postings.entry_ids) <= BLOCK_ENTRIES:
        yield postings
        return
    says = (postings.text.astype(np.float64) + postings.heading) / _GREATEST
    best_first = np.argsort(-(says + promise[postings.entry_ids - 1]), kind="stable")
    for start in range(0, len(best_first), BLOCK_ENTRIES):
        yield _chosen(postings, np.sort(best_first[start : start + BLOCK_ENTRIES]))


def _in_order(found: list[Postings]) -> Postings:
    if len(found) == 1:
        return found[0]
    every = Postings.together(found)
    return _chosen(every, np.argsort(every.entry_ids))


def _without(postings: Postings, removed: Gap) -> Postings:
    ids = postings.entry_ids
    first = np.searchsorted(ids, removed.first)
    behind = np.searchsorted(ids, removed.first + removed.count)
    return Postings(
        np.concatenate((ids[:first], ids[behind:] - np.uint32(removed.count))),
        np.concatenate((postings.text[:first], postings.text[behind:])),
        np.concatenate((postings.heading[:first], postings.heading[behind:])),
    )


def _chosen(postings: Postings, positions: NDArray[np.intp]) -> Postings:
    return Postings(postings.entry_ids[positions], postings.text[positions], postings.heading[positions])
