"""Redis, within bounded time: away or slow, it is left alone for a while and then tried again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError

from fastapi_data.cache.redis_scripts import Script
from fastapi_data.errors import CacheUsageError

_logger = logging.getLogger("fastapi_data.cache")

_Result = TypeVar("_Result")

_CONNECTIONS = 32
"""For what is done at once; a hit keeps one for less than a millisecond."""
_WAITING_CONNECTIONS = 256
"""For waiting: one for each answer that this process wants and another process computes."""


class RedisConnection:
    """One Redis server, and whether it can be reached.

    Args:
        server: its URL, or a client of it.
        timeout_seconds: how long anything may take; after that Redis is left alone for four times as long, so that
            requests lose a fifth of their time at most.
    """

    def __init__(self, server: str | Redis, *, timeout_seconds: float) -> None:
        if not isinstance(server, str) and server.get_encoder().decode_responses:
            raise CacheUsageError("The Redis client decodes what it reads; give one with decode_responses=False.")
        self._server = server
        self._timeout_seconds = timeout_seconds
        self._clients: tuple[Redis, Redis] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._away_until = 0.0

    @property
    def is_left_alone(self) -> bool:
        """Whether Redis was away or slow a moment ago."""
        return asyncio.get_running_loop().time() < self._away_until

    async def run(self, script: Script, keys: list[str], *arguments: str | bytes) -> Any:
        """Run a script; None when Redis is away or slow."""

        async def run_known_or_new() -> Any:
            client, given = self._open()[0], (len(keys), *keys, *arguments)
            try:
                return await client.evalsha(script.digest, *given)
            except NoScriptError:
                return await client.eval(script.lua, *given)

        return await self._bounded(run_known_or_new, self._timeout_seconds)

    async def next_outcome(self, landings: str, *, after: str, wait_ms: int) -> bytes | None:
        """Wait for what is added to a stream of landings; None when nothing is or Redis is away."""

        async def read() -> Any:
            return await self._open()[1].xread({landings: after}, count=1, block=wait_ms)

        streams = await self._bounded(read, wait_ms / 1000 + self._timeout_seconds)
        if not streams:
            return None
        # A list of pairs under Redis's protocol 2, a mapping under 3, where each stream's entries are one deeper.
        entries: Any = next(iter(streams.values()))[0] if hasattr(streams, "values") else streams[0][1]
        return entries[0][1][b"outcome"]

    async def close(self) -> None:
        """Close the connections that were opened here."""
        clients, self._clients = self._clients, None
        if clients is not None and isinstance(self._server, str):
            for client in clients:
                await client.aclose()

    async def _bounded(self, work: Callable[[], Awaitable[_Result]], seconds: float) -> _Result | None:
        if self.is_left_alone:
            return None
        was_away, retry_at = self._away_until > 0, asyncio.get_running_loop().time() + 4 * self._timeout_seconds
        if was_away:
            # One finds out for all.
            self._away_until = retry_at
        try:
            async with asyncio.timeout(seconds):
                result = await work()
        except (RedisError, OSError) as error:  # a timeout is an OSError
            self._away_until = asyncio.get_running_loop().time() + 4 * self._timeout_seconds
            if not was_away:
                _logger.warning("Redis is away or slow; answers are computed without it until it returns: %r", error)
            return None
        if was_away:
            self._away_until = 0.0
            _logger.warning("Redis is back.")
        return result

    def _open(self) -> tuple[Redis, Redis]:
        loop = asyncio.get_running_loop()
        # Connections die with the loop they were opened in; a test client may run each request in a loop of its own.
        if self._clients is None or self._loop is not loop:
            self._loop = loop
            if isinstance(self._server, str):
                self._clients = _client(self._server, _CONNECTIONS), _client(self._server, _WAITING_CONNECTIONS)
            else:
                self._clients = self._server, self._server
        return self._clients


def _client(url: str, max_connections: int) -> Redis:
    # A connection that an earlier server left is opened again once; all waiting is bounded by the caller.
    options: dict[str, Any] = {"socket_timeout": None, "socket_connect_timeout": None, "retry": Retry(NoBackoff(), 1)}
    pool = BlockingConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType] - its options have no types
        url, max_connections=max_connections, timeout=None, **options
    )
    return Redis.from_pool(pool)
