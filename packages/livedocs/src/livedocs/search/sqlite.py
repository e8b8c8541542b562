"""Candidates from a library snapshot, through the standard library's ``sqlite3``."""

# Statements are put together from the constants of this module; whatever a user typed is bound.
# ruff: noqa: S608

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from livedocs.library.compression import decompress
from livedocs.library.keys import Form
from livedocs.library.postings import COLUMNS, Matches, Postings, unpack_column, unpack_matches, unpack_postings
from livedocs.search.candidates import DocsetLabel, NameMatch, TermPostings
from livedocs.search.models import Hit

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from livedocs.search.arrays import Column
    from livedocs.search.candidates import LookUps

# The columns are in the order of `Hit`.
_HITS = """
SELECT entry.id, docset.name, docset.version, entry.kind, entry.name, entry.signature, entry.summary, page.path,
       entry.anchor, entry.breadcrumb, docset.original_url, entry.deprecated
FROM entry JOIN page ON page.id = entry.page_id JOIN docset ON docset.id = entry.docset_id
WHERE entry.id IN ({})
"""

_LAST_CHARACTER = "\U0010ffff"
_EVERY_ID = range(1, 2**32)
"""Ids have four bytes, see `livedocs.library.postings`."""


class SqliteCandidates:
    """Reads candidates over one connection; cheap to make, one for each unit of work.

    Args:
        connection: to a library, with the default row factory.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def prepare(self, look_ups: Callable[[], LookUps]) -> None:
        """See `CandidateReader.prepare`; the file is mapped into memory, there is nothing to fetch."""

    def named(self, keys: Sequence[str], limit: int) -> list[NameMatch]:
        """See `CandidateReader.named`."""
        rows = self._rows(
            f"SELECT key, entry_id, form, entry.name FROM name_key JOIN entry ON entry.id = entry_id "
            f"WHERE key IN ({_marks(keys)}) ORDER BY form, weight DESC, entry_id LIMIT ?",
            (*keys, limit),
        )
        return [NameMatch(*row) for row in rows]

    def beginning_with(self, prefix: str, among: range | None) -> Matches:
        """See `CandidateReader.beginning_with`."""
        stored = self._rows("SELECT data FROM name_beginning WHERE prefix = ?", (prefix,)) if among is None else []
        if stored:
            return unpack_matches(stored[0][0])
        among = among if among is not None else _EVERY_ID
        rows = self._rows(
            "SELECT entry_id, form, length(key), weight FROM name_key "
            "WHERE key > ? AND key < ? AND form < ? AND entry_id >= ? AND entry_id < ?",
            (prefix, prefix + _LAST_CHARACTER, int(Form.INITIALS), among.start, among.stop),
        )
        entry_ids, forms, key_chars, weights = np.array(rows, dtype=np.int64).reshape(len(rows), 4).T
        return Matches(
            entry_ids.astype(np.uint32),
            forms.astype(np.uint8),
            key_chars.astype(np.uint8),
            np.minimum(weights, np.iinfo(np.uint16).max).astype(np.uint16),
        )

    def postings(self, terms: Collection[str], *, all_entries: bool) -> list[TermPostings]:
        """See `CandidateReader.postings`."""
        blocks = "" if all_entries else "AND block = 0"
        rows = self._rows(
            f"SELECT term, entry_count, data FROM posting "
            f"WHERE term IN ({_marks(terms)}) {blocks} ORDER BY term, block",
            tuple(terms),
        )
        counts = {term: count for term, count, _ in rows}
        blocks_of: dict[str, list[Postings]] = {}
        for term, _, data in rows:
            blocks_of.setdefault(term, []).append(unpack_postings(data))
        return [TermPostings(term, counts[term], Postings.together(found)) for term, found in blocks_of.items()]

    def hits(self, entry_ids: Sequence[int]) -> list[Hit]:
        """See `CandidateReader.hits`."""
        rows = self._rows(_HITS.format(_marks(entry_ids)), tuple(entry_ids))
        found = {row[0]: row for row in rows}
        return [Hit(*found[entry_id]) for entry_id in entry_ids]

    def texts(self, entry_ids: Collection[int]) -> dict[int, str]:
        """See `CandidateReader.texts`."""
        rows = self._rows(
            f"SELECT entry.id, entry.name, entry.signature, entry_body.text, docset.dictionary FROM entry "
            f"JOIN entry_body ON entry_body.entry_id = entry.id JOIN docset ON docset.id = entry.docset_id "
            f"WHERE entry.id IN ({_marks(entry_ids)})",
            tuple(entry_ids),
        )
        return {
            entry_id: f"{name}\n{signature}\n{decompress(body, dictionary)}"
            for entry_id, name, signature, body, dictionary in rows
        }

    def columns(self) -> Mapping[str, Column]:
        """See `CandidateReader.columns`."""
        stored = dict(self._rows("SELECT name, data FROM entry_column", ()))
        return {name: unpack_column(name, stored[name]) for name in COLUMNS}

    def labels(self) -> Mapping[int, str]:
        """See `CandidateReader.labels`."""
        return dict(self._rows("SELECT id, text FROM label", ()))

    def docsets(self) -> list[DocsetLabel]:
        """See `CandidateReader.docsets`."""
        return [DocsetLabel(*row) for row in self._rows("SELECT id, name, version FROM docset ORDER BY id", ())]

    def vectors(self, model: str) -> list[tuple[int, bytes]]:
        """See `CandidateReader.vectors`."""
        return self._rows("SELECT docset_id, data FROM docset_vectors WHERE model = ? ORDER BY docset_id", (model,))

    def vocabulary(self) -> list[tuple[str, int]]:
        """See `CandidateReader.vocabulary`."""
        return self._counted("SELECT term, entry_count FROM vocabulary ORDER BY term")

    def words(self) -> Mapping[str, int]:
        """See `CandidateReader.words`."""
        return dict(self._counted("SELECT text, sum(frequency) FROM word GROUP BY text"))

    def names(self) -> Iterable[tuple[str, int]]:
        """See `CandidateReader.names`."""
        return self._counted(f"SELECT key, max(weight) FROM name_key WHERE form <= {int(Form.TITLE)} GROUP BY key")

    def _counted(self, statement: str) -> list[tuple[str, int]]:
        """Many rows of a text without line breaks and a number, all in one.

        Between two rows a thread lets others run, and must wait until they let it on: tens of thousands of rows would
        take half a minute in a server that is busy answering.
        """
        [(texts, numbers)] = self._rows(
            "SELECT group_concat(text, char(10)), group_concat(number, char(10)) FROM "
            f"(SELECT NULL AS text, NULL AS number WHERE 0 UNION ALL SELECT * FROM ({statement}))",
            (),
        )
        return list(zip(texts.split("\n"), map(int, numbers.split("\n")), strict=True)) if numbers else []

    def _rows(self, statement: str, values: tuple[Any, ...]) -> list[Any]:
        return self._connection.execute(statement, values).fetchall()


def _marks(values: Collection[Any]) -> str:
    return ", ".join("?" * len(values))
