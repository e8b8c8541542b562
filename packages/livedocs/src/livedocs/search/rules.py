"""Ranking rules: each one reason to put a candidate higher or lower, in points.

A rule sees the query and one candidate and gives points. A candidate's score is their sum, so every rule can be read,
tested and changed alone, and "why is this first?" is answered by listing them. All weights stand here and nowhere else;
``python -m benchmarks.relevance`` prints what they reach.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from livedocs.library.areas import Area
from livedocs.library.keys import Form, fold
from livedocs.search.query import Query, Shape
from livedocs.search.stems import stem

if TYPE_CHECKING:
    from livedocs.search.candidates import Candidate


class Rule(Protocol):
    """One reason to order candidates."""

    @property
    def name(self) -> str:
        """Two or three words that say what the rule looks at."""
        ...

    def points(self, query: Query, candidate: Candidate) -> float:
        """Points for a candidate; 0 when the rule has nothing to say."""
        ...


_EXACT = {
    Form.NAME: 100.0,
    Form.SYNTAX: 97.0,
    Form.TERM: 95.0,
    Form.TITLE: 90.0,
    Form.SUFFIX: 88.0,
    Form.INDEX: 84.0,
    Form.LINK: 66.0,
}
_FREER_READING = 4.0
_SAME_CASE = 6.0
_FURTHER_KEY = 4.0


@dataclass(frozen=True, slots=True)
class NamedExactly:
    """It is called just what was typed."""

    name: str = "named exactly"

    def points(self, query: Query, candidate: Candidate) -> float:
        """The strongest of its exact matches; a freer reading counts less, the same case and further matches more."""
        exact = [match for match in candidate.matches if match.exact]
        if not exact:
            return 0.0
        points = max(_EXACT[match.form] - _FREER_READING * match.rank for match in exact)
        if query.name and f".{candidate.facts.name}".endswith(f".{query.name}"):
            points += _SAME_CASE
        return points + _FURTHER_KEY * (len({match.key for match in exact}) - 1)


_BEGINNING = {
    Form.NAME: 62.0,
    Form.TERM: 60.0,
    Form.SUFFIX: 54.0,
    Form.TITLE: 48.0,
    Form.SYNTAX: 48.0,
    Form.INDEX: 46.0,
    Form.LINK: 38.0,
}
_COMPLETE = 16.0


@dataclass(frozen=True, slots=True)
class NameBegins:
    """Its name begins with what was typed; the less is missing, the better."""

    name: str = "name begins with it"

    def points(self, query: Query, candidate: Candidate) -> float:
        """The strongest of its matches by beginning; what is named exactly has its points already."""
        if any(match.exact for match in candidate.matches):
            return 0.0
        typed = len(query.beginning)
        return max(
            (_BEGINNING[match.form] + _COMPLETE * typed / len(match.key) for match in candidate.matches), default=0.0
        )


_WORDS_IN_NAME = 40.0
_WORDS_IN_TERMS = 30.0
_FOCUS = 14.0


@dataclass(frozen=True, slots=True)
class WordsInName:
    """The query's words stand in its name or title, or in one wording it is called by."""

    name: str = "words in its name"

    def points(self, query: Query, candidate: Candidate) -> float:
        """By the share of the query's words found, and by how little else the name says."""
        if query.shape not in {Shape.WORDS, Shape.ERROR} or not query.words:
            return 0.0
        wanted = {stem(word) for word in query.words}
        facts = candidate.facts
        best = _overlap(wanted, f"{facts.name} {facts.title}", _WORDS_IN_NAME)
        return max(best, *(_overlap(wanted, line, _WORDS_IN_TERMS) for line in facts.terms.split("\n")))


def _overlap(wanted: set[str], wording: str, weight: float) -> float:
    words = {stem(word) for word in fold(wording).replace(".", " ").replace("_", " ").replace("-", " ").split()}
    shared = len(wanted & words)
    if not shared:
        return 0.0
    share = shared / len(wanted)
    return weight * share * share + _FOCUS * share * shared / len(words)


_TEXT = {Shape.WORDS: 45.0, Shape.ERROR: 45.0, Shape.NAME: 12.0, Shape.SYNTAX: 12.0}


@dataclass(frozen=True, slots=True)
class TextSpeaksOfIt:
    """Its text holds the query's words, rare ones above all (BM25)."""

    name: str = "text speaks of it"

    def points(self, query: Query, candidate: Candidate) -> float:
        """In proportion to the best candidate's score; a single name is better looked up than read about."""
        return _TEXT[query.shape] * candidate.text_share


_PER_DOUBLING = 2.0
_MOST_DOUBLINGS = 8.0


@dataclass(frozen=True, slots=True)
class LinkedOften:
    """The rest of the documentation leads to it; each doubling counts the same, up to a bound."""

    name: str = "linked often"

    def points(self, query: Query, candidate: Candidate) -> float:  # noqa: ARG002 - the port's signature
        """By the logarithm of the number of links."""
        return _PER_DOUBLING * min(_MOST_DOUBLINGS, math.log2(1 + candidate.facts.link_count))


_AREA = {Area.MAIN: 0.0, Area.NEWS: -28.0, Area.NATIVE: -28.0}
_DEPRECATED = -8.0


@dataclass(frozen=True, slots=True)
class ReadByFew:
    """It stands in a part that few look for, or is on its way out."""

    name: str = "read by few"

    def points(self, query: Query, candidate: Candidate) -> float:  # noqa: ARG002 - the port's signature
        """Taken off for release notes, the C interface and what is deprecated."""
        facts = candidate.facts
        return _AREA[Area(facts.area)] + (_DEPRECATED if facts.deprecated else 0.0)


_KIND_OF_NAME = {"module": 7.0, "class": 3.0, "function": 3.0, "exception": 3.0, "term": 3.0}
_BUILT_IN = 5.0
_SECTION_ON_SYNTAX = 10.0


@dataclass(frozen=True, slots=True)
class KindOfEntry:
    """Modules, classes and functions are asked for by name more often than their members; syntax has sections."""

    name: str = "kind of entry"

    def points(self, query: Query, candidate: Candidate) -> float:
        """By kind and shape of query; what needs no import counts a little more, and a dot says enough of the kind."""
        facts = candidate.facts
        if query.shape is Shape.SYNTAX:
            return _SECTION_ON_SYNTAX if facts.kind == "section" else 0.0
        if query.shape is not Shape.NAME:
            return 0.0
        built_in = facts.role.startswith("py:") and not facts.module and facts.kind != "module"
        of_kind = 0.0 if "." in query.name else _KIND_OF_NAME.get(facts.kind, 0.0)
        return of_kind + (_BUILT_IN if built_in else 0.0)


RULES: tuple[Rule, ...] = (
    NamedExactly(),
    NameBegins(),
    WordsInName(),
    TextSpeaksOfIt(),
    LinkedOften(),
    ReadByFew(),
    KindOfEntry(),
)
"""Every rule, in the order they are explained."""
