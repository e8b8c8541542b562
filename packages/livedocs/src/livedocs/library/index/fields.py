"""Which words stand in which field of an entry, and which of its wordings they make up. No numbers yet."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from livedocs.library.analysis import (
    STOP_WORDS,
    Segmenter,
    count_words,
    name_parts,
    name_words,
    stem,
    tokens,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from livedocs.library.assemble import AssembledEntry
    from livedocs.library.page_words import PageWords
    from livedocs.parsing.models import Entry

TITLE_WEIGHT = 1.0
"""What the words of a title, a section's name or a term are worth in `Wordings`."""
INDEX_WEIGHT = 0.9
"""The same for a line of the general index and the text of links."""
NAME_WEIGHT = 0.8
"""The same for the words that an identifier is made of."""

_SAYS_NOTHING = STOP_WORDS | {"module", "function", "built"}
_ONE_WORD = re.compile(r"\w+")
_BEFORE_TITLE = re.compile(r"^\S+ \u2014 ")


class WordNumbers(dict[str, int]):
    """Numbers words from 0 in the order in which they are first asked for."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


class Rows:
    """For each of some things, in their order, numbers."""

    def __init__(self) -> None:
        self._lengths: list[int] = []
        self._numbers: list[int] = []

    def add(self, numbers: Sequence[int]) -> None:
        """Add the numbers of the next thing."""
        self._lengths.append(len(numbers))
        self._numbers += numbers

    @property
    def things(self) -> NDArray[np.intp]:
        """For each number which thing it belongs to, from 0."""
        return _each_repeated(self.lengths)

    @property
    def lengths(self) -> NDArray[np.uint32]:
        """How many numbers each thing has."""
        return np.array(self._lengths, np.uint32)

    @property
    def numbers(self) -> NDArray[np.uint32]:
        """All numbers."""
        return np.array(self._numbers, np.uint32)


@dataclass(frozen=True, slots=True)
class TextRows:
    """`PageWords` of all pages, with numbers of words and entries that hold for the whole docset.

    Attributes:
        lengths: for each entry the words of its text.
        entries: for each row of a text the entry.
        words: for each row of a text the word.
        counts: for each row of a text how often it holds the word.
        summary_entries: for each row of a first sentence the entry.
        summary_words: for each row of a first sentence the word.
    """

    lengths: NDArray[np.uint32]
    entries: NDArray[np.intp]
    words: NDArray[np.intp]
    counts: NDArray[np.uint32]
    summary_entries: NDArray[np.intp]
    summary_words: NDArray[np.intp]

    @classmethod
    def join(cls, pages: Iterable[PageWords], numbers: WordNumbers) -> TextRows:
        """Put the words of pages together.

        Args:
            pages: in their order.
            numbers: of words; gets those of the pages as well.
        """
        listed = list(pages)
        words, summary_words = [np.empty(0, np.intp)], [np.empty(0, np.intp)]
        for page in listed:
            of_page = np.array([*map(numbers.__getitem__, page.words.split("\n"))] if page.words else [], np.intp)
            words.append(of_page[_table(page.text_words)])
            summary_words.append(of_page[_table(page.summary_words)])
        return cls(
            _table(b"".join(page.text_lengths for page in listed)),
            _each_repeated(_table(b"".join(page.text_rows for page in listed))),
            np.concatenate(words),
            _table(b"".join(page.text_counts for page in listed)),
            _each_repeated(_table(b"".join(page.summary_rows for page in listed))),
            np.concatenate(summary_words),
        )


def _each_repeated(times: NDArray[np.uint32]) -> NDArray[np.intp]:
    """0, 1, 2, ... each as often as said."""
    return np.repeat(np.arange(len(times)), times)


def _table(data: bytes) -> NDArray[np.uint32]:
    return np.frombuffer(data, np.uint32)


@dataclass(frozen=True, slots=True)
class Wordings:
    """What entries are called, a wording at a time: its words add up to what typing all of it is worth.

    Attributes:
        entries: for each wording the entry.
        weights: for each wording what it is worth.
        words: for each wording its words.
    """

    entries: list[int] = field(default_factory=list[int])
    weights: list[float] = field(default_factory=list[float])
    words: Rows = field(default_factory=Rows)

    def add(self, entry: int, weight: float, words: Sequence[int]) -> None:
        """Add a wording; nothing happens when it has no words."""
        if words:
            self.entries.append(entry)
            self.weights.append(weight)
            self.words.add(words)


class DocsetFields:
    """The words in the fields of a docset's entries.

    Args:
        project: name of the documented project; it says nothing within its own documentation.
        entries: of the docset.
        pages: the words of its pages, in the same order.
    """

    def __init__(self, project: str, entries: Sequence[AssembledEntry], pages: Iterable[PageWords]) -> None:
        self.numbers = WordNumbers()
        self.text = TextRows.join(pages, self.numbers)
        self.name, self.heading, self.place = Rows(), Rows(), Rows()
        self.wordings = Wordings()
        self._says_nothing = _SAYS_NOTHING.union(tokens(project))
        self._segments = Segmenter(count_words(_sentences(entries)))
        self._places: dict[tuple[str, tuple[str, ...]], list[int]] = {}
        self._parts: dict[str, _PartWords] = {}
        for position, item in enumerate(entries):
            self._add(position, item)

    @cached_property
    def stems(self) -> list[str]:
        """The stem of each word, by its number."""
        return [stem(word) for word in self.numbers]

    def word_counts(self) -> Counter[str]:
        """How often each word occurs in the texts of the entries."""
        counts = np.bincount(self.text.words, self.text.counts, len(self.numbers)).astype(int)
        return Counter(dict(zip(self.numbers, counts.tolist(), strict=True)))

    def _add(self, position: int, item: AssembledEntry) -> None:
        entry = item.entry
        *parents, own = (self._part(part) for part in entry.name.split(".")) if _is_object(entry) else (_NO_WORDS,)
        self.name.add(own.every)
        self.place.add(self._place(entry, parents))
        self.wordings.add(position, NAME_WEIGHT, own.whole)
        self.wordings.add(position, NAME_WEIGHT, own.smallest)
        if parents:
            every = [word for part in (*parents, own) for word in part.smallest]
            self.wordings.add(position, NAME_WEIGHT, list(dict.fromkeys(every)))
        title = entry.title if _is_object(entry) else entry.name
        heading = tokens(title)
        before = _BEFORE_TITLE.match(title)
        self.wordings.add(position, TITLE_WEIGHT, self._telling(tokens(title[before.end() :]) if before else heading))
        for line in item.wordings:
            words = tokens(line)
            heading += words
            self.wordings.add(position, INDEX_WEIGHT, self._telling(words))
        self.heading.add(self._numbered(heading))

    def _part(self, part: str) -> _PartWords:
        found = self._parts.get(part)
        if found is None:
            whole = tokens(part)[:1] if _ONE_WORD.fullmatch(part) else []
            smallest = [word for piece in name_parts(part) for word in self._segments(piece) or (piece,)]
            every = [*name_words(part, self._segments), *whole]
            found = _PartWords(self._numbered(every), self._numbered(smallest), self._numbered(whole))
            self._parts[part] = found
        return found

    def _place(self, entry: Entry, parents: Sequence[_PartWords]) -> list[int]:
        module = self._places.get((entry.module, entry.breadcrumb))
        if module is None:
            words = [word for part in entry.module.split(".") for word in self._part(part).every]
            module = words + self._numbered(tokens(" ".join(entry.breadcrumb)))
            self._places[entry.module, entry.breadcrumb] = module
        return list(dict.fromkeys([*module, *(word for part in parents for word in part.every)]))

    def _telling(self, wording: list[str]) -> list[int]:
        """The words of a wording that say something; all of them when none does."""
        words = [word for word in wording if "_" not in word]
        return self._numbered([word for word in words if word not in self._says_nothing] or words)

    def _numbered(self, words: Iterable[str]) -> list[int]:
        return [*map(self.numbers.__getitem__, dict.fromkeys(words))]


@dataclass(frozen=True, slots=True)
class _PartWords:
    """The words of one part of a dotted name: all, those that run no others together, the part as it is written."""

    every: list[int]
    smallest: list[int]
    whole: list[int]


_NO_WORDS = _PartWords([], [], [])


def _is_object(entry: Entry) -> bool:
    return entry.kind not in {"section", "term"}


def _sentences(entries: Iterable[AssembledEntry]) -> Iterable[str]:
    """Running text of a docset, to learn from which words it uses."""
    for item in entries:
        entry = item.entry
        yield entry.summary
        yield entry.title
        yield from entry.breadcrumb
        if not _is_object(entry):
            yield entry.name
