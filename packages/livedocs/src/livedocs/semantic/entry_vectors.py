"""The vectors of many entries in a byte a number, and the nearest of them to a question's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from livedocs.semantic.weights import DIMENSIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_RECORD = np.dtype([("scale", "<f4"), ("numbers", "i1", (DIMENSIONS,))])
"""A stored vector: its numbers are these integers times the scale."""
RECORD_BYTES = _RECORD.itemsize
_LARGEST = 127
_FEWEST_COMPARED = 2_000
_COMPARED_SHARE = 32
"""One in so many vectors, and no fewer than the above, is compared exactly; on Python's documentation these hold 99.8 %
of the ten nearest. Exact comparison of all would take five times as long for one docset and twenty for ten."""


class EntryVectors:
    """Vectors by position, in the order they were given. Threads may share one.

    Args:
        stored: what `stored` gave, of one or of several; it is looked at in place, not copied.

    Raises:
        ValueError: the bytes are no whole number of stored vectors.
    """

    def __init__(self, stored: bytes | bytearray | memoryview) -> None:
        if len(memoryview(stored).cast("B")) % RECORD_BYTES:
            raise ValueError(f"These are no stored vectors: {len(stored)} bytes are no multiple of {RECORD_BYTES}.")
        self._records = np.frombuffer(stored, dtype=_RECORD)
        # Signs of 64 numbers in a word, the words of all vectors side by side: comparing them goes at memory's speed.
        signs = np.packbits(self._records["numbers"] > 0, axis=1)
        self._signs = np.ascontiguousarray(signs.view(np.uint64).T)

    @classmethod
    def of(cls, vectors: NDArray[np.float32]) -> EntryVectors:
        """Vectors rounded to a byte a number, which moves a similarity by some 0.001.

        Args:
            vectors: float32, vectors x 384.
        """
        records = np.empty(len(vectors), dtype=_RECORD)
        records["scale"] = np.maximum(np.abs(vectors).max(axis=1, initial=0), np.finfo(np.float32).tiny) / _LARGEST
        records["numbers"] = np.rint(vectors / records["scale"][:, np.newaxis])
        return cls(records.tobytes())

    def __len__(self) -> int:
        return len(self._records)

    def stored(self) -> bytes:
        """The vectors as bytes, `RECORD_BYTES` each; those of several are joined by joining the bytes."""
        return self._records.tobytes()

    def nearest(
        self, vector: NDArray[np.float32], count: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The entries whose meaning is nearest to a vector's.

        Their signs are compared first, then the most promising themselves (Charikar 2002, "Similarity Estimation
        Techniques from Rounding Algorithms": the share of equal signs estimates the angle).

        Args:
            vector: float32, 384, of length 1.
            count: most entries to return.
            allowed: whether each entry may be returned; None: all of them.

        Returns:
            Their positions and their similarities (cosines: 1 is the same direction, 0 unrelated), nearest first; equal
            ones in the order of their positions.
        """
        positions = self._promising(vector, count, allowed)
        similarities = self.similarities(vector, positions)
        order = np.argsort(-similarities, kind="stable")[:count]
        return positions[order], similarities[order]

    def similarities(self, vector: NDArray[np.float32], positions: NDArray[np.intp]) -> NDArray[np.float32]:
        """How near the vectors at some positions are to a vector: cosines, in the order of the positions.

        Args:
            vector: float32, 384, of length 1.
            positions: of vectors.
        """
        records = self._records[positions]
        return (records["numbers"].astype(np.float32) @ vector) * records["scale"]

    def _promising(
        self, vector: NDArray[np.float32], count: int, allowed: NDArray[np.bool_] | None
    ) -> NDArray[np.intp]:
        """Positions of those whose signs differ least, ascending."""
        compared = max(count, _FEWEST_COMPARED, len(self) // _COMPARED_SHARE)
        possible = None if allowed is None else np.flatnonzero(allowed)
        if possible is not None and len(possible) <= compared:
            return possible
        if len(self) <= compared:
            return np.arange(len(self))
        differing = np.zeros(len(self), dtype=np.uint16)
        for word, wanted in zip(self._signs, np.packbits(vector > 0).view(np.uint64), strict=True):
            differing += np.bitwise_count(word ^ wanted)
        if possible is None:
            return np.sort(np.argpartition(differing, compared)[:compared])
        return np.sort(possible[np.argpartition(differing[possible], compared)[:compared]])
