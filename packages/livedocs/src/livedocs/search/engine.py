"""The engine: a query in, ranked hits out.

parse the query -> tiers propose candidates (names and terms, their beginnings, text, meaning) -> rules order them. When
nothing is called what was typed, the query is first read again: freer, or with its spelling corrected. Everything is
read through the `CandidateReader` port; ordering is pure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from livedocs.library.analysis import stem
from livedocs.library.keys import fold
from livedocs.search.evidence import Evidence, NameMatches
from livedocs.search.gathering import Gatherer
from livedocs.search.laps import Laps
from livedocs.search.models import Filters, Hit, SearchResult
from livedocs.search.query import Query, Shape
from livedocs.search.reading import MAX_QUERY_CHARS, clean, parse
from livedocs.search.resident import Resident
from livedocs.search.rules import RULES
from livedocs.search.shapes import replace_words
from livedocs.search.spelling import in_typed_case
from livedocs.search.thesaurus import synonyms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livedocs.search.arrays import Ids, Values
    from livedocs.search.candidates import CandidateReader
    from livedocs.search.meaning import Meaning
    from livedocs.search.rules import Rule

DEFAULT_LIMIT = 20
MAX_LIMIT = 100

_COMMON = 20
"""Occurrences from which on a word is common."""
_KNOWN = 2
"""Entries that hold a word's stem from which on the word is no typo."""
_LISTED = 500
"""Entries that are looked at when filters are all that was asked for."""
_VERIFIED = 400
"""Candidates whose text is read at most to find a phrase in it."""
_VERIFIED_AT_ONCE = 50
"""So many of them are read together; no more are when these hold enough hits."""


