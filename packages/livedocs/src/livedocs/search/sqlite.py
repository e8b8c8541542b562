"""Candidates from a library snapshot, through the standard library's ``sqlite3``."""

# Statements are put together from the constants of this module; whatever a user typed is bound.
# ruff: noqa: S608

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from livedocs.library.format import FULL_TEXT_COLUMNS
from livedocs.library.keys import Form
from livedocs.search.candidates import EntryFacts, KeyMatch, TextMatch

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from livedocs.search.models import Filters
    from livedocs.search.query import Query

_COLUMN_WEIGHTS = {"name": 6.0, "title": 8.0, "terms": 5.0, "place": 1.5, "text": 1.0}
_BM25 = f"bm25(entry_text, {', '.join(str(_COLUMN_WEIGHTS[column]) for column in FULL_TEXT_COLUMNS)})"

_FACTS = """
SELECT entry.id, docset.name, docset.version, docset.original_url, page.path, entry.anchor, entry.kind, entry.role,
       entry.name, entry.title, entry.module, entry.signature, entry.summary, entry.breadcrumb,
       entry.deprecated, entry.area, entry.link_count, entry.terms
FROM entry JOIN page ON page.id = entry.page_id JOIN docset ON docset.id = entry.docset_id
WHERE entry.id IN ({})
"""
_BREADCRUMB = 13
_LONG_ENOUGH_TO_COMPLETE = 3
"""Letters a last word needs before it is taken as the beginning of others: shorter ones begin too many."""

_LAST_CHARACTER = "\U0010ffff"


class SqliteCandidates:
    """Reads candidates over one connection; cheap to make, one for each unit of work.

    Args:
        connection: to a library, with the default row factory.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def exact(self, keys: Sequence[str], filters: Filters, limit: int) -> list[KeyMatch]:
        """See `CandidateReader.exact`."""
        limits, values = _limits(filters, "name_key.entry_id")
        rows = self._rows(
            f"SELECT name_key.entry_id, key, form, weight FROM name_key "
            f"WHERE key IN ({_marks(keys)}) {limits} ORDER BY form, weight DESC LIMIT ?",
            (*keys, *values, limit),
        )
        return [KeyMatch(row[0], row[1], Form(row[2]), row[3], exact=True) for row in rows]

    def beginning_with(self, prefix: str, filters: Filters, limit: int) -> list[KeyMatch]:
        """See `CandidateReader.beginning_with`."""
        limits, values = _limits(filters, "name_key.entry_id")
        rows = self._rows(
            f"SELECT name_key.entry_id, key, form, weight FROM name_key "
            f"WHERE key > ? AND key < ? {limits} ORDER BY weight DESC LIMIT ?",
            (prefix, prefix + _LAST_CHARACTER, *values, limit),
        )
        return [KeyMatch(row[0], row[1], Form(row[2]), row[3], exact=False) for row in rows]

    def full_text(self, query: Query, limit: int) -> list[TextMatch]:
        """See `CandidateReader.full_text`."""
        phrases = [f'"{word}"' for word in query.words]
        joint = " AND " if query.all_words else " OR "
        if query.open_ended and phrases and len(query.words[-1]) >= _LONG_ENOUGH_TO_COMPLETE:
            phrases[-1] = f"({phrases[-1]} OR {phrases[-1]} *)"
        expression = joint.join(phrases)
        limits, values = _limits(query.filters, "entry_text.rowid")
        statement = (
            f"SELECT rowid, {_BM25} AS score FROM entry_text WHERE entry_text MATCH ? {limits} ORDER BY score LIMIT ?"
        )
        rows = self._rows(statement, (expression, *values, limit)) if phrases else []
        return [TextMatch(entry_id, -score) for entry_id, score in rows]

    def facts(self, entry_ids: Collection[int]) -> dict[int, EntryFacts]:
        """See `CandidateReader.facts`."""
        rows = self._rows(_FACTS.format(_marks(entry_ids)), tuple(entry_ids))
        return {row[0]: _facts(row) for row in rows}

    def words(self) -> Mapping[str, int]:
        """See `CandidateReader.words`."""
        return dict(self._rows("SELECT text, sum(frequency) FROM word GROUP BY text", ()))

    def names(self) -> Iterable[tuple[str, int]]:
        """See `CandidateReader.names`."""
        return self._rows("SELECT key, max(weight) FROM name_key WHERE form <= ? GROUP BY key", (int(Form.TITLE),))

    def _rows(self, statement: str, values: tuple[Any, ...]) -> list[Any]:
        return self._connection.execute(statement, values).fetchall()


def _facts(row: Sequence[Any]) -> EntryFacts:
    values = list(row)
    values[_BREADCRUMB] = tuple(json.loads(row[_BREADCRUMB]))
    return EntryFacts(*values)


def _marks(values: Collection[Any]) -> str:
    return ", ".join("?" * len(values))


def _limits(filters: Filters, entry_id: str) -> tuple[str, tuple[str, ...]]:
    """What a statement needs so that it answers only with entries the filters let through."""
    conditions: list[str] = []
    values: list[str] = []
    for condition, value in (
        ("entry.kind = ?", filters.kind),
        ("entry.docset_id IN (SELECT id FROM docset WHERE name = ?)", filters.docset),
        ("entry.docset_id IN (SELECT id FROM docset WHERE version = ?)", filters.version),
    ):
        if value:
            conditions.append(condition)
            values.append(value)
    if not conditions:
        return "", ()
    # One look-up by key for each row that matched; a list of all entries that pass would be built anew each time.
    return f"AND EXISTS (SELECT 1 FROM entry WHERE entry.id = {entry_id} AND {' AND '.join(conditions)})", tuple(values)
