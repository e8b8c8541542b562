"""Where answers are kept."""

from __future__ import annotations

import heapq
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from fastapi_data.cache.request import Key

_BOOKKEEPING_BYTES = 1024
"""What one entry costs besides its bytes: Python's objects for it, its key and its headers; estimated."""


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """One answer, as it was sent.

    Attributes:
        headers: name and value of each, in the order they were sent; names are lower-case.
        body: the whole body.
        etag: the validator among the headers, or None.
        stored_at: the store's clock when it was computed, in seconds.
        expires_at: the store's clock from when it must not be replayed, in seconds.
    """

    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    etag: bytes | None
    stored_at: float
    expires_at: float

    @property
    def size_bytes(self) -> int:
        """About how much memory it takes."""
        return len(self.body) + sum(len(name) + len(value) for name, value in self.headers) + _BOOKKEEPING_BYTES


class ResponseStore(Protocol):
    """The port of a store.

    Attributes:
        clock: returns seconds; every process that shares the store agrees on it.
    """

    clock: Callable[[], float]

    async def get(self, key: Key) -> StoredResponse | None:
        """The answer under a key that has not expired, or None."""
        ...

    async def set(self, key: Key, response: StoredResponse) -> None:
        """Keep an answer; a store may decline or drop it later."""
        ...

    async def clear(self) -> None:
        """Drop every answer."""
        ...


class MemoryStore:
    """Answers in this process, bounded by bytes: the least recently used go first.

    Expired answers are dropped whenever one is added, whether or not anybody asks for them again.

    Args:
        max_bytes: how much the answers may take together; one that is larger alone is not kept.
        clock: returns seconds.
    """

    def __init__(self, *, max_bytes: int = 64 * 2**20, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._max_bytes = max_bytes
        self._responses: OrderedDict[Key, StoredResponse] = OrderedDict()
        self._expiries: list[tuple[float, Key]] = []
        self._size_bytes = 0

    def __len__(self) -> int:
        return len(self._responses)

    @property
    def size_bytes(self) -> int:
        """About how much memory the answers take."""
        return self._size_bytes

    async def get(self, key: Key) -> StoredResponse | None:
        """The answer under a key that has not expired, or None."""
        response = self._responses.get(key)
        if response is None or response.expires_at <= self.clock():
            return None
        self._responses.move_to_end(key)
        return response

    async def set(self, key: Key, response: StoredResponse) -> None:
        """Keep an answer, unless it alone is larger than the store."""
        self._drop(key)
        self._drop_expired()
        if response.size_bytes > self._max_bytes:
            return
        self._responses[key] = response
        self._size_bytes += response.size_bytes
        heapq.heappush(self._expiries, (response.expires_at, key))
        while self._size_bytes > self._max_bytes:
            self._drop(next(iter(self._responses)))
        self._forget_stale_expiries()

    async def clear(self) -> None:
        """Drop every answer."""
        self._responses.clear()
        self._expiries.clear()
        self._size_bytes = 0

    def _drop(self, key: Key) -> None:
        response = self._responses.pop(key, None)
        if response is not None:
            self._size_bytes -= response.size_bytes

    def _drop_expired(self) -> None:
        now = self.clock()
        while self._expiries and self._expiries[0][0] <= now:
            _, key = heapq.heappop(self._expiries)
            response = self._responses.get(key)
            # The key may hold a newer answer by now.
            if response is not None and response.expires_at <= now:
                self._drop(key)

    def _forget_stale_expiries(self) -> None:
        # Answers that were replaced or dropped early leave theirs behind; rebuilding now and then keeps them few.
        if len(self._expiries) > 2 * len(self._responses) + 64:
            self._expiries = [(response.expires_at, key) for key, response in self._responses.items()]
            heapq.heapify(self._expiries)
