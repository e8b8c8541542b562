"""The ASGI middleware that answers from the store, and stores what it lets through."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fastapi_data.cache.core import CacheCore, Exchange
from fastapi_data.cache.execution import Executor
from fastapi_data.cache.replay import refuse_to_compute
from fastapi_data.cache.request import CacheableRequest, cacheable_request, joined_headers
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
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            await self._answer(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        else:
            await self._app(scope, receive, send)

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

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        routes = self._routes or self._marked_routes()
        headers = joined_headers(scope)
        host = headers.get(b"host", b"")
        policy = routes.policy(scope["method"], scope["path"], scope.get("root_path", ""), host)
        if policy is None:
            await self._app(scope, receive, send)
            return
        request = cacheable_request(scope, headers, policy)
        if request is None:
            self._core.counters.bypassed += 1
            await self._app(scope, receive, send)
            return
        await self._answer_cacheable(Exchange(request, policy, scope, receive, send))

    async def _answer_cacheable(self, exchange: Exchange) -> None:
        core, request = self._core, exchange.request
        stored = await core.store.get(request.key)
        if stored is not None:
            now = core.store.clock()
            if _is_young_enough(stored, request, now):
                if now < stored.fresh_until:
                    core.counters.hits += 1
                    await self._executor.send_stored(stored, exchange)
                    return
                if now < stored.revalidate_until:
                    core.counters.stale += 1
                    self._revalidator.revalidate(exchange)
                    await self._executor.send_stored(stored, exchange)
                    return
        if request.directives.only_if_cached:
            await refuse_to_compute(exchange.send)
            return
        await self._executor.answer(exchange, stored)


def _is_young_enough(stored: StoredResponse, request: CacheableRequest, now: float) -> bool:
    max_age_seconds = request.directives.max_age_seconds
    # An answer of this very moment has not been asked for anew.
    return max_age_seconds is None or 0 < max_age_seconds >= now - stored.stored_at
