"""The engine: a query in, ranked hits out.

parse the query -> tiers propose candidates (names and terms, beginnings, text, corrected spelling) -> rules order them.
Everything is read through the `CandidateReader` port; ordering is pure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from livedocs.library.keys import fold
from livedocs.search.evidence import Evidence, Matches
from livedocs.search.gathering import Gatherer
from livedocs.search.models import Filters, Hit, SearchResult
from livedocs.search.query import Query, Shape
from livedocs.search.reading import clean, parse
from livedocs.search.resident import Resident
from livedocs.search.rules import RULES
from livedocs.search.shapes import replace_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from livedocs.search.candidates import CandidateReader, EntryFacts
    from livedocs.search.rules import Rule

DEFAULT_LIMIT = 20
MAX_LIMIT = 100

_COMMON = 20
"""Occurrences from which on a word is common."""
_LISTED = 500
"""Entries that are looked at when filters are all that was asked for."""
_VERIFIED = 400
"""Candidates whose text is read to find a phrase in it."""


class Engine:
    """Answers queries from one library.

    Args:
        reader: reads candidates.
        resident: what stays in memory of the library; None: read when it is first needed.
        rules: how candidates are ordered.
    """

    def __init__(
        self, reader: CandidateReader, resident: Resident | None = None, rules: Sequence[Rule] = RULES
    ) -> None:
        self._reader = reader
        self._resident = resident or Resident(reader)
        self._gatherer = Gatherer(reader, self._resident)
        self._rules = rules

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
        limit = max(1, min(limit, MAX_LIMIT))
        parsed = parse(query, filters)
        if parsed.shape is Shape.EMPTY:
            listed = self._listed(parsed.filters) if parsed.filters else None
            hits = self._hits(parsed, listed, limit, explain=explain) if listed else ()
            return SearchResult(query=clean(query), hits=hits)
        evidence = self._gatherer.gather(parsed)
        corrected = None if evidence.named else self._corrected(parsed)
        if corrected is not None:
            meant = replace(parse(corrected, parsed.filters), excluded=parsed.excluded)
            better = self._gatherer.gather(meant)
            if len(better):
                parsed, evidence = meant, better
            else:
                corrected = None
        hits = self._hits(parsed, evidence, limit, explain=explain)
        terms = tuple(dict.fromkeys((*parsed.readings[0], *parsed.words)))
        return SearchResult(query=clean(query), corrected=corrected, hits=hits, terms=terms)

    def _corrected(self, query: Query) -> str | None:
        """The query that was probably meant, when nothing is called what was typed; None: there is no better one."""
        if query.shape not in {Shape.NAME, Shape.WORDS} or query.phrases:
            return None
        spelling = self._resident.spelling
        if query.shape is Shape.NAME:
            nearest = spelling.correct_name(query.beginning)
            if nearest is not None:
                return nearest
        # A single word may be the name of something that is not documented here; only common words stand in for it.
        least = _COMMON if query.shape is Shape.NAME else 1
        corrected = replace_words(query.text, spelling.correct_words(query.words, least_frequency=least))
        return corrected if corrected != query.text else None

    def _listed(self, filters: Filters) -> Evidence | None:
        """Everything the filters let through, the most linked first."""
        columns = self._resident.columns
        passing = np.flatnonzero(columns.allowed(filters))
        if not len(passing):
            return None
        most = passing[np.argsort(-columns.links[passing].astype(np.int64), kind="stable")[:_LISTED]]
        return Evidence(columns, Matches.none(), listed=most + 1)

    def _hits(self, query: Query, evidence: Evidence, limit: int, *, explain: bool) -> tuple[Hit, ...]:
        points = np.array([rule.points(query, evidence) for rule in self._rules])
        name_chars = evidence.of(evidence.columns.name_chars)
        order = np.lexsort((evidence.entry_ids, name_chars, -points.sum(axis=0)))
        shown = self._holding(query.phrases, evidence, order, limit) if query.phrases else order[:limit]
        ids: list[int] = evidence.entry_ids[shown].tolist()
        facts = self._reader.facts(ids)
        why = self._why(points[:, shown], evidence, shown) if explain else [()] * len(ids)
        return tuple(_hit(facts[entry_id], reasons) for entry_id, reasons in zip(ids, why, strict=True))

    def _holding(
        self, phrases: tuple[str, ...], evidence: Evidence, order: NDArray[np.intp], limit: int
    ) -> NDArray[np.intp]:
        """Of the candidates in their order those that hold every phrase."""
        ids = evidence.entry_ids[order[:_VERIFIED]].tolist()
        texts = self._reader.texts(ids)
        holds = [all(phrase in fold(texts[entry_id]) for phrase in phrases) for entry_id in ids]
        return order[:_VERIFIED][np.array(holds, dtype=bool)][:limit]

    def _why(self, points: NDArray[np.float64], evidence: Evidence, shown: NDArray[np.intp]) -> list[tuple[str, ...]]:
        explained: list[tuple[str, ...]] = []
        for column, position in zip(points.T, shown, strict=True):
            strongest = sorted(zip(self._rules, column, strict=True), key=lambda item: -abs(item[1]))
            reasons = [f"{rule.name} {worth:+.1f}" for rule, worth in strongest if round(worth, 1)]
            explained.append((f"found by {' and '.join(evidence.tiers(int(position)))}", *reasons))
        return explained


def _hit(facts: EntryFacts, why: tuple[str, ...]) -> Hit:
    base = facts.docset_original_url
    target = f"{facts.page}#{facts.anchor}" if facts.anchor else facts.page
    return Hit(
        id=facts.id,
        docset=facts.docset,
        version=facts.version,
        kind=facts.kind,
        name=facts.name,
        signature=facts.signature,
        summary=facts.summary,
        page=facts.page,
        anchor=facts.anchor,
        breadcrumb=facts.breadcrumb,
        original_url=base + target if base else None,
        deprecated=facts.deprecated,
        why=why,
    )
