"""Answers in a store that others share, and those that were asked for lately in this process, too."""

from __future__ import annotations

from collections.abc import Collection

from fastapi_data.cache.memory_store import MemoryStore
from fastapi_data.cache.store import Key, Lease, ResponseStore, StoredResponse


class TieredStore:
    """A store that others share, behind one in this process: a second hit costs no round trip.

    For answers that never change under their key, as with ``ResponseCache(version=...)``: what *another* process
    invalidates by tags, or clears, is still replayed here until it is no longer fresh.

    Args:
        shared: asked for what is not at hand, e.g. a ``RedisStore``.
        max_bytes: how much the answers in this process may take together.
    """

    def __init__(self, shared: ResponseStore, *, max_bytes: int = 64 * 2**20) -> None:
        self.clock = shared.clock
        self._shared = shared
        self._near = MemoryStore(max_bytes=max_bytes, clock=shared.clock)

    @property
    def evictions(self) -> int:
        """How many answers were dropped in this process for want of room."""
        return self._near.evictions

    @property
    def size_bytes(self) -> int:
        """About how much memory the answers take in this process."""
        return self._near.size_bytes

    def at_hand(self, key: Key) -> StoredResponse | None:
        """The answer under a key in this process, whether or not it has expired; or None."""
        return self._near.at_hand(key)

    async def get(self, key: Key) -> StoredResponse | None:
        """The answer under a key, fresh or stale, that has not expired; or None."""
        known = await self._near.get(key)
        if known is not None:
            return known
        # Taken before the question: what is invalidated here meanwhile is not kept.
        near = await self._near.try_acquire(key)
        response = await self._shared.get(key)
        if response is not None:
            await near.store(response)
        return response

    async def acquire(self, key: Key, *, newer_than: float) -> Lease | StoredResponse:
        """The right to compute an answer, as soon as no other process has it; or the answer that came meanwhile."""
        near = await self._near.try_acquire(key)
        granted = await self._shared.acquire(key, newer_than=newer_than)
        if isinstance(granted, StoredResponse):
            await near.store(granted)
            return granted
        return _TieredLease(granted, near)

    async def try_acquire(self, key: Key) -> Lease | None:
        """The right to compute an answer, or None when another process has it."""
        near = await self._near.try_acquire(key)
        granted = await self._shared.try_acquire(key)
        return None if granted is None else _TieredLease(granted, near)

    async def invalidate(self, tags: Collection[str]) -> None:
        """Drop every answer that has one of the tags, and those being computed that will have."""
        try:
            await self._shared.invalidate(tags)
        finally:
            # Last: what was read from the shared store until then must not stay.
            await self._near.invalidate(tags)

    async def clear(self) -> None:
        """Drop every answer, and those being computed."""
        try:
            await self._shared.clear()
        finally:
            await self._near.clear()

    async def clear_near(self) -> None:
        """Drop the answers in this process only, for their memory; the shared store keeps its own."""
        await self._near.clear()

    async def close(self) -> None:
        """Give back what is held open; the answers in this process stay."""
        await self._shared.close()


class _TieredLease:
    """The right to compute an answer, in both stores."""

    def __init__(self, shared: Lease, near: Lease) -> None:
        self._shared = shared
        self._near = near

    async def store(self, response: StoredResponse) -> bool:
        """Keep the answer, unless what it was computed from was invalidated meanwhile."""
        return await self._shared.store(response) and await self._near.store(response)

    async def release(self, *, storable: bool) -> None:
        """End without an answer to keep; does nothing after the first end."""
        await self._shared.release(storable=storable)
