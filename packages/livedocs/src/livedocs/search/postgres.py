"""Candidates from a library in PostgreSQL.

Every call may be a journey to another machine. So what a key press will ask is fetched at once (`prepare`), and as a
published library never changes, what was read lately is kept as long as there is room for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from livedocs.library.compression import decompress
from livedocs.library.postings import COLUMNS, unpack_column
from livedocs.search.candidates import DocsetLabel, LookUps, NameMatch
from livedocs.search.models import Hit
from livedocs.search.postgres_look_ups import look_up
from livedocs.search.postgres_statements import Statements
from livedocs.search.recent import Recent, Remembered

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from livedocs.library.postings import Matches
    from livedocs.search.arrays import Column
    from livedocs.search.candidates import TermPostings
    from livedocs.search.postgres_look_ups import Answers, Fetch

_RECENT_BYTES = 32 * 2**20
_HIT_BYTES = 600
"""A hit as Python's objects, besides the characters of its strings."""


class _Docset(NamedTuple):
    name: str
    version: str
    original_url: str | None


class PostgresSource:
    """What the readers of one published library share: its statements, and what was read lately.

    For one thread, such as that of an event loop.

    Args:
        schema: where the library's tables are.
        recent_bytes: memory for what was read lately.
    """

    def __init__(self, schema: str, *, recent_bytes: int = _RECENT_BYTES) -> None:
        self.statements = Statements.of(schema)
        self.recent = Recent(recent_bytes)
        self.docsets: Mapping[int, _Docset] = {}

    def candidates(self, fetch: Fetch) -> PostgresCandidates:
        """A reader; cheap to make, one for each unit of work.

        Args:
            fetch: runs statements on a connection to the database.
        """
        return PostgresCandidates(self, fetch)


class PostgresCandidates:
    """Reads candidates through a function that runs statements.

    Args:
        source: the library.
        fetch: runs statements.
    """

    def __init__(self, source: PostgresSource, fetch: Fetch) -> None:
        self._source = source
        self._fetch = fetch
        self._remembered = Remembered(source.recent)

    def prepare(self, look_ups: Callable[[], LookUps]) -> None:
        """See `CandidateReader.prepare`."""
        self._remembered.begin()
        self._look_up(look_ups())

    def named(self, keys: Sequence[str], limit: int) -> list[NameMatch]:
        """See `CandidateReader.named`."""
        found = self._look_up(LookUps(keys=tuple(keys), key_limit=limit)).names.values()
        ordered = sorted(match for matches in found for match in matches)
        return [NameMatch(key, entry_id, form, spelling) for form, _, entry_id, key, spelling in ordered[:limit]]

    def beginning_with(self, prefix: str, among: range | None) -> Matches:
        """See `CandidateReader.beginning_with`."""
        found = self._look_up(LookUps(beginning=prefix, among=among)).beginning
        assert found is not None
        return found

    def postings(self, terms: Collection[str], *, all_entries: bool) -> list[TermPostings]:
        """See `CandidateReader.postings`."""
        found = self._look_up(LookUps(terms=tuple(sorted(terms)), all_entries=all_entries)).postings
        return [postings for term in sorted(found) for postings in found[term]]

    def hits(self, entry_ids: Sequence[int]) -> list[Hit]:
        """See `CandidateReader.hits`."""
        recent = self._source.recent
        found = {entry_id: hit for entry_id in entry_ids if (hit := recent.get(("hit", entry_id))) is not None}
        missing = [entry_id for entry_id in entry_ids if entry_id not in found]
        if missing:
            docsets = self._docsets()
            for row in self._fetch(self._source.statements.hits, (missing,)):
                docset_id, *fields, deprecated = row
                docset = docsets[docset_id]
                hit = Hit._make(
                    (fields[0], docset.name, docset.version, *fields[1:], docset.original_url, deprecated, ())
                )
                found[hit.id] = hit
                recent.put(("hit", hit.id), hit, _HIT_BYTES + sum(map(len, fields[1:])))
        return [found[entry_id] for entry_id in entry_ids]

    def texts(self, entry_ids: Collection[int]) -> dict[int, str]:
        """See `CandidateReader.texts`."""
        if not entry_ids:
            return {}
        rows = self._fetch(self._source.statements.texts, (list(entry_ids),))
        dictionaries = {docset_id: self._dictionary(docset_id) for docset_id in {row[1] for row in rows}}
        return {
            entry_id: f"{name}\n{signature}\n{decompress(body, dictionaries[docset_id])}"
            for entry_id, docset_id, name, signature, body in rows
        }

    def columns(self) -> Mapping[str, Column]:
        """See `CandidateReader.columns`."""
        stored: dict[str, bytes] = dict(self._pairs(self._source.statements.columns))
        return {name: unpack_column(name, stored[name]) for name in COLUMNS}

    def labels(self) -> Mapping[int, str]:
        """See `CandidateReader.labels`."""
        return dict(self._pairs(self._source.statements.labels))

    def docsets(self) -> list[DocsetLabel]:
        """See `CandidateReader.docsets`."""
        return [DocsetLabel(number, docset.name, docset.version) for number, docset in self._docsets().items()]

    def vectors(self, model: str) -> list[tuple[int, bytes]]:
        """See `CandidateReader.vectors`."""
        return self._pairs(self._source.statements.vectors, model)

    def vocabulary(self) -> list[tuple[str, int]]:
        """See `CandidateReader.vocabulary`."""
        return self._counted(self._source.statements.vocabulary)

    def words(self) -> Mapping[str, int]:
        """See `CandidateReader.words`."""
        return dict(self._counted(self._source.statements.words))

    def names(self) -> Iterable[tuple[str, int]]:
        """See `CandidateReader.names`."""
        return self._counted(self._source.statements.names)

    def _look_up(self, asked: LookUps) -> Answers:
        return look_up(asked, self._source.statements.look_up, self._fetch, self._remembered)

    def _docsets(self) -> Mapping[int, _Docset]:
        if not self._source.docsets:
            rows = self._fetch(self._source.statements.docsets, ())
            self._source.docsets = {number: _Docset(name, version, url) for number, name, version, url in rows}
        return self._source.docsets

    def _dictionary(self, docset_id: int) -> bytes:
        known: bytes | None = self._source.recent.get(("dictionary", docset_id))
        if known is not None:
            return known
        dictionary: bytes = self._fetch(self._source.statements.dictionary, (docset_id,))[0][0]
        self._source.recent.put(("dictionary", docset_id), dictionary, len(dictionary))
        return dictionary

    def _counted(self, statement: str) -> list[tuple[str, int]]:
        [(texts, numbers)] = self._fetch(statement, ())
        return list(zip(texts.split("\n"), map(int, numbers.split("\n")), strict=True)) if numbers else []

    def _pairs(self, statement: str, *parameters: Any) -> list[tuple[Any, Any]]:
        return [(one, other) for one, other in self._fetch(statement, parameters)]