class Engine:
    """Answers queries from one library.

    Args:
        reader: reads candidates.
        resident: what stays in memory of the library; None: read when it is first needed.
        rules: how candidates are ordered.
        meaning: compares meanings; None: only words are compared.
    """

    def __init__(
        self,
        reader: CandidateReader,
        resident: Resident | None = None,
        *,
        rules: Sequence[Rule] = RULES,
        meaning: Meaning | None = None,
    ) -> None:
        self._reader = reader
        self._resident = resident or Resident(reader)
        self._gatherer = Gatherer(reader, self._resident, meaning)
        self._rules = rules
        self._meaning = meaning

    @property
    def by_meaning(self) -> bool:
        """Whether meanings are compared, beside words."""
        return self._meaning is not None

    def with_rules(self, rules: Sequence[Rule]) -> Engine:
        """The same engine with other rules."""
        return Engine(self._reader, self._resident, rules=rules, meaning=self._meaning)

    def search(
        self,
        query: str,
        *,
        limit: int = DEFAULT_LIMIT,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        explain: bool = False,
    ) -> SearchResult:
        """Answer one query.

        Args:
            query: as typed.
            limit: hits wanted at most, 1 to `MAX_LIMIT`.
            filters: what the search is limited to.
            explain: say of each hit which tiers proposed it and which rules placed it.

        Raises:
            QueryError: the query is too long.
        """
        laps = Laps()
        limit = max(1, min(limit, MAX_LIMIT))
        parsed = parse(query, filters)
        if parsed.shape is Shape.EMPTY:
            hits = self._hits(parsed, self._listed(parsed.filters), limit, explain=explain) if parsed.filters else ()
            laps.end("filters")
            return SearchResult(query=clean(query), hits=hits, seconds=laps.seconds)
        corrected, names = None, self._names(parsed)
        laps.end("names")
        if not len(names):
            corrected, parsed, names = self._read_again(parsed)
            laps.end("spelling")
        hits = self._hits(parsed, self._gatherer.gather(parsed, names, laps), limit, explain=explain)
        laps.end("ranking")
        if not hits:
            corrected = None  # there is nothing to show for it
        terms = tuple(dict.fromkeys((*parsed.readings[0], *parsed.words)))
        return SearchResult(query=clean(query), corrected=corrected, hits=hits, terms=terms, seconds=laps.seconds)

    def _read_again(self, query: Query) -> tuple[str | None, Query, NameMatches]:
        """What was probably meant when nothing is called what was typed: a misspelt name, a freer reading, other words.

        Returns:
            The corrected wording if there is one, the query that is to be answered, and what is called that.
        """
        if query.phrases:
            return None, query, NameMatches.none()  # what is quoted is meant as it stands
        if query.shape is Shape.NAME:
            meant = self._resident.spelling.correct_name(query.beginning)
            if meant is not None:
                return self._corrected(query, in_typed_case(meant, query.name))
        names = self._gatherer.named(query, query.fallbacks)
        if len(names) or query.shape not in {Shape.NAME, Shape.WORDS}:
            # What stands before the dot is not ours, but somebody's variable: the rest is a member of it.
            return None, replace(query, member=query.member or query.name.rpartition(".")[0] != ""), names
        # A single word may be the name of something that is not documented here; only common words stand in for it.
        least = _COMMON if query.shape is Shape.NAME else 1
        strange = [word for word in query.words if not self._known(word)]
        words = self._resident.spelling.correct_words(strange, least_frequency=least)
        meant = replace_words(query.text, words)
        if meant == query.text or len(meant) > MAX_QUERY_CHARS:  # a word may be corrected to a longer one
            return None, query, names
        return self._corrected(query, meant)

    def _known(self, word: str) -> bool:
        """Whether a word is right though the library may not hold it in this form: it holds its stem, or a synonym."""
        term = stem(word)
        return self._resident.vocabulary.count(term) >= _KNOWN or bool(synonyms(term))

    def _corrected(self, query: Query, meant: str) -> tuple[str, Query, NameMatches]:
        corrected = replace(parse(meant, query.filters), excluded=query.excluded, member=query.member)
        return meant, corrected, self._names(corrected)

    def _names(self, query: Query) -> NameMatches:
        self._gatherer.prepare(query)
        return self._gatherer.names(query)

    def _listed(self, filters: Filters) -> Evidence:
        """Everything the filters let through, the most linked first."""
        columns = self._resident.columns
        passing = np.flatnonzero(columns.allowed(filters))
        # Numbers that order by links, then by entry: the most of them are found without sorting all.
        linked = (columns.links[passing].astype(np.int64) << 32) - passing
        most = passing[np.argpartition(linked, -_LISTED)[-_LISTED:]] if len(passing) > _LISTED else passing
        return Evidence(columns, NameMatches.none(), listed=most + 1)

    def _hits(self, query: Query, evidence: Evidence, limit: int, *, explain: bool) -> tuple[Hit, ...]:
        points = np.array([rule.points(query, evidence) for rule in self._rules])
        name_chars = evidence.of(evidence.columns.name_chars)
        order = np.lexsort((evidence.entry_ids, name_chars, -points.sum(axis=0)))
        shown = self._holding(query, evidence, order, limit) if query.phrases else order[:limit]
        hits = self._reader.hits(evidence.entry_ids[shown].tolist())
        if explain:
            hits = [
                hit._replace(why=self._why(points, evidence, place)) for hit, place in zip(hits, shown, strict=True)
            ]
        return tuple(hits)

    def _holding(self, query: Query, evidence: Evidence, order: Ids, limit: int) -> Ids:
        """Of the candidates in their order those that hold every phrase, or are called just that."""
        called = np.zeros(len(evidence), dtype=bool)
        if query.phrases == query.readings[0]:
            # What something is called need not stand in its text: a line of the index, the text of a link.
            called = evidence.keys_matched() > 0
        held: list[int] = []
        for start in range(0, min(len(order), _VERIFIED), _VERIFIED_AT_ONCE):
            some = order[start : start + _VERIFIED_AT_ONCE]
            texts = self._reader.texts(evidence.entry_ids[some].tolist())
            said = [fold(texts[entry_id]) for entry_id in evidence.entry_ids[some].tolist()]
            holds = [all(phrase in text for phrase in query.phrases) for text in said]
            held += some[called[some] | np.array(holds, dtype=bool)].tolist()
            if len(held) >= limit:
                break
        return np.array(held[:limit], dtype=np.intp)

    def _why(self, points: Values, evidence: Evidence, candidate: int) -> tuple[str, ...]:
        strongest = sorted(zip(self._rules, points[:, candidate], strict=True), key=lambda item: -abs(item[1]))
        reasons = (f"{rule.name} {worth:+.1f}" for rule, worth in strongest if round(worth, 1))
        return (f"found by {' and '.join(evidence.tiers(candidate))}", *reasons)
