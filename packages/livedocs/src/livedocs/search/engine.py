"""The engine: a query in, ranked hits out.

parse the query -> tiers propose candidates (names and terms, beginnings, full text, corrected spelling) -> rules order
them. Everything is read through the `CandidateReader` port; ordering is pure.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from livedocs.search.candidates import Candidate
from livedocs.search.models import Filters, Hit, SearchResult
from livedocs.search.query import Query, Shape
from livedocs.search.reading import clean, parse
from livedocs.search.rules import RULES
from livedocs.search.shapes import replace_words
from livedocs.search.spelling import Spelling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livedocs.search.candidates import CandidateReader, KeyMatch
    from livedocs.search.rules import Rule

DEFAULT_LIMIT = 20
MAX_LIMIT = 100

_EXACT_LIMIT = 60
_BEGINNING_LIMIT = 60
_TEXT_LIMIT = 60
_COMMON = 20
"""Occurrences from which on a word is common."""


class Engine:
    """Answers queries from one library.

    Args:
        reader: reads candidates.
        spelling: the library's words and names; None: read when they are first needed.
        rules: how candidates are ordered.
    """

    def __init__(
        self, reader: CandidateReader, spelling: Spelling | None = None, rules: Sequence[Rule] = RULES
    ) -> None:
        self._reader = reader
        self._given_spelling = spelling
        self._rules = rules

    @cached_property
    def _spelling(self) -> Spelling:
        return self._given_spelling or Spelling.load(self._reader)

    def search(self, query: str, *, limit: int = DEFAULT_LIMIT, filters: Filters = Filters()) -> SearchResult:  # noqa: B008 - frozen
        """Answer one query.

        Args:
            query: as typed.
            limit: hits wanted at most, 1 to `MAX_LIMIT`.
            filters: what the search is limited to.

        Raises:
            QueryError: the query is too long.
        """
        parsed = parse(query, filters)
        if parsed.shape is Shape.EMPTY:
            return SearchResult(query=clean(query))
        candidates = self._propose(parsed)
        corrected = self._correct(parsed, candidates)
        if corrected is not None:
            meant = parse(corrected, parsed.filters)
            better = self._propose(meant)
            if better:
                parsed, candidates = replace(meant, text=corrected), better
            else:
                corrected = None
        hits = self._rank(parsed, candidates)[: max(1, min(limit, MAX_LIMIT))]
        terms = tuple(dict.fromkeys((*parsed.readings[0], *parsed.words)))
        return SearchResult(query=clean(query), corrected=corrected, hits=tuple(hits), terms=terms)

    def _propose(self, query: Query) -> dict[int, Candidate]:
        matches = self._named(query, query.readings)
        if query.open_ended:
            matches += self._reader.beginning_with(query.beginning, query.filters, _BEGINNING_LIMIT)
        if not matches and query.fallbacks:
            matches = self._named(query, query.fallbacks)
        texts = self._reader.full_text(query, _TEXT_LIMIT)
        facts = self._reader.facts({item.entry_id for item in (*matches, *texts)})
        candidates = {entry_id: Candidate(item) for entry_id, item in facts.items()}
        for match in matches:
            candidates[match.entry_id].matches.append(match)
        for text in texts:
            candidates[text.entry_id].text_share = text.score / texts[0].score
        return candidates

    def _named(self, query: Query, readings: tuple[tuple[str, ...], ...]) -> list[KeyMatch]:
        ranks = {key: rank for rank, keys in reversed(list(enumerate(readings))) for key in keys}
        found = self._reader.exact(tuple(ranks), query.filters, _EXACT_LIMIT)
        matches = [replace(match, rank=ranks[match.key]) for match in found]
        if query.shape is Shape.SYNTAX and matches:
            # A sign is taken as literally as it can be: := is no colon.
            literal = min(match.rank for match in matches)
            matches = [match for match in matches if match.rank == literal]
        return matches

    def _correct(self, query: Query, candidates: dict[int, Candidate]) -> str | None:
        """The query that was probably meant, when nothing is called what was typed; None: there is no better one."""
        if query.shape not in {Shape.NAME, Shape.WORDS} or any(found.matches for found in candidates.values()):
            return None
        if query.shape is Shape.NAME:
            nearest = self._spelling.correct_name(query.beginning)
            if nearest is not None:
                return nearest
        # A single word may be the name of something that is not documented here; only common words stand in for it.
        least = _COMMON if query.shape is Shape.NAME else 1
        corrected = replace_words(query.text, self._spelling.correct_words(query.words, least_frequency=least))
        return corrected if corrected != query.text else None

    def _rank(self, query: Query, candidates: dict[int, Candidate]) -> list[Hit]:
        scored: list[tuple[float, Candidate, list[tuple[str, float]]]] = []
        for candidate in candidates.values():
            reasons = [(rule.name, rule.points(query, candidate)) for rule in self._rules]
            scored.append((sum(points for _, points in reasons), candidate, reasons))
        scored.sort(key=lambda item: (-item[0], len(item[1].facts.name), item[1].facts.name, item[1].facts.id))
        return [_hit(candidate, reasons) for _, candidate, reasons in scored]


def _hit(candidate: Candidate, reasons: list[tuple[str, float]]) -> Hit:
    facts = candidate.facts
    base = facts.docset_original_url
    target = f"{facts.page}#{facts.anchor}" if facts.anchor else facts.page
    strongest = sorted((reason for reason in reasons if reason[1]), key=lambda reason: -abs(reason[1]))
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
        deprecated=bool(facts.deprecated),
        why=tuple(f"{name} {points:+.1f}" for name, points in strongest),
    )
