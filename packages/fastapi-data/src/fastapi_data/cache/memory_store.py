"""Answers in this process."""

from __future__ import annotations

import heapq
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from weakref import WeakSet

from fastapi_data.cache.store import Key, StoredResponse


class MemoryStore:
    """Answers in this process, bounded by bytes: the least recently used go first.

    Counted are the answers with their headers, tags and keys, for clients choose how long an address is. Expired
    answers are dropped whenever one is added, whether or not anybody asks for them again.

    Args:
        max_bytes: how much the answers may take together; one that is larger alone is not kept.
        clock: returns seconds.
    """

    def __init__(self, *, max_bytes: int = 64 * 2**20, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._max_bytes = max_bytes
        self._responses: OrderedDict[Key, StoredResponse] = OrderedDict()
        self._tagged: dict[str, set[Key]] = {}
        self._expiries: list[tuple[float, Key]] = []
        self._leases: WeakSet[_MemoryLease] = WeakSet()
        self._size_bytes = 0
        self._evictions = 0

    def __len__(self) -> int:
        return len(self._responses)

    @property
    def size_bytes(self) -> int:
        """About how much memory the answers take."""
        return self._size_bytes

    @property
    def evictions(self) -> int:
        """How many answers were dropped to make room for others."""
        return self._evictions

    def at_hand(self, key: Key) -> StoredResponse | None:
        """The answer under a key, whether or not it has expired; or None."""
        response = self._responses.get(key)
        if response is not None:
            self._responses.move_to_end(key)
        return response

    async def get(self, key: Key) -> StoredResponse | None:
        """The answer under a key, fresh or stale, that has not expired; or None."""
        response = self.at_hand(key)
        return response if response is not None and self.clock() < response.expires_at else None

    async def acquire(self, key: Key, *, newer_than: float) -> _MemoryLease:  # noqa: ARG002 - of the port
        """The right to compute an answer, at once: nobody outside this process could have it."""
        return self._lease(key)

    async def try_acquire(self, key: Key) -> _MemoryLease:
        """The right to compute an answer."""
        return self._lease(key)

    async def invalidate(self, tags: Collection[str]) -> None:
        """Drop every answer that has one of the tags, and those being computed that will have."""
        for lease in self._leases:
            lease.invalidated.update(tags)
        for tag in tags:
            for key in self._tagged.get(tag, set()).copy():
                self._drop(key)

    async def clear(self) -> None:
        """Drop every answer, and those being computed."""
        for lease in self._leases:
            lease.cleared = True
        self._responses.clear()
        self._tagged.clear()
        self._expiries.clear()
        self._size_bytes = 0

    async def close(self) -> None:
        """Nothing is held open; the answers stay."""

    def keep(self, key: Key, response: StoredResponse) -> None:
        """Keep an answer, unless it alone is larger than the store."""
        self._drop(key)
        self._drop_expired()
        size_bytes = entry_bytes(key, response)
        if size_bytes > self._max_bytes:
            return
        self._responses[key] = response
        self._size_bytes += size_bytes
        for tag in response.tags:
            self._tagged.setdefault(tag, set()).add(key)
        heapq.heappush(self._expiries, (response.expires_at, key))
        while self._size_bytes > self._max_bytes:
            self._drop(next(iter(self._responses)))
            self._evictions += 1
        self._forget_stale_expiries()

    def _lease(self, key: Key) -> _MemoryLease:
        lease = _MemoryLease(self, key)
        self._leases.add(lease)
        return lease

    def _drop(self, key: Key) -> None:
        response = self._responses.pop(key, None)
        if response is None:
            return
        self._size_bytes -= entry_bytes(key, response)
        for tag in response.tags:
            self._tagged[tag].discard(key)
            if not self._tagged[tag]:
                del self._tagged[tag]

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


def entry_bytes(key: Key, response: StoredResponse) -> int:
    """About how much memory an answer takes with its key."""
    return response.size_bytes + sum(sys.getsizeof(part) for part in key)


class _MemoryLease:
    """An execution under way, told of what is invalidated meanwhile."""

    def __init__(self, store: MemoryStore, key: Key) -> None:
        self._store = store
        self._key = key
        self.invalidated: set[str] = set()
        self.cleared = False

    async def store(self, response: StoredResponse) -> bool:
        """Keep the answer, unless what it was computed from was invalidated meanwhile."""
        if self.cleared or not self.invalidated.isdisjoint(response.tags):
            return False
        self._store.keep(self._key, response)
        return True

    async def release(self, *, storable: bool) -> None:
        """Nothing is held."""
