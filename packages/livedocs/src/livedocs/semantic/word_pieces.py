"""Text -> word pieces, as BERT's uncased models were trained on them.

The steps and their order are those of BERT's ``BasicTokenizer`` and ``WordpieceTokenizer`` (Devlin et al. 2018, "BERT:
Pre-training of Deep Bidirectional Transformers", and its published ``tokenization.py``). The one difference: markers
such as ``[SEP]`` typed in a text are text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

_LONGEST_WORD = 100
"""Characters; a longer run without a space or punctuation is unknown as a whole, as in the published code."""
_IDEOGRAPHS = (
    *((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F)),
    *((0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)),
)
"""Blocks whose characters are words of their own."""
_ASCII_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))
"""All but tab and line ends, which are spaces."""
_CACHED_WORDS = 50_000


class WordPieces:
    """Cuts text into the pieces of a vocabulary.

    Args:
        vocabulary: every piece in the order of its id; pieces that continue a word begin with ``##``.

    Raises:
        ValueError: the vocabulary lacks a marker that texts are wrapped in.
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._ids = {piece: position for position, piece in enumerate(vocabulary)}
        missing = {"[CLS]", "[SEP]", "[UNK]"} - self._ids.keys()
        if missing:
            raise ValueError(f"This is no vocabulary of BERT's: it lacks {', '.join(sorted(missing))}.")
        self._unknown = self._ids["[UNK]"]
        self._pieces_of = lru_cache(_CACHED_WORDS)(self._cut)

    def encode(self, text: str, limit: int) -> list[int]:
        """Ids of a text's pieces between the markers of its beginning and end.

        Args:
            text: any text; an empty one gives the two markers.
            limit: most ids to return, at least 2; what is beyond is left out.
        """
        ids = [self._ids["[CLS]"]]
        for word in _words(text):
            ids += self._pieces_of(word)
            if len(ids) >= limit:
                break
        return [*ids[: limit - 1], self._ids["[SEP]"]]

    def _cut(self, word: str) -> tuple[int, ...]:
        """The longest piece that the word begins with, then the longest that continues it, and so on."""
        if len(word) > _LONGEST_WORD:
            return (self._unknown,)
        ids: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            ends = range(len(word), start, -1)
            end = next((end for end in ends if prefix + word[start:end] in self._ids), None)
            if end is None:
                return (self._unknown,)
            ids.append(self._ids[prefix + word[start:end]])
            start = end
        return tuple(ids)


def _words(text: str) -> Iterator[str]:
    text = text.translate(_ASCII_CONTROLS)
    if not text.isascii():
        text = "".join(map(_spaced, text))
        text = "".join(char for char in unicodedata.normalize("NFD", text) if unicodedata.category(char) != "Mn")
    for run in text.lower().split():
        if run.isalnum():
            yield run
        else:
            yield from _apart(run)


def _spaced(char: str) -> str:
    """A character as it stands among words: ideographs apart, invisible ones nowhere."""
    if any(first <= ord(char) <= last for first, last in _IDEOGRAPHS):
        return f" {char} "
    is_invisible = "\x80" <= char <= "\x9f" or unicodedata.category(char) in {"Cf", "Co"}
    return "" if is_invisible or char == "\N{REPLACEMENT CHARACTER}" else char


def _apart(run: str) -> Iterator[str]:
    """The words of a run without spaces: each punctuation mark is one."""
    word = ""
    for char in run:
        if _is_punctuation(char):
            if word:
                yield word
            yield char
            word = ""
        else:
            word += char
    if word:
        yield word


@lru_cache(4096)
def _is_punctuation(char: str) -> bool:
    # BERT counts every ASCII symbol, though Unicode calls some of them otherwise ($ + < = > ^ ` | ~).
    return (char.isascii() and char.isprintable() and not char.isalnum()) or unicodedata.category(char).startswith("P")
