"""Answers in Redis, shared by every process that uses it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from uuid import uuid4

from fastapi_data.cache import redis_scripts
from fastapi_data.cache.redis_scripts import NOT_STORABLE, Script
from fastapi_data.cache.serialization import FORMAT_VERSION, from_bytes, to_bytes
from fastapi_data.cache.store import Key, StoredResponse
from fastapi_data.errors import MissingDriverError

if TYPE_CHECKING:
    from redis.asyncio import Redis

_LONGEST_LIFE_SECONDS = 7 * 86400
_FAR_SECONDS = 1e15


class RedisStore:
    """Answers in Redis, shared by every process that uses it: one of them computes an answer, the others wait for it.

    When Redis is away or slow, each process goes on without it: nothing is stored, everything is answered, and what is
    invalidated meanwhile is made up for when Redis is back, which is found out beside the requests. Answers live for a
    week at most. Let Redis evict with ``volatile-ttl`` or not at all: other policies may drop what it remembers of
    invalidations before the answers.

    Args:
        server: Redis's URL, e.g. ``redis://localhost:6379/0``, or a ``redis.asyncio.Redis`` that you close yourself.
        prefix: what its keys begin with; another for each further cache.
        clock: returns seconds; the same in every process.
        timeout_seconds: how long Redis may take before a request goes on without it.
        lease_seconds: how long others wait for a process that computes an answer; when it takes longer, or has died,
            one of them computes the answer, too.

    Raises:
        MissingDriverError: the ``redis`` extra is not installed.
        CacheUsageError: the URL is none, or the client decodes what it reads.
    """

    def __init__(
        self,
        server: str | Redis,
        *,
        prefix: str = "fastapi-data:",
        clock: Callable[[], float] = time.time,
        timeout_seconds: float = 0.25,
        lease_seconds: float = 10.0,
    ) -> None:
        try:
            from fastapi_data.cache.redis_connection import RedisConnection  # noqa: PLC0415 - imports the driver
        except ImportError as error:
            raise MissingDriverError("redis", extra="redis") from error
        self.clock = clock
        self._connection = RedisConnection(server, timeout_seconds=timeout_seconds)
        self._prefix = prefix
        self._lease_seconds = lease_seconds
        self._slice_ms = round(4000 * timeout_seconds)
        self._invalidations = 0
        # What Redis has not confirmed, with the number of the invalidation that asked last.
        self._missed_tags: dict[str, int] = {}
        self._missed_clear = 0

    @property
    def is_away(self) -> bool:
        """Whether Redis was away or slow when it was last asked."""
        return self._connection.is_left_alone

    @property
    def evictions(self) -> None:
        """Redis evicts by itself."""

    @property
    def size_bytes(self) -> None:
        """Redis counts all its keys together."""

    def at_hand(self, key: Key) -> None:
        """None: every answer is asked of Redis."""

    async def get(self, key: Key) -> StoredResponse | None:
        """The answer under a key, fresh or stale, that has not expired; or None."""
        data = await self._run(redis_scripts.GET, _names(self._prefix, key))
        if data is None:
            return None
        response = from_bytes(data)
        return response if response.expires_at > self.clock() else None

    async def acquire(self, key: Key, *, newer_than: float) -> RedisLease | StoredResponse:
        """The right to compute an answer, as soon as no other process has it; or the answer that came meanwhile."""
        names = _names(self._prefix, key)
        while True:
            granted = await self._ask(names, newer_than)
            if not isinstance(granted, _Taken):
                return granted
            # In slices: a Redis that hangs tells nobody who waits in it.
            wait_ms = max(1, min(granted.milliseconds_left, self._slice_ms))
            outcome = await self._connection.next_outcome(names[2], after=granted.last_landing, wait_ms=wait_ms)
            if outcome == NOT_STORABLE:
                return self._lease(names, None)

    async def try_acquire(self, key: Key) -> RedisLease | None:
        """The right to compute an answer, or None when another process has it or Redis is away."""
        granted = await self._ask(_names(self._prefix, key), math.inf)
        return granted if isinstance(granted, RedisLease) and granted.is_held else None

    async def invalidate(self, tags: Collection[str]) -> None:
        """Drop every answer that has one of the tags, and those being computed that will have."""
        self._invalidations += 1
        self._missed_tags |= dict.fromkeys(tags, self._invalidations)
        await self._make_up()

    async def clear(self) -> None:
        """Drop every answer, and those being computed."""
        self._invalidations += 1
        self._missed_clear = self._invalidations
        await self._make_up()

    async def close(self) -> None:
        """Close the connections, unless the client was given; the next use opens them again."""
        await self._connection.close()

    async def _ask(self, names: list[str], newer_than: float) -> RedisLease | StoredResponse | _Taken:
        token = uuid4().hex
        lease_ms = str(round(self._lease_seconds * 1000))
        # Lua reads no infinities.
        bounded = str(max(-_FAR_SECONDS, min(newer_than, _FAR_SECONDS)))
        reply = await self._run(redis_scripts.ACQUIRE, names, token, lease_ms, bounded, str(self.clock()))
        if reply is None:
            return self._lease(names, None)
        if reply[0] == b"answer":
            return from_bytes(reply[1])
        if reply[0] == b"leased":
            return self._lease(names, _Grant(token, reply[1]))
        return _Taken(reply[1].decode(), reply[2])

    def _lease(self, names: list[str], grant: _Grant | None) -> RedisLease:
        began = self._invalidations
        return RedisLease(self._run, names, grant, is_untouched=lambda: self._invalidations == began)

    async def _run(self, script: Script, names: list[str], *arguments: str | bytes) -> Any:
        # What was invalidated while Redis was away must be gone before anything is read.
        if (self._missed_clear or self._missed_tags) and not await self._make_up():
            return None
        return await self._connection.run(script, names, self._prefix, *arguments)

    async def _make_up(self) -> bool:
        tags, clear = self._missed_tags.copy(), self._missed_clear
        arguments = (_joined(tags), "all" if clear else "", str(2 * round(_LONGEST_LIFE_SECONDS * 1000)))
        keys = [f"{self._prefix}clock"]
        if await self._connection.run(redis_scripts.INVALIDATE, keys, self._prefix, *arguments) is None:
            return False
        # What was invalidated once more meanwhile is confirmed by what asked for that.
        self._missed_tags = dict(self._missed_tags.items() - tags.items())
        if self._missed_clear == clear:
            self._missed_clear = 0
        return True


class RedisLease:
    """The right to compute an answer, among all processes; or leave to compute one that will not be stored.

    Args:
        run: runs a script with the store's prefix.
        names: of the answer, its lease and its landings.
        grant: what Redis said; None when Redis is away or the answer is known not to be storable.
        is_untouched: whether this process has invalidated nothing since: all that is known while Redis is away.
    """

    def __init__(self, run: _Run, names: list[str], grant: _Grant | None, *, is_untouched: Callable[[], bool]) -> None:
        self._run = run
        self._names = names
        self._grant = grant
        self._is_untouched = is_untouched

    @property
    def is_held(self) -> bool:
        """Whether others wait for it."""
        return self._grant is not None

    async def store(self, response: StoredResponse) -> bool:
        """Keep the answer, unless what it was computed from was invalidated meanwhile."""
        grant, self._grant = self._grant, None
        if grant is None:
            return self._is_untouched()
        life_seconds = min(response.expires_at - response.stored_at, _LONGEST_LIFE_SECONDS)
        arguments = (
            grant.token,
            grant.begun,
            _joined(response.tags),
            str(response.stored_at),
            str(response.expires_at),
            str(max(1, round(life_seconds * 1000))),
            to_bytes(response),
        )
        holds = await self._run(redis_scripts.STORE, self._names, *arguments)
        return self._is_untouched() if holds is None else bool(holds)

    async def release(self, *, storable: bool) -> None:
        """End without an answer to keep; does nothing after the first end."""
        grant, self._grant = self._grant, None
        if grant is not None:
            outcome = b"failed" if storable else NOT_STORABLE
            await self._run(redis_scripts.RELEASE, self._names, grant.token, outcome)


class _Grant(NamedTuple):
    """A lease as Redis knows it, and Redis's clock when it was given."""

    token: str
    begun: bytes


class _Taken(NamedTuple):
    """Another process computes the answer: what was told last to those who wait, and how long its lease still lasts."""

    last_landing: str
    milliseconds_left: int


class _Run(Protocol):
    async def __call__(self, script: Script, names: list[str], /, *arguments: str | bytes) -> Any: ...


def _names(prefix: str, key: Key) -> list[str]:
    digest = blake2b(digest_size=16)
    for part in key:
        written = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        # With its length before it no part can run into the next.
        digest.update(b"%d:%b" % (len(written), written))
    name = f"{FORMAT_VERSION}:{digest.hexdigest()}"
    return [f"{prefix}answer:{name}", f"{prefix}lease:{name}", f"{prefix}landings:{name}"]


def _joined(tags: Collection[str]) -> str:
    return " ".join(blake2b(tag.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest() for tag in sorted(tags))
