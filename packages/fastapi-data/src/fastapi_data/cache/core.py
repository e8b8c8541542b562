"""What the parts of one cache share, and what they hand each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from starlette.types import Receive, Scope, Send

from fastapi_data.cache.flight import Flights
from fastapi_data.cache.options import CachePolicy
from fastapi_data.cache.statistics import Counters
from fastapi_data.cache.store import Key, ResponseStore


class CacheCore(NamedTuple):
    """What the parts of one cache share.

    Attributes:
        store: where answers are kept.
        flights: the executions under way in this process.
        counters: what was done so far.
        max_body_bytes: larger answers are not stored.
        compress: whether answers are kept compressed, too.
        routes_warned_of: the paths of those whose answers cannot be stored though nobody meant that.
        version: what all answers follow from besides their requests, as it is now; the last part of every key. None
            when that never changes.
    """

    store: ResponseStore
    flights: Flights
    counters: Counters
    max_body_bytes: int
    compress: bool
    routes_warned_of: set[str]
    version: Callable[[], str] | None = None


class Exchange(NamedTuple):
    """A request that the cache may answer, and its ASGI connection.

    Attributes:
        key: where its answer is kept.
        headers: the request's, by lower-case name.
        policy: its route's.
    """

    key: Key
    headers: dict[bytes, bytes]
    policy: CachePolicy
    scope: Scope
    receive: Receive
    send: Send
