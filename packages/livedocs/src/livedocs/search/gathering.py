"""Asking the tiers: names and terms, their beginnings, and text; what each found becomes evidence for the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from livedocs.library.analysis import STOP_WORDS, stem, tokens
from livedocs.library.areas import Area
from livedocs.search.asked_area import asked_area
from livedocs.search.candidates import LookUps
from livedocs.search.evidence import Evidence, NameMatches
from livedocs.search.query import Query, Shape
from livedocs.search.shapes import MAX_WORDS
from livedocs.search.text import Group, Variant, evaluate
from livedocs.search.thesaurus import synonyms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from livedocs.library.postings import Matches
    from livedocs.search.arrays import Truths
    from livedocs.search.candidates import CandidateReader, NameMatch
    from livedocs.search.laps import Laps
    from livedocs.search.meaning import Meaning
    from livedocs.search.resident import Resident
    from livedocs.search.text import TextEvidence

_NAMES = 100
"""Entries with a name that was looked up that are ranked, the strongest forms first."""
_NAMES_FILTERED = 2000
"""The same when filters will leave out most of them."""
_TEXTS = 300
"""Best places in postings that are looked at; an entry has as many as it holds words of the query."""
_TEXTS_WITH_PHRASES = 1500
"""The same when most of them may not hold the phrase."""
_ENOUGH_NAMES = 20
"""When so many names and terms are what was typed or begin so, a name is not looked for in text."""

_SYNONYMS = 5
"""Other words that stand for a word at most, the first ones of the thesaurus."""
_SYNONYM_WEIGHT = 0.5
"""What an entry that holds a synonym has of the points of one that holds the word itself."""
_COMPLETIONS = 5
"""Words that stand at most for one that is still being typed, the most frequent ones."""
_COMPLETION_WEIGHT = 0.7
"""The same as `_SYNONYM_WEIGHT` for an entry that holds such a word."""
_MIN_COMPLETED_CHARS = 2
"""A single letter may begin anything."""
_COMMON_TERM = 50
"""A word in so many entries is taken as complete: what else it may begin hardly adds to it."""


class Gatherer:
    """Collects evidence for queries to one library.

    Args:
        reader: reads candidates.
        resident: what stays in memory of the library.
        meaning: compares meanings; None: only words are compared.
    """

    def __init__(self, reader: CandidateReader, resident: Resident, meaning: Meaning | None) -> None:
        self._reader = reader
        self._resident = resident
        self._meaning = meaning

    def prepare(self, query: Query) -> None:
        """Tell the reader what a query will most likely have looked up."""
        self._reader.prepare(lambda: self._look_ups(query))

    def names(self, query: Query) -> NameMatches:
        """What is called what was typed, or begins so while the query is still being typed.

        Filters come later, except that nothing is read that they surely leave out.

        A query that ends with a space or a bracket is complete; when nothing is called that, it was ended too soon.
        """
        exact = self.named(query, query.readings)
        complete = not query.open_ended and (len(exact) > 0 or query.phrases)
        if complete or not query.beginning:
            return exact
        among = self._resident.columns.span(query.filters) if query.filters else None
        found = self._reader.beginning_with(query.beginning, among)
        if among is not None and not len(found.entry_ids):
            found = self._reader.beginning_with(query.beginning, None)  # is it a name at all?
        return exact.joined(_beginnings(found))

    def named(self, query: Query, readings: tuple[tuple[str, ...], ...]) -> NameMatches:
        """What is called just so in one of these readings."""
        ranks = {key: rank for rank, keys in reversed(list(enumerate(readings))) for key in keys}
        if not ranks:
            return NameMatches.none()
        found = self._reader.named(tuple(ranks), _name_limit(query))
        if query.shape is Shape.SYNTAX and found:
            # A sign is taken as literally as it can be: := is no colon.
            literal = min(ranks[match.key] for match in found)
            found = [match for match in found if ranks[match.key] == literal]
        return _exact(found, ranks, query.name)

    def gather(self, query: Query, names: NameMatches, laps: Laps) -> Evidence:
        """Add what texts say, if they can add something, and keep what the filters let through."""
        named = len(names) > 0
        allowed = self._allowed(query)
        if allowed is not None:
            names = names.only(allowed[names.entry_ids - 1])
        text = None
        if query.shape is not Shape.NAME or len(names) < _ENOUGH_NAMES:
            text = self._text(query, allowed, with_synonyms=query.shape is not Shape.NAME or not named)
        evidence = Evidence(self._resident.columns, names, text, named=named)
        laps.end("text")
        if self._meaning is None or not self._meaning.can_help(query, names):
            return evidence
        meanings = self._meaning.near(query.text, evidence.entry_ids, allowed)
        laps.end("meaning")
        return Evidence(self._resident.columns, names, text, meanings, named=named)

    def _look_ups(self, query: Query) -> LookUps:
        groups = self.groups(query, with_synonyms=query.shape is not Shape.NAME)
        terms = {variant.term for group in groups for variant in group.variants}
        return LookUps(
            keys=tuple(dict.fromkeys(key for keys in query.readings for key in keys)),
            key_limit=_name_limit(query),
            beginning=query.beginning or None,
            among=self._resident.columns.span(query.filters) if query.filters else None,
            terms=tuple(sorted(terms)),
            all_entries=bool(query.filters or query.excluded) or asked_area(query) is not Area.MAIN,
        )

    def _allowed(self, query: Query) -> Truths | None:
        """Which entries filters and excluded words let through; None: all."""
        columns = self._resident.columns
        allowed = columns.allowed(query.filters) if query.filters else None
        if query.excluded:
            terms = {stem(word) for word in query.excluded}
            allowed = np.ones(len(columns), dtype=bool) if allowed is None else allowed.copy()
            for found in self._reader.postings(terms, all_entries=True):
                allowed[found.postings.entry_ids - 1] = False
        return allowed

    def _text(self, query: Query, allowed: Truths | None, *, with_synonyms: bool) -> TextEvidence | None:
        groups = self.groups(query, with_synonyms=with_synonyms)
        if not groups:
            return None
        terms = {variant.term for group in groups for variant in group.variants}
        area = asked_area(query)
        all_entries = allowed is not None or area is not Area.MAIN
        found = {item.term: item for item in self._reader.postings(terms, all_entries=all_entries)}
        evidence = evaluate(
            groups,
            found,
            self._resident.columns.promise(area),
            allowed,
            _TEXTS_WITH_PHRASES if query.phrases else _TEXTS,
        )
        if evidence is not None and query.all_words:
            return evidence.only(evidence.complete)
        return evidence

    def groups(self, query: Query, *, with_synonyms: bool) -> list[Group]:
        """The words of a query, each with the terms that stand for it."""
        known = dict.fromkeys(word for typed in query.words for word in self._known_words(typed))
        words = tuple(known)[:MAX_WORDS]  # one that was typed may have hundreds of parts
        last = words[-1] if words and query.open_ended else None
        return [
            Group(tuple(self._variants(word, with_synonyms=with_synonyms, open_ended=word == last))) for word in words
        ]

    def _known_words(self, typed: str) -> Sequence[str]:
        """A word, or its parts when the library does not hold it as a whole: ``read_the_file``."""
        if "_" in typed and not self._resident.vocabulary.count(stem(typed)):
            parts = tokens(typed)[1:]
            return [part for part in parts if part not in STOP_WORDS] or parts or (typed,)
        return (typed,)

    def _variants(self, word: str, *, with_synonyms: bool, open_ended: bool) -> Iterable[Variant]:
        vocabulary = self._resident.vocabulary
        own = stem(word)
        yield Variant(own)
        said = {own}
        if with_synonyms:
            for term in synonyms(own)[:_SYNONYMS]:
                said.add(term)
                yield Variant(term, _SYNONYM_WEIGHT)
        if open_ended and len(word) >= _MIN_COMPLETED_CHARS and vocabulary.count(own) < _COMMON_TERM:
            for term in vocabulary.completions(word, _COMPLETIONS):
                if term not in said:
                    yield Variant(term, _COMPLETION_WEIGHT)


def _name_limit(query: Query) -> int:
    return _NAMES_FILTERED if query.filters else _NAMES


def _exact(found: list[NameMatch], ranks: dict[str, int], name: str) -> NameMatches:
    if not found:
        return NameMatches.none()
    positions = {key: position for position, key in enumerate(ranks)}
    ending = f".{name}" if name else "\n"  # no name ends with a line break
    entry_ids, forms, reading_ranks, key_chars, keys, same_case = np.array(
        [
            (
                match.entry_id,
                match.form,
                ranks[match.key],
                len(match.key),
                positions[match.key],
                f".{match.spelling}".endswith(ending),
            )
            for match in found
        ],
        dtype=np.intp,
    ).T
    exact = np.ones(len(found), dtype=bool)
    return NameMatches(entry_ids, forms, reading_ranks, key_chars, keys, exact, same_case.astype(bool))


def _beginnings(found: Matches) -> NameMatches:
    zeros = np.zeros(len(found.entry_ids), dtype=np.intp)
    no = zeros.astype(bool)
    return NameMatches(
        entry_ids=found.entry_ids.astype(np.intp),
        forms=found.forms.astype(np.intp),
        ranks=zeros,
        key_chars=found.key_chars.astype(np.intp),
        keys=zeros,
        exact=no,
        same_case=no,
    )
