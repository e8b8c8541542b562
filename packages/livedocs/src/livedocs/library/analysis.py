"""From text to terms, the same way when a library is built and when it is asked. Pure."""

from __future__ import annotations

import re
import threading
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, cast

import Stemmer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MAX_TERM_CHARS = 64
"""Longer runs of letters are data, not words: they are not indexed."""

STOP_WORDS = frozenset(
    """a an and are as at be by can could do does for from get has have how i if in into is it its me my of on or our
    should so that the their them then there this to use using via want was way what when where which who why will with
    without would you your""".split()  # noqa: SIM905 - reads better than a hundred quotes
)
"""Words that say nothing of what is asked for when others do."""

_RUN = re.compile(r"\w+")


def tokens(text: str) -> list[str]:
    """Words of a text in their order, in lower case; one with underscores is followed by its parts.

    >>> tokens("The max_workers of __init__.py, 3.11")
    ['the', 'max_workers', 'max', 'workers', 'of', '__init', 'init', 'py', '3', '11']
    """
    found = _RUN.findall(text.lower())
    return [word for run in found for word in _words(run)] if "_" in text else found


def token_counts(text: str) -> Counter[str]:
    """How often each of a text's `tokens` stands in it; sooner than counting them.

    >>> token_counts("max_workers: workers")["workers"]
    2
    """
    counts = Counter(_RUN.findall(text.lower()))
    if "_" in text:
        for run in [run for run in counts if "_" in run]:
            count = counts.pop(run)
            for word in _words(run):
                counts[word] += count
    return counts


def _words(run: str) -> list[str]:
    """The words of a run of letters, digits and underscores; those at its end are punctuation."""
    if "_" not in run:
        return [run]
    whole = run.rstrip("_")
    return list(filter(None, [whole, *whole.split("_")] if "_" in whole else [whole]))


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 - the library's name


_ENGLISH = cast("_Stemmer", Stemmer.Stemmer("english", 0))  # pyright: ignore[reportUnknownMemberType] - untyped library
_ONE_AT_A_TIME = threading.Lock()  # a stemmer may be used by one thread at a time


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of a word in lower case, by Snowball's algorithm for English (https://snowballstem.org).

    >>> stem("iterators"), stem("iterating"), stem("max_workers")
    ('iter', 'iter', 'max_work')
    """
    with _ONE_AT_A_TIME:
        return _ENGLISH.stemWord(word)


_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_a-zA-Z]+")


def name_parts(name: str) -> list[str]:
    """Parts of an identifier, in lower case: between dots and underscores, at digits, and where capitals begin.

    >>> name_parts("HTTPServer.list_dir2")
    ['http', 'server', 'list', 'dir', '2']
    """
    return [part.lower() for part in _PART.findall(name)]


def name_words(name: str, segments: Callable[[str], tuple[str, ...]]) -> list[str]:
    """The parts of an identifier, each followed by the words that it runs together.

    Args:
        name: an identifier, dotted or not.
        segments: words that a part is made of, see `Segmenter`; none when it is a word itself.

    >>> name_words("os.listdir", {"os": (), "listdir": ("list", "dir")}.__getitem__)
    ['os', 'listdir', 'list', 'dir']
    """
    return [word for part in name_parts(name) for word in (part, *segments(part))]


_COMPOUND_CHARS = range(5, 25)
_FREQUENT = 30
"""A run of letters that running text uses this often is a word, whatever it can be split into."""
_KNOWN = 5
"""A word of three letters or more that running text uses this often may be part of a compound."""
_MOST_WORDS = 3
_SHORT_WORDS = frozenset({"dir", "fd", "id", "in", "int", "is", "len", "mk", "no", "on", "rm", "str", "to", "by"})
"""What names are put together from without being used in text, or too short to be trusted from there."""


class Segmenter:
    """Finds the words that names run together, such as ``list`` and ``dir`` in ``listdir``.

    Args:
        word_counts: how often the documentation uses a word (lower case) in sentences and titles.
    """

    def __init__(self, word_counts: Mapping[str, int]) -> None:
        self._counts = word_counts
        self._known = {word for word, count in word_counts.items() if count >= _KNOWN and len(word) > 2} | _SHORT_WORDS
        self._longest = max(map(len, self._known))
        self._found: dict[str, tuple[str, ...]] = {}

    def __call__(self, word: str) -> tuple[str, ...]:
        """The two or three words that a word is made of, preferring long ones; none when it is a word itself.

        >>> Segmenter({"list": 9, "split": 9, "lines": 9, "line": 9})("splitlines")
        ('split', 'lines')
        """
        if word not in self._found:
            self._found[word] = self._segment(word)
        return self._found[word]

    def _segment(self, word: str) -> tuple[str, ...]:
        if len(word) not in _COMPOUND_CHARS or self._counts.get(word, 0) >= _FREQUENT:
            return ()
        # The best way to split each beginning of the word: squares of lengths, so that long words win.
        best: list[tuple[int, tuple[str, ...]] | None] = [(0, ()), *[None] * len(word)]
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - self._longest), end):
                before, piece = best[start], word[start:end]
                if before is None or piece == word or piece not in self._known:
                    continue
                score = before[0] + len(piece) ** 2
                current = best[end]
                if current is None or score > current[0]:
                    best[end] = score, (*before[1], piece)
        pieces = best[-1][1] if best[-1] else ()
        return pieces if len(pieces) <= _MOST_WORDS and max(map(len, pieces), default=0) > 2 else ()


_LETTERS = re.compile(r"[^\W\d_]+")


def count_words(texts: Iterable[str]) -> Counter[str]:
    """How often words occur in texts, for `Segmenter`; only letters, in lower case."""
    return Counter(_LETTERS.findall("\n".join(texts).lower()))
