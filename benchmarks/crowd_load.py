"""Visitors that come whether or not the server keeps up: each loads the home page, types, and leaves."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SECONDS_BETWEEN_KEYS = 0.2
_LETTERS = (2, 8)
"""How many letters somebody types before what is looked for shows: five on average."""
_GIVE_UP_SECONDS = 10.0
_DOCSET = re.compile(rb'href="/docs/([^/"]+)/')


class Failure(NamedTuple):
    """An answer that did not come, or was none.

    Attributes:
        at: when it was sent, however much earlier the key was to be pressed; monotonic, in seconds.
        until: when it was given up.
        why: in words.
    """

    at: float
    until: float
    why: str


class Crowd:
    """All visitors, and what came of their requests.

    Args:
        port: of the server, on this machine.
        queries: what they look for; few are asked by many, most by few (Zipf's law).
        check_pages: whether to look in each page for entries of more than one docset, where each library holds one.

    Attributes:
        visitors: how many came.
        key_presses: how many searches they asked for.
        milliseconds: from the moment at which each answer was wanted until it was there.
        failures: answers that were not good.
        mixed: pages with entries of several docsets.
    """

    def __init__(self, port: int, queries: Sequence[str], *, check_pages: bool) -> None:
        self._port = port
        self._queries = queries
        self._weights = [1 / rank for rank in range(1, len(queries) + 1)]
        self._check_pages = check_pages
        self._chance = random.Random(311)  # noqa: S311 - repeatable on purpose
        self.visitors = 0
        self.key_presses = 0
        self.milliseconds: list[float] = []
        self.failures: list[Failure] = []
        self.mixed = 0

    @property
    def errors(self) -> Counter[str]:
        """How often what went wrong."""
        return Counter(failure.why for failure in self.failures)

    async def come(
        self, visitors_a_second: float, seconds: float, events: Sequence[tuple[float, Callable[[], object]]] = ()
    ) -> None:
        """Come for so long, at so many a second, and wait until the last have left.

        Args:
            visitors_a_second: how many.
            seconds: how long.
            events: what else happens, in a thread, and when.
        """
        async with asyncio.TaskGroup() as tasks:
            for at, act in events:
                tasks.create_task(_later(at, act))
            started = time.monotonic()
            count = round(visitors_a_second * seconds)
            for number in range(count):
                due = started + number / visitors_a_second
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                tasks.create_task(self._visit(due))

    async def view_home(self, views: int) -> None:
        """Open the home page so often, one after the other."""
        for _ in range(views):
            visitor = _Visitor(self._port)
            await self._ask(visitor, "/", time.monotonic())
            visitor.leave()

    async def _visit(self, due: float) -> None:
        self.visitors += 1
        visitor = _Visitor(self._port)
        query = self._chance.choices(self._queries, self._weights)[0]
        letters = min(len(query), self._chance.randint(*_LETTERS))
        await self._ask(visitor, "/", due)
        for typed in range(1, letters + 1):
            due += _SECONDS_BETWEEN_KEYS
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self.key_presses += 1
            await self._ask(visitor, f"/search?q={quote(query[:typed], safe='')}", due)
        visitor.leave()

    async def _ask(self, visitor: _Visitor, path: str, due: float) -> None:
        sent = time.monotonic()
        try:
            async with asyncio.timeout(_GIVE_UP_SECONDS):
                status, body = await visitor.get(path)
        except (OSError, TimeoutError) as error:
            self.failures.append(Failure(sent, time.monotonic(), f"{type(error).__name__}: {error}"))
            visitor.leave()
            return
        now = time.monotonic()
        if status != 200:
            self.failures.append(Failure(sent, now, f"status {status}"))
            return
        self.milliseconds.append((now - due) * 1000)
        if self._check_pages:
            self.mixed += len(set(_DOCSET.findall(body))) > 1


async def _later(seconds: float, act: Callable[[], object]) -> None:
    await asyncio.sleep(seconds)
    await asyncio.to_thread(act)


class _Visitor(asyncio.Protocol):
    """A browser with one connection, opened again when the server closed it between two requests."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._received = b""

    async def get(self, path: str) -> tuple[int, bytes]:
        """Ask for a path; what typing asks for is a part of a page."""
        loop = asyncio.get_running_loop()
        if self._transport is None:
            await loop.create_connection(lambda: self, "127.0.0.1", self._port)
        assert self._transport is not None
        self._received = b""
        self._answer = loop.create_future()
        kind = "partial" if path.startswith("/search") else "full"
        self._transport.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nHX-Request-Type: {kind}\r\n\r\n".encode("ascii")
        )
        return await self._answer

    def leave(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end or self._answer is None or self._answer.done():
            return
        length = int(head.lower().partition(b"\r\ncontent-length: ")[2].partition(b"\r\n")[0] or b"0")
        if len(body) >= length:
            self._answer.set_result((int(head[9:12]), body))

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("the server closed the connection"))
