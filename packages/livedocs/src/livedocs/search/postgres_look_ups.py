"""Look-ups in a library in PostgreSQL: what is not remembered is fetched, all of it at once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from livedocs.library.postings import Matches, Postings, unpack_matches, unpack_postings
from livedocs.search.candidates import LookUps, TermPostings
from livedocs.search.postgres_statements import BEGINNING, NAME, POSTINGS, STORED_BEGINNING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from livedocs.search.recent import Remembered

_LAST_CHARACTER = "\U0010ffff"
_EVERY_ID = range(1, 2**32)
"""Ids have four bytes, see `livedocs.library.postings`."""
_PACKED_ROW = np.dtype([("entry_id", ">i4"), ("form", ">i2"), ("key_chars", ">i4"), ("weight", ">i4")])
"""What the statement packs of a row of ``name_key``."""
_GREATEST_WEIGHT = np.iinfo(np.uint16).max

_MATCH_BYTES = 200
"""A name that was found, as Python's objects."""
_ARRAYS_BYTES = 600
"""The arrays of a term's postings or a beginning's matches, besides their content."""

Named = tuple[int, int, int, str, str]
"""Form, negative weight, entry, key, spelling: in the order in which names are wanted."""


class Fetch(Protocol):
    """Runs one statement with parameters ``$1``, ``$2``, ... and gives all its rows."""

    def __call__(self, statement: str, parameters: Sequence[Any], /) -> Sequence[Any]:
        """Run it."""
        ...


@dataclass(slots=True)
class Answers:
    """What was found.

    Attributes:
        names: by key, in the order in which they are wanted.
        beginning: the matches of the beginning, if one was asked for.
        postings: by term; terms that no entry holds have none.
    """

    names: dict[str, tuple[Named, ...]] = field(default_factory=dict[str, tuple[Named, ...]])
    beginning: Matches | None = None
    postings: dict[str, tuple[TermPostings, ...]] = field(default_factory=dict[str, tuple[TermPostings, ...]])


def look_up(asked: LookUps, statement: str, fetch: Fetch, remembered: Remembered) -> Answers:
    """Answer look-ups, in one journey or none.

    Args:
        asked: what is looked up.
        statement: ``Statements.look_up`` of the library.
        fetch: runs it.
        remembered: what was read before; what is fetched is added.
    """
    answers = Answers(
        names=_known(remembered, ((key, _name(key, asked)) for key in asked.keys)),
        beginning=remembered.get(_beginning(asked)),
        postings=_known(remembered, ((term, _term(term, asked)) for term in asked.terms)),
    )
    keys = [key for key in asked.keys if key not in answers.names]
    terms = [term for term in asked.terms if term not in answers.postings]
    wants_beginning = asked.beginning is not None and answers.beginning is None
    if keys or terms or wants_beginning:
        among = asked.among if asked.among is not None else _EVERY_ID
        parameters = (
            keys,
            asked.key_limit,
            asked.beginning if wants_beginning else None,
            f"{asked.beginning}{_LAST_CHARACTER}" if wants_beginning else None,
            among.start,
            among.stop,
            asked.among is None,
            terms,
            asked.all_entries,
        )
        rows: dict[int, list[Any]] = defaultdict(list)
        for row in fetch(statement, parameters):
            rows[row[0]].append(row)
        _add_names(answers, asked, keys, rows[NAME], remembered)
        _add_postings(answers, asked, terms, rows[POSTINGS], remembered)
        if wants_beginning:
            answers.beginning = _matches(rows[STORED_BEGINNING], rows[BEGINNING])
            remembered.put(_beginning(asked), answers.beginning, _ARRAYS_BYTES + 8 * len(answers.beginning.entry_ids))
    return answers


def _known(remembered: Remembered, keys: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {asked: answer for asked, key in keys if (answer := remembered.get(key)) is not None}


def _name(key: str, asked: LookUps) -> tuple[Any, ...]:
    return ("name", key, asked.key_limit)


def _beginning(asked: LookUps) -> tuple[Any, ...]:
    return ("beginning", asked.beginning, asked.among)


def _term(term: str, asked: LookUps) -> tuple[Any, ...]:
    return ("term", term, asked.all_entries)


def _add_names(
    answers: Answers, asked: LookUps, keys: Sequence[str], rows: Sequence[Any], remembered: Remembered
) -> None:
    found: dict[str, list[Named]] = {key: [] for key in keys}
    for _, key, spelling, entry_id, form, weight, _ in rows:
        found[key].append((form, -weight, entry_id, key, spelling))
    for key, names in found.items():
        answers.names[key] = tuple(sorted(names))
        remembered.put(_name(key, asked), answers.names[key], _MATCH_BYTES * len(names))


def _add_postings(
    answers: Answers, asked: LookUps, terms: Sequence[str], rows: Sequence[Any], remembered: Remembered
) -> None:
    blocks: dict[str, dict[int, Postings]] = {term: {} for term in terms}
    counts: dict[str, int] = {}
    for _, term, _, entry_count, block, _, data in rows:
        counts[term] = entry_count
        blocks[term][block] = unpack_postings(data)
    for term, found in blocks.items():
        joined = Postings.together([found[block] for block in sorted(found)]) if found else None
        answers.postings[term] = () if joined is None else (TermPostings(term, counts[term], joined),)
        entries = 0 if joined is None else len(joined.entry_ids)
        remembered.put(_term(term, asked), answers.postings[term], _ARRAYS_BYTES + 6 * entries)


def _matches(stored: Sequence[Any], longer: Sequence[Any]) -> Matches:
    if stored:
        return unpack_matches(stored[0][-1])
    rows = np.frombuffer(longer[0][-1] if longer else b"", _PACKED_ROW)
    return Matches(
        rows["entry_id"].astype(np.uint32),
        rows["form"].astype(np.uint8),
        rows["key_chars"].astype(np.uint8),
        np.minimum(rows["weight"], _GREATEST_WEIGHT).astype(np.uint16),
    )
