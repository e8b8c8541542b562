"""The words of a page, counted where it is parsed: small to send between processes, and no numpy to import there."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from livedocs.library.analysis import MAX_TERM_CHARS, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from livedocs.parsing.models import Entry

NUMBER = "I"
"""Type of every number, as `array` calls what numpy calls `uint32`."""


@dataclass(frozen=True, slots=True)
class PageWords:
    """Which words stand in the text of which entry of a page, as a table with a row for each entry and word.

    Attributes:
        words: the distinct words of the page, one a line; its number is that of its line.
        text_words: for each entry the words of its text, with repetitions.
        rows: for each entry its number of rows.
        row_words: for each row the number of the word.
        row_counts: for each row twice how often the text holds it, and 1 more when the first sentence does.
    """

    words: str
    text_words: bytes
    rows: bytes
    row_words: bytes
    row_counts: bytes


def count_page(entries: Iterable[Entry]) -> PageWords:
    """Count the words of a page."""
    numbers: dict[str, int] = {}
    text_words, rows, row_words, row_counts = (array(NUMBER) for _ in range(4))
    for entry in entries:
        found = tokens(entry.text)
        counts = {word: 2 * count for word, count in Counter(found).items()}
        for word in set(tokens(first_sentence(entry.summary))):
            counts[word] = counts.get(word, 0) + 1
        for word in [word for word in counts if len(word) > MAX_TERM_CHARS]:
            del counts[word]
        text_words.append(len(found))
        rows.append(len(counts))
        row_words.extend([numbers.setdefault(word, len(numbers)) for word in counts])
        row_counts.extend(counts.values())
    return PageWords("\n".join(numbers), *(table.tobytes() for table in (text_words, rows, row_words, row_counts)))


_SENTENCE_END = re.compile(r"\.(?=\s|$)")


def first_sentence(summary: str) -> str:
    """The first sentence of a summary.

    >>> first_sentence("Join paths. On Windows, see below.")
    'Join paths.'
    """
    end = _SENTENCE_END.search(summary)
    return summary[: end.end()] if end else summary
