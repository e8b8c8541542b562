"""Ranking rules: each one reason to put candidates higher or lower, in points.

A rule sees the query and the evidence of all candidates and gives each of them points. A candidate's score is their
sum, so every rule can be read, tested and changed alone, and "why is this first?" is answered by listing them.

The scale: 100 points are those of an entry whose full name is just what was typed; every other weight says how much of
that a reason is worth. Those that decide what is right (a name, a heading, a text, a meaning) go up to about 100; those
that only decide between several that are right (links, kinds, parts that few read) to about 30.

A rule's weights are its fields. To change one, change it here: ``python -m benchmarks.relevance JUDGED`` prints what
they reach together, and ``python -m benchmarks.weights JUDGED`` what each of them is worth. The index chooses what it
stores for beginnings of names by some of them as well (`livedocs.library.index.beginnings`); a test says which.
"""

# A rule that looks at the evidence alone is given the query all the same, as the port says.
# ruff: noqa: ARG002

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from livedocs.library.areas import Area
from livedocs.library.keys import Form
from livedocs.search.asked_area import asked_area
from livedocs.search.query import Query, Shape

if TYPE_CHECKING:
    from livedocs.search.arrays import Values
    from livedocs.search.evidence import Evidence


class Rule(Protocol):
    """One reason to order candidates."""

    @property
    def name(self) -> str:
        """Two or three words that say what the rule looks at."""
        ...

    def points(self, query: Query, evidence: Evidence) -> Values:
        """Points for each candidate; 0 where the rule has nothing to say."""
        ...


def _by_form(points: Mapping[Form, float]) -> Values:
    """Points as an array to be looked up by `Form`; 0 for forms that are not there."""
    return np.array([points.get(form, 0.0) for form in Form])


@dataclass(frozen=True)
class NamedExactly:
    """It is called just what was typed. The stronger the form of the name the better; a freer reading counts less.

    Attributes:
        forms: points by the form in which what was typed names the entry.
        freer_reading: added once for each more literal reading that was looked up before the one that matched, see
            `Query.readings`.
        words_as_name: added when several words together are a name (``json dumps``), which hardly mean anything else.
        first_of_error: added for what explains an error best: its words are CPython's, not the documentation's, so that
            headings and texts that hold them, which may have more points than a name, are seldom about the error.
        same_case: added when the name is written as it was typed, in small letters, as most names are.
        same_capitals: the same with capitals: nobody presses shift for nothing, ``Decimal`` is the class, not the
            module.
        further_key: added for each further key that was looked up and names the entry as well.
        name: how an explanation calls the rule.
    """

    forms: Mapping[Form, float] = field(
        default_factory=lambda: {
            Form.NAME: 100.0,
            Form.SYNTAX: 97.0,
            Form.TERM: 95.0,
            Form.TITLE: 90.0,
            Form.SUFFIX: 88.0,
            Form.INDEX: 84.0,
            Form.LINK: 66.0,
            Form.INITIALS: 60.0,
        }
    )
    freer_reading: float = -4.0
    words_as_name: float = 30.0
    first_of_error: float = 50.0
    same_case: float = 6.0
    same_capitals: float = 20.0
    further_key: float = 4.0
    name: str = "named exactly"

    def points(self, query: Query, evidence: Evidence) -> Values:
        """The strongest of its exact matches; the same case and further keys add to it."""
        names = evidence.names
        if not names.exact.any():
            return np.zeros(len(evidence))
        worth = self._worth[names.forms] + self.freer_reading * names.ranks
        if query.shape is Shape.WORDS:
            worth += self.words_as_name * (names.forms <= Form.SUFFIX)
        elif query.shape is Shape.ERROR:
            worth += self.first_of_error * (names.ranks == 0)
        points = evidence.strongest(worth, names.exact)
        same_case = self.same_case if query.name.islower() else self.same_capitals
        points += same_case * evidence.strongest(names.same_case.astype(float), names.exact)
        return points + self.further_key * np.maximum(0, evidence.keys_matched() - 1)

    @cached_property
    def _worth(self) -> Values:
        return _by_form(self.forms)


