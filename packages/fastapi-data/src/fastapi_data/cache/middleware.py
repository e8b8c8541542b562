"""The ASGI middleware that answers from the store, and stores what it lets through."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fastapi_data.cache.addresses import Addresses
from fastapi_data.cache.core import CacheCore, Exchange
from fastapi_data.cache.execution import Executor
from fastapi_data.cache.invalidation import InvalidatingApplication
from fastapi_data.cache.replay import messages_of, refuse_to_compute, replay
from fastapi_data.cache.request import (
    DECISIVE_HEADERS,
    RequestDirectives,
    joined_headers,
    key_with_headers,
    may_be_answered,
    request_directives,
)
from fastapi_data.cache.revalidation import Revalidator
from fastapi_data.cache.routes import MarkedRoutes
from fastapi_data.cache.store import StoredResponse
from fastapi_data.errors import CacheUsageError


class CacheMiddleware:
    """Answers requests from a store; installed by ``ResponseCache.install``.

    Args:
        app: the next ASGI application.
        core: the cache.
        find_routes: reads the application's routes; called once, when it starts or with the first request.
    """

    def __init__(self, app: ASGIApp, *, core: CacheCore, find_routes: Callable[[], MarkedRoutes]) -> None:
        self._app = app = InvalidatingApplication(app, core.store)
        self._core = core
        self._find_routes = find_routes
        self._executor = Executor(app, core)
        self._revalidator = Revalidator(core, self._executor)
        self._store = core.store
        self._clock = core.store.clock
        self._counters = core.counters
        self._version = core.version
        self._addresses: Addresses | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http":
            await (self._live if scope["type"] == "lifespan" else self._app)(scope, receive, send)
            return
        # From here to a hit it is one function: calls are what a hit costs.
        raw: list[tuple[bytes, bytes]] = scope["headers"]
        headers: dict[bytes, bytes] = dict(raw)
        if len(headers) != len(raw):
            headers = joined_headers(raw)
        address = (self._addresses if self._addresses is not None else self._read_routes())[
            scope["method"],
            scope.get("scheme", "http"),
            headers.get(b"host", b""),
            scope.get("root_path", ""),
            scope["path"],
            scope["query_string"],
        ]
        if address is None:
            await self._app(scope, receive, send)
            return
        key = address.key
        if key is not None and not address.is_key_whole:
            key = key_with_headers(key, headers, address.policy)
        is_plain = DECISIVE_HEADERS.isdisjoint(headers)
        if key is None or not (is_plain or may_be_answered(headers, address.policy)):
            self._counters.bypassed += 1
            await self._app(scope, receive, send)
            return
        if self._version is not None:
            key = (*key, self._version())
        stored = self._store.at_hand(key) or await self._store.get(key)
        if (
            stored is not None
            and (now := self._clock()) < stored.fresh_until
            and (is_plain or b"cache-control" not in headers)
        ):
            self._counters.hits += 1
            start, body = messages_of(stored, headers, now - stored.stored_at)
            await send(start)
            await send(body)
        else:
            await self._answer(Exchange(key, headers, address.policy, scope, receive, send), stored)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._read_routes()
        except CacheUsageError as error:
            # Servers take an exception alone for "no lifespan here" and go on; this message stops them.
            await receive()
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise

        async def receive_and_cancel() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                # Before the application gives back what its routes use.
                await self._revalidator.cancel()
            return message

        async def close_and_send(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown."):
                # Servers do not wait for what comes after this message.
                await self._core.store.close()
            await send(message)

        await self._app(scope, receive_and_cancel, close_and_send)

    def _read_routes(self) -> Addresses:
        if self._addresses is None:
            self._addresses = Addresses(self._find_routes())
        return self._addresses

    async def _answer(self, exchange: Exchange, stored: StoredResponse | None) -> None:
        directives = request_directives(exchange.headers.get(b"cache-control", b""))
        now = self._core.store.clock()
        if stored is not None and now < stored.revalidate_until and _is_young_enough(stored, directives, now):
            if now < stored.fresh_until:
                self._core.counters.hits += 1
            else:
                self._core.counters.stale += 1
                self._revalidator.revalidate(exchange)
            await replay(stored, exchange.headers, exchange.send, age_seconds=now - stored.stored_at)
        elif directives.only_if_cached:
            await refuse_to_compute(exchange.send)
        else:
            await self._executor.answer(exchange, stored)


def _is_young_enough(stored: StoredResponse, directives: RequestDirectives, now: float) -> bool:
    max_age_seconds = directives.max_age_seconds
    # An answer of this very moment has not been asked for anew.
    return max_age_seconds is None or 0 < max_age_seconds >= now - stored.stored_at
