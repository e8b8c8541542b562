"""The ASGI middleware that answers from the store, and stores what it lets through."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fastapi_data.cache.core import CacheCore, Exchange
from fastapi_data.cache.execution import Executor
from fastapi_data.cache.replay import refuse_to_compute, replay
from fastapi_data.cache.request import RequestDirectives, cache_key, joined_headers, request_directives
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
        self._app = app
        self._core = core
        self._find_routes = find_routes
        self._executor = Executor(app, core)
        self._revalidator = Revalidator(core, self._executor)
        self._routes: MarkedRoutes | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http":
            await (self._live if scope["type"] == "lifespan" else self._app)(scope, receive, send)
            return
        # From here to a hit it is one function: calls are what a hit costs.
        routes, headers = self._routes or self._marked_routes(), joined_headers(scope)
        policy = routes.policy(scope["method"], scope["path"], scope.get("root_path", ""), headers.get(b"host", b""))
        if policy is None:
            await self._app(scope, receive, send)
            return
        key = cache_key(scope, headers, policy)
        if key is None:
            self._core.counters.bypassed += 1
            await self._app(scope, receive, send)
            return
        store = self._core.store
        stored = await store.get(key)
        if stored is not None and b"cache-control" not in headers and (now := store.clock()) < stored.fresh_until:
            self._core.counters.hits += 1
            await replay(stored, headers, send, age_seconds=now - stored.stored_at)
        else:
            await self._answer(Exchange(key, headers, policy, scope, receive, send), stored)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._marked_routes()
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

        try:
            await self._app(scope, receive_and_cancel, send)
        finally:
            await self._core.store.close()

    def _marked_routes(self) -> MarkedRoutes:
        if self._routes is None:
            self._routes = self._find_routes()
        return self._routes

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