@dataclass(frozen=True)
class NameBegins:
    """Its name begins with what was typed; the less is missing, the better.

    Even a complete one has fewer points than the same form has in `NamedExactly`.

    Attributes:
        forms: points by the form in which the whole key names the entry; nothing begins with initials.
        complete: added in proportion to how much of the key was typed.
        name: how an explanation calls the rule.
    """

    forms: Mapping[Form, float] = field(
        default_factory=lambda: {
            Form.NAME: 62.0,
            Form.TERM: 60.0,
            Form.SUFFIX: 54.0,
            Form.TITLE: 48.0,
            Form.SYNTAX: 48.0,
            Form.INDEX: 46.0,
            Form.LINK: 38.0,
        }
    )
    complete: float = 16.0
    name: str = "name begins with it"

    def points(self, query: Query, evidence: Evidence) -> Values:
        """The strongest of its matches by beginning; what is named exactly has its points already."""
        names = evidence.names
        if names.exact.all():
            return np.zeros(len(evidence))
        worth = self._worth[names.forms] + self.complete * len(query.beginning) / names.key_chars
        points = evidence.strongest(worth, ~names.exact)
        points[evidence.candidates[names.exact]] = 0.0
        return points

    @cached_property
    def _worth(self) -> Values:
        return _by_form(self.forms)


@dataclass(frozen=True)
class HeadingSaysIt:
    """Its heading says what was asked and little else: a name's words, a title, an index line, the text of a link.

    Attributes:
        most: when the heading has all words of the query and no others.
        beside_names: the same for a name while something is called that or begins so: words that merely share its stem
            are hardly what was meant.
        name: how an explanation calls the rule.
    """

    most: float = 60.0
    beside_names: float = 20.0
    name: str = "heading says it"

    def points(self, query: Query, evidence: Evidence) -> Values:
        """By the square of the F-measure, the harmonic mean of how much of the query and of the heading is shared."""
        both = evidence.recall + evidence.precision
        shared = 2 * evidence.recall * evidence.precision / np.maximum(both, 1e-9)
        most = self.beside_names if query.shape is Shape.NAME and evidence.named else self.most
        return most * shared * shared


@dataclass(frozen=True)
class TextSpeaksOfIt:
    """Its text speaks of what was asked, of the rare words above all; a name is better looked up than read about.

    Attributes:
        words: when the text speaks of every word of a question or an error, and of little else.
        name_or_syntax: the same for a name or a piece of syntax.
        name: how an explanation calls the rule.
    """

    words: float = 90.0
    name_or_syntax: float = 25.0
    name: str = "text speaks of it"

    def points(self, query: Query, evidence: Evidence) -> Values:
        """In proportion to the text's score."""
        most = self.words if query.shape in {Shape.WORDS, Shape.ERROR} else self.name_or_syntax
        return most * evidence.text


@dataclass(frozen=True)
class LinkedOften:
    """The rest of the documentation leads to it, or to its page.

    Attributes:
        per_doubling: each time the number of links to the entry doubles.
        most_doublings: how often that counts: 255 links are as good as any more.
        page_per_doubling: each time the number of links to all entries of its page doubles, without a bound; only for
            words, because a question is answered by a chapter that many refer to rather than by one of its lines.
        name: how an explanation calls the rule.
    """

    per_doubling: float = 2.0
    most_doublings: float = 8.0
    page_per_doubling: float = 1.0
    name: str = "linked often"

    def points(self, query: Query, evidence: Evidence) -> Values:
        """By the binary logarithm of the number of links, and of one more so that none is 0."""
        columns = evidence.columns
        to_entry = np.minimum(self.most_doublings, np.log2(1 + evidence.of(columns.links)))
        to_page = np.log2(1 + evidence.of(columns.page_links)) if query.shape is Shape.WORDS else 0.0
        return self.per_doubling * to_entry + self.page_per_doubling * to_page


@dataclass(frozen=True)
class ReadByFew:
    """It stands in a part that few look for, or is on its way out.

    Attributes:
        news: for release notes and changelogs.
        native: for the interface for another language, such as Python's for C.
        deprecated: for what the documentation calls deprecated, when it was asked for by name.
        deprecated_answer: for the same as an answer to a question: somebody would build on it.
        asked_for: in the place of the first two when the query asks for that part in so many words.
        name: how an explanation calls the rule.
    """

    news: float = -28.0
    native: float = -28.0
    deprecated: float = -10.0
    deprecated_answer: float = -35.0
    asked_for: float = 20.0
    name: str = "read by few"

    def points(self, query: Query, evidence: Evidence) -> Values:
        """Taken off for release notes, the interface for C, and what is deprecated; given to what was asked for."""
        columns = evidence.columns
        area = np.zeros(len(Area))
        area[Area.NEWS], area[Area.NATIVE] = self.news, self.native
        wanted = asked_area(query)
        if wanted is not Area.MAIN:
            area[wanted] = self.asked_for
        deprecated = self.deprecated_answer if query.shape is Shape.WORDS else self.deprecated
        if query.filters.deprecated:  # nothing else was asked for
            deprecated = 0.0
        return area[evidence.of(columns.area)] + deprecated * evidence.of(columns.deprecated)


