"""What was read lately, kept in memory as far as it has room; for readers to whom reading is a journey."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

_BYTES_OF_ONE = 200
"""What an item takes besides its content: its key, its place in the dictionary, Python's objects around it."""


class Recent:
    """Answers by what was asked; the ones that nobody asked for longest make room for new ones.

    For one thread, such as that of an event loop.

    Args:
        max_bytes: how much memory all of it may take, about.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[Any, tuple[Any, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, asked: Any) -> Any:
        """What was answered; None when it is not known.

        >>> recent = Recent(max_bytes=10_000)
        >>> recent.put("open", ["builtins.open"], size_bytes=20)
        >>> recent.get("open"), recent.get("close")
        (['builtins.open'], None)
        """
        found = self._kept.get(asked)
        if found is None:
            return None
        self._kept.move_to_end(asked)
        return found[0]

    def put(self, asked: Any, answer: Any, size_bytes: int) -> None:
        """Keep an answer.

        Args:
            asked: a hashable question.
            answer: anything but None.
            size_bytes: of the answer's content. One that is larger than an eighth of the memory is not kept.
        """
        size_bytes += _BYTES_OF_ONE
        if asked in self._kept:
            self._bytes -= self._kept.pop(asked)[1]
        if size_bytes > self._max_bytes // 8:
            return
        self._kept[asked] = (answer, size_bytes)
        self._bytes += size_bytes
        while self._bytes > self._max_bytes:
            _, (_, freed_bytes) = self._kept.popitem(last=False)
            self._bytes -= freed_bytes


class Remembered:
    """What was prepared for the query at hand, whatever its size, and what was read lately for any.

    Args:
        recent: shared by all readers.
    """

    def __init__(self, recent: Recent) -> None:
        self._recent = recent
        self._at_hand: dict[Any, Any] = {}

    def begin(self) -> None:
        """Another query: nothing is at hand for it yet."""
        self._at_hand.clear()

    def get(self, asked: Any) -> Any:
        """See `Recent.get`."""
        found = self._at_hand.get(asked)
        return self._recent.get(asked) if found is None else found

    def put(self, asked: Any, answer: Any, size_bytes: int) -> None:
        """See `Recent.put`."""
        self._at_hand[asked] = answer
        self._recent.put(asked, answer, size_bytes)
