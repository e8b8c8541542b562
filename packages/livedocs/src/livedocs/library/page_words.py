"""The words of a page, counted where it is parsed: small to send between processes, and no numpy to import there."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from livedocs.library.analysis import MAX_TERM_CHARS, token_counts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from livedocs.parsing.models import Entry

NUMBER = "I"
"""Type of every number, as `array` calls what numpy calls `uint32`."""


@dataclass(frozen=True, slots=True)
class PageWords:
    """Which words stand in the text and in the first sentence of which entry of a page.

    Both are tables with a row for each entry and distinct word, those of an entry together. Words are numbers.

    Attributes:
        words: the distinct words of the page, one a line; its number is that of its line.
        text_lengths: for each entry the words of its text, with repetitions.
        text_rows: for each entry its rows of the first table.
        text_words: for each row the word.
        text_counts: for each row how often the text holds the word.
        summary_rows: for each entry its rows of the second table.
        summary_words: for each row the word.
    """

    words: str
    text_lengths: bytes
    text_rows: bytes
    text_words: bytes
    text_counts: bytes
    summary_rows: bytes
    summary_words: bytes


def count_page(entries: Iterable[Entry]) -> PageWords:
    """Count the words of a page; those longer than `MAX_TERM_CHARS` are left out."""
    numbers: dict[str, int] = {}
    tables = [array(NUMBER) for _ in range(6)]
    text_lengths, text_rows, text_words, text_counts, summary_rows, summary_words = tables
    for entry in entries:
        in_text, in_summary = token_counts(entry.text), token_counts(first_sentence(entry.summary))
        for counts in (in_text, in_summary):
            if max(map(len, counts), default=0) > MAX_TERM_CHARS:
                for word in [word for word in counts if len(word) > MAX_TERM_CHARS]:
                    del counts[word]
        text_lengths.append(in_text.total())
        text_rows.append(len(in_text))
        text_words.extend([numbers.setdefault(word, len(numbers)) for word in in_text])
        text_counts.extend(in_text.values())
        summary_rows.append(len(in_summary))
        summary_words.extend([numbers.setdefault(word, len(numbers)) for word in in_summary])
    return PageWords("\n".join(numbers), *(table.tobytes() for table in tables))


_SENTENCE_END = re.compile(r"\.(?=\s|$)")


def first_sentence(summary: str) -> str:
    """The first sentence of a summary.

    >>> first_sentence("Join paths. On Windows, see below.")
    'Join paths.'
    """
    end = _SENTENCE_END.search(summary)
    return summary[: end.end()] if end else summary
