"""Redis, within bounded time: away or slow, it is left alone for a while and then tried again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from enum import Enum, auto
from typing import Any, NamedTuple, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError, ResponseError

from fastapi_data.cache.redis_scripts import Script
from fastapi_data.errors import CacheUsageError

_logger = logging.getLogger("fastapi_data.cache")

_Result = TypeVar("_Result")

_CONNECTIONS = 32
"""For what is done at once; a hit keeps one for less than a millisecond."""
_WAITING_CONNECTIONS = 256
"""For waiting: one for each answer that this process wants and another process computes."""
_TIMEOUT_STEPS = 10
"""More than the turns of the event loop that a command takes, from being sent to being answered."""


class RedisConnection:
    """One Redis server, and whether it can be reached.

    Args:
        server: its URL, or a client of it.
        timeout_seconds: how long Redis may take for anything, not counting what waits in this process. After that, and
            when a PING takes as long, Redis is left alone for eight times as long, then asked with a PING again, beside
            the requests, until it answers: no request waits to find out.
    """

    def __init__(self, server: str | Redis, *, timeout_seconds: float) -> None:
        if not isinstance(server, str) and server.get_encoder().decode_responses:
            raise CacheUsageError("The Redis client decodes what it reads; give one with decode_responses=False.")
        if isinstance(server, str):
            _check_url(server)
        self._server = server
        self._timeout_seconds = timeout_seconds
        self._clients: _Clients | None = None
        self._ping: asyncio.Task[bool] | None = None
        self._logged_refusals: set[type[ResponseError]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._away_until = 0.0
        self._trying: asyncio.Task[None] | None = None

    @property
    def is_left_alone(self) -> bool:
        """Whether Redis was away or slow when it was last asked."""
        return self._away_until > 0

    async def run(self, script: Script, keys: list[str], *arguments: str | bytes) -> Any:
        """Run a script; None when Redis is away or slow, or refuses."""

        async def run_known_or_new(client: Redis) -> Any:
            given = (len(keys), *keys, *arguments)
            try:
                return await client.evalsha(script.digest, *given)
            except NoScriptError:
                return await client.eval(script.lua, *given)

        return await self._bounded(_Turn.COMMAND, run_known_or_new, self._timeout_seconds)

    async def next_outcome(self, landings: str, *, after: str, wait_ms: int) -> bytes | None:
        """Wait for what is added to a stream of landings; None when nothing is or Redis is away."""

        async def read(client: Redis) -> Any:
            return await client.xread({landings: after}, count=1, block=wait_ms)

        streams = await self._bounded(_Turn.WAITING, read, wait_ms / 1000 + self._timeout_seconds)
        if not streams:
            return None
        # A list of pairs under Redis's protocol 2, a mapping under 3, where each stream's entries are one deeper.
        entries: Any = next(iter(streams.values()))[0] if hasattr(streams, "values") else streams[0][1]
        return entries[0][1][b"outcome"]

    async def close(self) -> None:
        """Close the connections that were opened here."""
        trying, self._trying = self._trying, None
        if trying is not None:
            trying.cancel()
        clients, self._clients = self._clients, None
        if clients is not None and isinstance(self._server, str):
            for client in clients.all():
                await client.aclose()

    async def _bounded(
        self, turn: _Turn, work: Callable[[Redis], Awaitable[_Result]], seconds: float
    ) -> _Result | None:
        if self.is_left_alone:
            self._try_again_in_time()
            return None
        clients = self._open()
        client, free = clients.for_waiting if turn is _Turn.WAITING else clients.for_commands
        # Waiting for a connection tells how busy this process is, and nothing about Redis: it is not counted.
        async with free:
            # Those who waited longest may learn only now what became of Redis.
            return None if self.is_left_alone else await self._attempt(lambda: work(client), seconds)

    async def _attempt(self, work: Callable[[], Awaitable[_Result]], seconds: float) -> _Result | None:
        try:
            async with _timeout(seconds):
                return await work()
        except ResponseError as error:
            # It is there, and says no: out of memory, say, or read-only.
            self._log_refusal(error)
        except (RedisError, OSError) as error:  # a timeout is an OSError
            if not await self._answers_a_ping():
                self._leave_alone(error)
        return None

    def _try_again_in_time(self) -> None:
        if asyncio.get_running_loop().time() >= self._away_until:
            self._away_until = self._retry_at()
            self._trying = asyncio.create_task(self._try_again())

    async def _try_again(self) -> None:
        self._open()
        if await self._answers_a_ping():
            self._away_until = 0.0
            _logger.warning("Redis is back.")

    async def _answers_a_ping(self) -> bool:
        if self._ping is None or self._ping.done():
            self._ping = asyncio.create_task(self._send_ping())
        # One asks for all, and goes on asking when the first of them goes away.
        return await asyncio.shield(self._ping)

    async def _send_ping(self) -> bool:
        client = self._open().for_ping
        try:
            async with _timeout(self._timeout_seconds):
                await client.execute_command("PING")  # pyright: ignore[reportUnknownMemberType] - it has no types
        except ResponseError:
            return True
        except (RedisError, OSError):
            return False
        return True

    def _retry_at(self) -> float:
        return asyncio.get_running_loop().time() + 8 * self._timeout_seconds

    def _leave_alone(self, error: Exception) -> None:
        if not self.is_left_alone:
            _logger.warning("Redis is away or slow; answers are computed without it until it returns: %r", error)
        self._away_until = self._retry_at()

    def _log_refusal(self, error: ResponseError) -> None:
        if type(error) not in self._logged_refusals:
            self._logged_refusals.add(type(error))
            _logger.warning("Redis refuses; the answer is not stored, and this is not said again: %r", error)

    def _open(self) -> _Clients:
        loop = asyncio.get_running_loop()
        # Connections die with the loop they were opened in; a test client may run each request in a loop of its own.
        if self._clients is None or self._loop is not loop:
            self._loop, self._ping = loop, None
            self._clients = _Clients(
                (self._client(_CONNECTIONS), asyncio.Semaphore(_CONNECTIONS)),
                (self._client(_WAITING_CONNECTIONS), asyncio.Semaphore(_WAITING_CONNECTIONS)),
                self._client(1),
            )
        return self._clients

    def _client(self, max_connections: int) -> Redis:
        return _client(self._server, max_connections) if isinstance(self._server, str) else self._server


class _Turn(Enum):
    """Which connections something is done over."""

    COMMAND = auto()
    WAITING = auto()


class _Clients(NamedTuple):
    """Clients of one server, each with as many turns as it has connections."""

    for_commands: tuple[Redis, asyncio.Semaphore]
    for_waiting: tuple[Redis, asyncio.Semaphore]
    for_ping: Redis

    def all(self) -> tuple[Redis, ...]:
        return self.for_commands[0], self.for_waiting[0], self.for_ping


@asynccontextmanager
async def _timeout(seconds: float) -> AsyncGenerator[None]:
    """A timeout that passes only while the event loop runs.

    It passes in steps, each of which begins when the loop has come to the end of the last: a loop that was busy reads
    what came meanwhile before time is up.
    """
    loop = asyncio.get_running_loop()

    def step(left: int) -> None:
        nonlocal timer
        if left:
            timer = loop.call_later(seconds / _TIMEOUT_STEPS, step, left - 1)
        else:
            scope.reschedule(loop.time())

    timer = loop.call_later(seconds / _TIMEOUT_STEPS, step, _TIMEOUT_STEPS - 1)
    try:
        async with asyncio.timeout(None) as scope:
            yield
    finally:
        timer.cancel()


def _check_url(url: str) -> None:
    try:
        parse_url(url)
    except ValueError:
        # Without a cause: a URL may hold a password.
        raise CacheUsageError(
            "The address of Redis is not a URL such as redis://:password@host:6379/0, rediss://... or unix://..."
        ) from None


def _client(url: str, max_connections: int) -> Redis:
    # A connection that an earlier server left is opened again once; all waiting is bounded by the caller.
    options: dict[str, Any] = {"socket_timeout": None, "socket_connect_timeout": None, "retry": Retry(NoBackoff(), 1)}
    pool = BlockingConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType] - its options have no types
        url, max_connections=max_connections, timeout=None, **options
    )
    return Redis.from_pool(pool)
