"""Holding a response back until it is known whether it may be stored."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from starlette.types import Message, Send

_SERVER_ERROR = 500
_UNSHARED_DIRECTIVES = frozenset({"no-store", "no-cache", "private"})

Headers = tuple[tuple[bytes, bytes], ...]


class ResponseListener(NamedTuple):
    """Who is told about a response.

    Attributes:
        complete: the response may be stored; called with its headers and body instead of sending it.
        refuse: it may not, and is sent as it comes; called with True when it is a server error.
    """

    complete: Callable[[Headers, bytes], Awaitable[None]]
    refuse: Callable[[bool], None]


class RecordingSend:
    """An ASGI ``send`` that collects a response, or gives up and passes it on.

    A body in several parts is collected only under a Content-Length: without one it is a stream.

    Args:
        send: the client's.
        listener: who is told how it ended.
        vary: the lower-case request headers that belong to the key.
        max_body_bytes: larger bodies are passed on.
    """

    def __init__(self, send: Send, listener: ResponseListener, *, vary: tuple[bytes, ...], max_body_bytes: int) -> None:
        self._send = send
        self._listener = listener
        self._vary = vary
        self._max_body_bytes = max_body_bytes
        self._held: list[Message] = []
        self._body = bytearray()
        self._passing_on = False

    async def __call__(self, message: Message) -> None:
        """Take one message of the response."""
        if self._passing_on:
            await self._send(message)
            return
        self._held.append(message)
        if message["type"] == "http.response.start":
            keep = is_storable(message["status"], message["headers"], self._vary)
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            keep = len(self._body) <= self._max_body_bytes
            if keep and not message.get("more_body", False):
                self._passing_on = True
                await self._listener.complete(_lower_case(self._held[0]["headers"]), bytes(self._body))
                return
            keep = keep and self._declares_length()
        else:
            keep = False
        if not keep:
            await self._pass_on()

    def _declares_length(self) -> bool:
        return any(name.lower() == b"content-length" for name, _ in self._held[0]["headers"])

    async def _pass_on(self) -> None:
        self._passing_on = True
        self._listener.refuse(self._held[0]["status"] >= _SERVER_ERROR)
        for message in self._held:
            await self._send(message)
        self._held.clear()


def is_storable(status: int, headers: Iterable[tuple[bytes, bytes]], vary: tuple[bytes, ...]) -> bool:
    """Whether a response may be replayed to others.

    Args:
        status: only 200 is.
        headers: a cookie, ``no-store``, ``no-cache``, ``private`` or a ``Vary`` that the key does not cover forbid it.
        vary: the lower-case request headers that belong to the key.
    """
    if status != 200:
        return False
    for name, value in headers:
        lower_name = name.lower()
        if lower_name == b"set-cookie":
            return False
        if lower_name == b"cache-control" and not _UNSHARED_DIRECTIVES.isdisjoint(_tokens(value)):
            return False
        if lower_name == b"vary" and not {token.encode() for token in _tokens(value)}.issubset(vary):
            return False
    return True


def _tokens(value: bytes) -> set[str]:
    return {part.partition("=")[0].strip().lower() for part in value.decode("latin-1").split(",")}


def _lower_case(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    return tuple((name.lower(), value) for name, value in headers)
