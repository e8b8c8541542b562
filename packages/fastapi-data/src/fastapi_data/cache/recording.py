"""Holding a response back until it is known whether it may be stored."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from starlette.types import Message, Send

from fastapi_data.cache.request import parse_cache_control, seconds_of
from fastapi_data.cache.store import Headers
from fastapi_data.cache.vary import uncovered_vary

_SERVER_ERROR = 500
_UNSHARED_DIRECTIVES = frozenset({"no-store", "no-cache", "private"})


class Refusal(NamedTuple):
    """Why a response may not be stored.

    Attributes:
        is_server_error: whether somebody else might do better.
        uncovered_vary: the lower-case request headers by which it says it varies and which the key does not cover, when
            nothing else is against storing it.
    """

    is_server_error: bool
    uncovered_vary: frozenset[bytes]


class ResponseListener(NamedTuple):
    """Who is told about a response.

    Attributes:
        complete: the response may be stored; called with its headers and body instead of sending it.
        refuse: it may not. When it returns True the response is sent as it comes, else something was sent in its place.
    """

    complete: Callable[[Headers, bytes], Awaitable[None]]
    refuse: Callable[[Refusal], Awaitable[bool]]


class RecordingSend:
    """An ASGI ``send`` that collects a response, or gives up and passes it on.

    A body in several parts is collected only under a Content-Length: without one it is a stream.

    Args:
        send: the client's.
        listener: who is told how it ended.
        vary: the lower-case request headers that the key covers.
        max_body_bytes: larger bodies are passed on.
    """

    def __init__(self, send: Send, listener: ResponseListener, *, vary: tuple[bytes, ...], max_body_bytes: int) -> None:
        self._send: Send | None = send
        self._listener = listener
        self._vary = vary
        self._max_body_bytes = max_body_bytes
        self._held: list[Message] = []
        self._body = bytearray()
        self._uncovered_vary = frozenset[bytes]()
        self.decided = False
        """Whether the listener was told."""

    async def __call__(self, message: Message) -> None:
        """Take one message of the response."""
        if self.decided:
            await self._pass_on(message)
            return
        if not self._held and message["type"] != "http.response.start":
            # Early hints are no part of the answer.
            await self._pass_on(message)
            return
        self._held.append(message)
        if message["type"] == "http.response.start":
            keep = is_storable(message["status"], message["headers"]) and not message.get("trailers", False)
            if keep:
                self._uncovered_vary = uncovered_vary(message["headers"], self._vary)
                keep = not self._uncovered_vary
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            keep = len(self._body) <= self._max_body_bytes
            if keep and not message.get("more_body", False):
                self.decided = True
                await self._listener.complete(_lower_case(self._held[0]["headers"]), bytes(self._body))
                return
            keep = keep and self._declares_length()
        else:
            keep = False
        if not keep:
            await self._give_up()

    def _declares_length(self) -> bool:
        return any(name.lower() == b"content-length" for name, _ in self._held[0]["headers"])

    async def _give_up(self) -> None:
        self.decided = True
        is_server_error = self._held[0]["status"] >= _SERVER_ERROR
        if not await self._listener.refuse(Refusal(is_server_error, self._uncovered_vary)):
            self._send = None
        for message in self._held:
            await self._pass_on(message)
        self._held.clear()

    async def _pass_on(self, message: Message) -> None:
        if self._send is not None:
            await self._send(message)


def is_storable(status: int, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a response may be replayed to others, as far as they ask the same.

    Args:
        status: only 200 is.
        headers: a cookie, ``no-store``, ``no-cache``, ``private`` or no time at all forbid it.
    """
    if status != 200:
        return False
    for name, value in headers:
        lower_name = name.lower()
        if lower_name == b"set-cookie":
            return False
        if lower_name == b"cache-control" and not _is_shared(value):
            return False
    return True


def _is_shared(cache_control: bytes) -> bool:
    directives = parse_cache_control(cache_control)
    # RFC 9111, section 5.2.2.10: for caches that are shared, s-maxage goes before max-age.
    seconds = seconds_of(directives.get("s-maxage", directives.get("max-age")))
    return _UNSHARED_DIRECTIVES.isdisjoint(directives) and seconds != 0


def _lower_case(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    return tuple((name.lower(), value) for name, value in headers)
