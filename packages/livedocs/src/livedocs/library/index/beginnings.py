"""Stored answers for the beginnings of names: those that so many keys have that a key press should not look at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from livedocs.library.areas import Area
from livedocs.library.keys import MAX_KEY_CHARS, Form
from livedocs.library.postings import BEGINNING_MATCHES, Matches, pack_matches

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from livedocs.library.index.columns import EntryColumns

FORM_POINTS = {
    Form.NAME: 62.0,
    Form.TERM: 60.0,
    Form.SUFFIX: 54.0,
    Form.TITLE: 48.0,
    Form.SYNTAX: 48.0,
    Form.INDEX: 46.0,
    Form.LINK: 38.0,
}
"""What a beginning is worth, by the form in which the whole key names its entry.

These are the weights of `livedocs.search.rules`, which this layer may not import, as far as they can be known before
anything is asked; a test compares them (``tests/search/test_stored_beginnings.py``). With others a key press would not
be shown the entries that its rules put first.
"""
COMPLETE_POINTS = 16.0
"""For a key of which all is typed; less in proportion to what is missing."""
POINTS_PER_DOUBLING = 2.0
"""Each time the number of links doubles, up to `MOST_DOUBLINGS`."""
MOST_DOUBLINGS = 8.0
ELSEWHERE_POINTS = -28.0
"""For release notes and the interface for another language, see `livedocs.library.areas`."""
DEPRECATED_POINTS = -10.0

_GREATEST_WEIGHT = np.iinfo(np.uint16).max
_KEYS_COMPARED_AT_ONCE = 16384


@dataclass(frozen=True, slots=True)
class _Keys:
    """Every key of a library, in the order of its characters; one element a row of ``name_key``."""

    keys: list[str]
    entry_ids: NDArray[np.int64]
    forms: NDArray[np.int64]
    chars: NDArray[np.int64]
    weights: NDArray[np.int64]
    promise: NDArray[np.float64]

    def best(self, start: int, end: int, typed: int) -> Matches | None:
        """The most promising of consecutive keys; None when those that are longer than what was typed are few."""
        longer = np.flatnonzero(self.chars[start:end] > typed) + start
        if len(longer) <= BEGINNING_MATCHES:
            return None
        promise = self.promise[longer] + COMPLETE_POINTS * typed / self.chars[longer]
        best_first = longer[np.lexsort((self.forms[longer], self.entry_ids[longer], -promise))]
        _, firsts = np.unique(self.entry_ids[best_first], return_index=True)
        chosen = best_first[np.sort(firsts)[:BEGINNING_MATCHES]]
        return Matches(
            self.entry_ids[chosen].astype(np.uint32),
            self.forms[chosen].astype(np.uint8),
            self.chars[chosen].astype(np.uint8),
            self.weights[chosen].astype(np.uint16),
        )


def write_beginnings(connection: sqlite3.Connection, columns: EntryColumns) -> None:
    """Fill ``name_beginning`` from ``name_key``."""
    connection.executemany(
        "INSERT INTO name_beginning (prefix, data) VALUES (?, ?)",
        sorted((prefix, pack_matches(matches)) for prefix, matches in _beginnings(_read(connection, columns))),
    )


def _read(connection: sqlite3.Connection, columns: EntryColumns) -> _Keys:
    rows = connection.execute(
        "SELECT key, entry_id, form, weight FROM name_key WHERE form < ? ORDER BY key, entry_id, form",
        (int(Form.INITIALS),),
    ).fetchall()
    keys: list[str] = [row[0] for row in rows]
    entry_ids, forms, weights = np.array([row[1:] for row in rows], np.int64).reshape(len(rows), 3).T
    place = ELSEWHERE_POINTS * (columns.area != Area.MAIN) + DEPRECATED_POINTS * columns.deprecated
    doublings = np.minimum(MOST_DOUBLINGS, np.log2(1 + weights))
    promise = (
        np.array([FORM_POINTS[form] for form in Form if form in FORM_POINTS])[forms]
        + POINTS_PER_DOUBLING * doublings
        + place[entry_ids - 1]
    )
    chars = np.array([len(key) for key in keys], np.int64)
    return _Keys(keys, entry_ids, forms, chars, np.minimum(weights, _GREATEST_WEIGHT), promise)


def _beginnings(found: _Keys) -> Iterator[tuple[str, Matches]]:
    shared = _shared_characters(found.keys)
    for typed in range(1, MAX_KEY_CHARS):
        # Keys that begin with the same characters stand side by side.
        starts = np.flatnonzero(np.concatenate(([True], shared < typed)))
        ends = np.append(starts[1:], len(found.keys))
        many = ends - starts > BEGINNING_MATCHES
        if not many.any():
            return
        for start, end in zip(starts[many].tolist(), ends[many].tolist(), strict=True):
            matches = found.best(start, end, typed)
            if matches is not None:
                yield found.keys[start][:typed], matches


def _shared_characters(keys: Sequence[str]) -> NDArray[np.int64]:
    """How many characters each key but the first shares with the one before it."""
    shared = [np.empty(0, np.int64)]
    for start in range(0, len(keys) - 1, _KEYS_COMPARED_AT_ONCE):
        some = np.array(keys[start : start + _KEYS_COMPARED_AT_ONCE + 1], f"U{MAX_KEY_CHARS + 1}")
        characters = some.view(np.uint32).reshape(len(some), -1)
        differs = characters[1:] != characters[:-1]
        shared.append(np.where(differs.any(axis=1), differs.argmax(axis=1), MAX_KEY_CHARS))
    return np.concatenate(shared)
