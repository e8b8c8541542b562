"""The bytes in which a library keeps what its search reads: fixed-width numbers side by side, read without a copy.

All numbers are little-endian. This module knows the formats and nothing else; `livedocs.library.index` fills them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

BLOCK_ENTRIES = 512
"""Entries in one block of a term's postings; a query without filters reads the first block only."""

BEGINNING_MATCHES = 100
"""Matches stored for a beginning that more keys have than a key press should look at."""


@dataclass(frozen=True, slots=True)
class Postings:
    """Entries that hold a term.

    Attributes:
        entry_ids: ascending within a block.
        text: how much of the entry is about the term (BM25F), 255 for all of it, at least 1.
        heading: the share of the entry's best wording (name, title, index line, link text) that the term makes up,
            weighted by what the wording is worth; 255 for all of the best, 0 for none.
    """

    entry_ids: NDArray[np.uint32]
    text: NDArray[np.uint8]
    heading: NDArray[np.uint8]

    @classmethod
    def together(cls, parts: Sequence[Postings]) -> Postings:
        """Those of several lots, one behind the other; a single one is not copied."""
        if len(parts) == 1:
            return parts[0]
        return cls(
            np.concatenate([part.entry_ids for part in parts]),
            np.concatenate([part.text for part in parts]),
            np.concatenate([part.heading for part in parts]),
        )


_POSTING_BYTES = 6


def pack_postings(postings: Postings) -> bytes:
    """All ids (4 bytes each), then all text shares, then all heading shares (1 byte each)."""
    return b"".join((postings.entry_ids.astype("<u4").tobytes(), postings.text.tobytes(), postings.heading.tobytes()))


def unpack_postings(data: bytes) -> Postings:
    """The inverse of `pack_postings`; the arrays are views of the bytes.

    Raises:
        ValueError: the bytes are not of this format.
    """
    count = _count(data, _POSTING_BYTES)
    return Postings(
        np.frombuffer(data, "<u4", count),
        np.frombuffer(data, np.uint8, count, 4 * count),
        np.frombuffer(data, np.uint8, count, 5 * count),
    )


@dataclass(frozen=True, slots=True)
class Matches:
    """Entries with a key that begins in a certain way, the most promising first, each entry once by its best key.

    Attributes:
        entry_ids: the entries.
        forms: how the key names the entry, `livedocs.library.keys.Form`.
        key_chars: length of the whole key in characters.
        weights: as in ``name_key``, at most 65535.
    """

    entry_ids: NDArray[np.uint32]
    forms: NDArray[np.uint8]
    key_chars: NDArray[np.uint8]
    weights: NDArray[np.uint16]


_MATCH_BYTES = 8


def pack_matches(matches: Matches) -> bytes:
    """All ids (4 bytes each), then all forms and all lengths (1 byte each), then all weights (2 bytes each)."""
    ids, weights = matches.entry_ids.astype("<u4"), matches.weights.astype("<u2")
    return b"".join((ids.tobytes(), matches.forms.tobytes(), matches.key_chars.tobytes(), weights.tobytes()))


def unpack_matches(data: bytes) -> Matches:
    """The inverse of `pack_matches`; the arrays are views of the bytes.

    Raises:
        ValueError: the bytes are not of this format.
    """
    count = _count(data, _MATCH_BYTES)
    return Matches(
        np.frombuffer(data, "<u4", count),
        np.frombuffer(data, np.uint8, count, 4 * count),
        np.frombuffer(data, np.uint8, count, 5 * count),
        np.frombuffer(data, "<u2", count, 6 * count),
    )


COLUMNS: Mapping[str, str] = {
    "docset": "<u2",
    "kind": "<u2",
    "module": "<u4",
    "added": "<u2",
    "area": "u1",
    "deprecated": "u1",
    "built_in": "u1",
    "name_chars": "<u2",
    "links": "<u4",
    "page_links": "<u4",
}
"""What is known of every entry at once, with the type of its numbers; see ``entry_column`` in the schema."""


def pack_column(name: str, values: Sequence[int] | NDArray[Any]) -> bytes:
    """The values of one column, by entry id; what is too great for its type becomes the greatest it holds."""
    kind = np.dtype(COLUMNS[name])
    return np.minimum(np.asarray(values, np.int64), np.iinfo(kind).max).astype(kind).tobytes()


def unpack_column(name: str, data: bytes) -> NDArray[Any]:
    """The inverse of `pack_column`: the value of entry 1 comes first; a view of the bytes.

    Raises:
        ValueError: the bytes are not of this format.
    """
    return np.frombuffer(data, COLUMNS[name])


def _count(data: bytes, entry_bytes: int) -> int:
    count, rest = divmod(len(data), entry_bytes)
    if rest:
        raise ValueError(f"{len(data)} bytes are no whole number of rows of {entry_bytes} bytes")
    return count
