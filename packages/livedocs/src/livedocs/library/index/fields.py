"""Which words stand in which field of an entry, and which of its wordings they make up. No numbers yet."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from livedocs.library.analysis import (
    MAX_TERM_CHARS,
    STOP_WORDS,
    Segmenter,
    count_words,
    name_parts,
    name_words,
    stem,
    tokens,
)
from livedocs.library.page_words import NUMBER

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
_BEFORE_TITLE = re.compile(r"^\S+ \u2014 ")


class WordNumbers(dict[str, int]):
    """Numbers words from 0 in the order in which they are first asked for."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


class Rows:
    """A table with a row for each pair of numbers."""

    def __init__(self) -> None:
        self._left, self._right = array(NUMBER), array(NUMBER)

    def add(self, left: int, right: Sequence[int]) -> None:
        """Add a row for each number on the right."""
        self._left.extend([left] * len(right))
        self._right.extend(right)

    @property
    def left(self) -> NDArray[np.uint32]:
        """The first number of each row."""
        return np.frombuffer(self._left, np.uint32)

    @property
    def right(self) -> NDArray[np.uint32]:
        """The second number of each row."""
        return np.frombuffer(self._right, np.uint32)


@dataclass(frozen=True, slots=True)
class TextRows:
    """`PageWords` of all pages, with numbers of words and entries that hold for the whole docset.

    Attributes:
        text_words: for each entry the words of its text.
        entries: for each row the entry.
        words: for each row the word.
        counts: for each row how often the entry's text holds the word.
        in_summary: for each row whether the first sentence does.
    """

    text_words: NDArray[np.uint32]
    entries: NDArray[np.intp]
    words: NDArray[np.intp]
    counts: NDArray[np.uint32]
    in_summary: NDArray[np.bool_]

    @classmethod
    def join(cls, pages: Iterable[PageWords], numbers: WordNumbers) -> TextRows:
        """Put the words of pages together.

        Args:
            pages: in their order.
            numbers: of words; gets those of the pages as well.
        """
        listed = list(pages)
        words = [np.empty(0, np.intp)]
        for page in listed:
            numbers_here = [numbers[word] for word in page.words.split("\n")] if page.words else []
            words.append(np.array(numbers_here, np.intp)[_table(page.row_words)])
        rows = _table(b"".join(page.rows for page in listed))
        doubled = _table(b"".join(page.row_counts for page in listed))
        return cls(
            _table(b"".join(page.text_words for page in listed)),
            np.repeat(np.arange(len(rows)), rows),
            np.concatenate(words),
            doubled >> np.uint32(1),
            (doubled & np.uint32(1)).astype(bool),
        )


def _table(data: bytes) -> NDArray[np.uint32]:
    return np.frombuffer(data, np.uint32)


@dataclass(frozen=True, slots=True)
class Wordings:
    """What entries are called, a wording at a time: its words add up to what typing all of it is worth.

    Attributes:
        entries: for each wording the entry.
        weights: for each wording what it is worth.
        words: a row for each wording and word of it.
    """

    entries: array[int] = field(default_factory=lambda: array(NUMBER))
    weights: array[float] = field(default_factory=lambda: array("d"))
    words: Rows = field(default_factory=Rows)

    def add(self, entry: int, weight: float, words: Sequence[int]) -> None:
        """Add a wording."""
        if words:
            self.words.add(len(self.entries), words)
            self.entries.append(entry)
            self.weights.append(weight)


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
        self._places: dict[tuple[str, str, tuple[str, ...]], list[int]] = {}
        self._contents: dict[str, list[int]] = {}
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
        entry, lines = item.entry, item.wordings
        parents, _, last = entry.name.rpartition(".")
        title = entry.title if _is_object(entry) else entry.name
        heading = [word for text in (title, *lines) for word in tokens(text)]
        self.heading.add(position, self._numbered(heading))
        if _is_object(entry):
            self.name.add(position, self._numbered([*name_words(last, self._segments), *tokens(last)]))
            for name in dict.fromkeys((last, entry.name)):
                self.wordings.add(position, NAME_WEIGHT, self._numbered(self._smallest_words(name)))
            self.wordings.add(position, NAME_WEIGHT, self._numbered(tokens(last)[:1]))
        else:
            parents = ""
        self.wordings.add(position, TITLE_WEIGHT, self._telling(_BEFORE_TITLE.sub("", title)))
        for line in lines:
            self.wordings.add(position, INDEX_WEIGHT, self._telling(line))
        self.place.add(position, self._place(entry.module, parents, entry.breadcrumb))

    def _place(self, module: str, parents: str, breadcrumb: tuple[str, ...]) -> list[int]:
        key = module, parents, breadcrumb
        if key not in self._places:
            names = dict.fromkeys((module, parents))
            words = [word for name in names for word in name_words(name, self._segments)]
            self._places[key] = self._numbered(words + tokens(" ".join(breadcrumb)))
        return self._places[key]

    def _smallest_words(self, name: str) -> list[str]:
        return [word for part in name_parts(name) for word in self._segments(part) or (part,)]

    def _telling(self, wording: str) -> list[int]:
        """The words of a wording that say something; all of them when none does."""
        if wording not in self._contents:
            words = [word for word in tokens(wording) if "_" not in word]
            self._contents[wording] = self._numbered(
                [word for word in words if word not in self._says_nothing] or words
            )
        return self._contents[wording]

    def _numbered(self, words: Iterable[str]) -> list[int]:
        return [self.numbers[word] for word in dict.fromkeys(words) if len(word) <= MAX_TERM_CHARS]


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
