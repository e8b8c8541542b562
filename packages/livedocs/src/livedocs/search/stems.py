"""Word stems, so that ``sorting`` finds ``sort``. The same algorithm as the full-text index: Porter's."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol, cast

import snowballstemmer


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 - the library's name


_PORTER = cast("_Stemmer", snowballstemmer.stemmer("porter"))  # pyright: ignore[reportUnknownMemberType] - untyped library


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of a folded word.

    >>> stem("iterators"), stem("iterating")
    ('iter', 'iter')
    """
    return _PORTER.stemWord(word)