@dataclass(frozen=True)
class KindOfEntry:
    """Modules, classes and functions are asked for by name more often than their members, syntax has sections.

    Whoever types a dot before the name asks for a member. A question is answered by what one calls or reads rather than
    by a constant or an option.

    Attributes:
        by_name: by kind, for a name without a dot.
        by_member: by kind, for a name behind a dot that has nothing before it, or somebody's variable: ``.append``,
            ``my_list.append``.
        built_in: for a name, when the entry needs no import.
        section_on_syntax: for syntax, when the entry is a section.
        by_question: by kind, for words and errors.
        name: how an explanation calls the rule.
    """

    by_name: Mapping[str, float] = field(
        default_factory=lambda: {"module": 7.0, "class": 3.0, "function": 3.0, "exception": 3.0, "term": 3.0}
    )
    by_member: Mapping[str, float] = field(
        default_factory=lambda: {"method": 14.0, "attribute": 12.0, "class": -8.0, "module": -16.0}
    )
    built_in: float = 5.0
    section_on_syntax: float = 10.0
    by_question: Mapping[str, float] = field(
        default_factory=lambda: {
            "data": -8.0,
            "attribute": -8.0,
            "envvar": -10.0,
            "option": -15.0,
            "opcode": -20.0,
            "pdbcommand": -20.0,
            "2to3fixer": -30.0,
        }
    )
    name: str = "kind of entry"

    def points(self, query: Query, evidence: Evidence) -> Values:
        """By kind and shape of query; what needs no import counts a little more, and a dot says enough of the kind."""
        columns = evidence.columns
        if query.shape is Shape.SYNTAX:
            return self.section_on_syntax * (evidence.of(columns.kind) == columns.number("section"))
        if query.shape is Shape.NAME:
            points = self.built_in * evidence.of(columns.built_in).astype(float)
            if query.member:
                return points + _by_kind(self.by_member, evidence)
            return points if "." in query.name else points + _by_kind(self.by_name, evidence)
        return _by_kind(self.by_question, evidence)


def _by_kind(points: Mapping[str, float], evidence: Evidence) -> Values:
    worth = np.zeros(evidence.columns.numbers)  # kinds that no entry has share the last place, which is nobody's
    for kind, most in points.items():
        worth[evidence.columns.number(kind)] = most
    return worth[evidence.of(evidence.columns.kind)]


@dataclass(frozen=True)
class HomeDocset:
    """It belongs to the language itself, which most questions are about when several docsets are searched.

    Attributes:
        language: for every entry of that docset, in any version.
        beside_names: the same for a name or syntax when something is called just so: another docset's goes before what
            only begins so in the language's.
        docset: its name.
        name: how an explanation calls the rule.
    """

    language: float = 40.0
    beside_names: float = 12.0
    docset: str = "python"
    name: str = "the language's own"

    def points(self, query: Query, evidence: Evidence) -> Values:
        """The same for all of them; nothing when the library holds no other docset."""
        docsets = evidence.columns.docsets
        own = [docset.id for docset in docsets if docset.name == self.docset]
        if not own or len(own) == len(docsets):
            return np.zeros(len(evidence))
        points = np.zeros(max(docset.id for docset in docsets) + 1)
        by_name = query.shape in {Shape.NAME, Shape.SYNTAX} and evidence.names.exact.any()
        points[own] = self.beside_names if by_name else self.language
        return points[evidence.of(evidence.columns.docset)]


@dataclass(frozen=True)
class MeansIt:
    """It means what was asked, in whatever words; only prose is compared so, see `livedocs.search.meaning`.

    Attributes:
        most: when it says the very same.
        unrelated: the similarity (a cosine) of two texts that have nothing to do with each other.
        name: how an explanation calls the rule.
    """

    most: float = 100.0
    unrelated: float = 0.2
    name: str = "means it"

    def points(self, query: Query, evidence: Evidence) -> Values:
        """In proportion to the similarity, above what any two texts have."""
        return self.most * np.maximum(0.0, evidence.meaning - self.unrelated) / (1.0 - self.unrelated)


RULES: tuple[Rule, ...] = (
    NamedExactly(),
    NameBegins(),
    HeadingSaysIt(),
    TextSpeaksOfIt(),
    LinkedOften(),
    ReadByFew(),
    KindOfEntry(),
    HomeDocset(),
    MeansIt(),
)
"""Every rule, in the order they are explained."""
