"""Long texts, compressed with a dictionary of their documentation's own phrases: most are too short to repeat any."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from livedocs.parsing.models import ParsedPage

_LEVEL = 4  # higher levels cost a build more time than they save a library space
_DICTIONARY_BYTES = 32768  # deflate looks back no further
_SAMPLES_PER_PAGE = 4
_SAMPLE_CHARACTERS = 500

SAMPLE_PAGES = 16
"""Pages that a dictionary is made from, spread over the documentation."""


def make_dictionary(pages: Iterable[ParsedPage]) -> bytes:
    """What entries spread over some pages begin with: it holds the phrases and the markup that others have as well."""
    samples: list[str] = []
    for page in pages:
        bodies = [entry.html for entry in page.entries if entry.html]
        step = max(1, len(bodies) // _SAMPLES_PER_PAGE)
        samples += [body[:_SAMPLE_CHARACTERS] for body in bodies[step // 2 :: step][:_SAMPLES_PER_PAGE]]
    return "".join(samples).encode("utf-8", "replace")[-_DICTIONARY_BYTES:]


class Compressor:
    """Compresses texts.

    Args:
        dictionary: see `make_dictionary`; may be empty.
    """

    def __init__(self, dictionary: bytes) -> None:
        # Copied for each text: what the dictionary holds is then indexed once.
        self._primed = zlib.compressobj(_LEVEL, zdict=dictionary)

    def compress(self, text: str) -> bytes:
        """What `decompress` gives the text back from."""
        stream = self._primed.copy()
        return stream.compress(text.encode("utf-8", "replace")) + stream.flush()


def decompress(data: bytes, dictionary: bytes) -> str:
    """A text as it was.

    Args:
        data: what `Compressor.compress` gave.
        dictionary: the one it was compressed with; ``docset.dictionary`` in a library.

    Raises:
        zlib.error: the data is damaged, or was compressed with another dictionary.
    """
    return zlib.decompressobj(zdict=dictionary).decompress(data).decode()
