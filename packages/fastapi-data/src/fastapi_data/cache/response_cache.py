"""``ResponseCache``: what an application installs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection
from typing import Unpack

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from fastapi_data.cache.core import CacheCore
from fastapi_data.cache.flight import Flights
from fastapi_data.cache.memory_store import MemoryStore
from fastapi_data.cache.middleware import CacheMiddleware
from fastapi_data.cache.options import CacheOptions, check_names, check_options
from fastapi_data.cache.routes import MarkedRoutes
from fastapi_data.cache.statistics import CacheStats, Counters
from fastapi_data.cache.store import ResponseStore
from fastapi_data.errors import CacheUsageError


class ResponseCache:
    """Answers of the routes that are marked, replayed before routing and dependencies run.

    Routes are marked one by one with ``cache_response``, a router at a time with ``cache_router``, or all with
    ``install(app, every_route=True)``. Middleware that is added later stands in front of the cache and sees every
    answer; middleware that was added earlier sees only those that are computed::

        cache = ResponseCache(ttl_seconds=60)
        cache.install(app)

    A key is the method, the address with its query in order of parameter names, and the headers and cookies that
    count: those that the options name, those that the route and its dependencies declare, and ``Origin`` where a
    CORSMiddleware stands behind the cache. Every query parameter counts unless ``query`` names those that do. However
    many requests wait for one key, the route runs once. Replayed answers carry ``Age`` and a strong ``ETag``; a
    client that has the answer already gets a 304. Never stored: anything but a 200, Set-Cookie, streams, ``private``,
    ``no-store`` and ``no-cache``, a ``Vary`` on headers the route did not name, and whatever is asked for with a
    body, with Authorization or with cookies, unless the options say that these count.

    Args:
        store: where the answers are kept; 64 MiB in this process unless given.
        max_body_bytes: larger answers are not stored.
        version: called for each request; returns what all answers follow from besides their requests, e.g. a hash of
            the data they are made of. Answers of another version are not found, and one during whose computing it
            changed is not stored: so processes that share a store change over one by one, and none gets what another
            made of older data.
        compress: keep answers in gzip, and in Brotli if the ``brotli`` extra is installed, beside the plain body, and
            send each client the smallest that it takes.
        defaults: for routes that do not say; see ``CacheOptions``.

    Raises:
        CacheUsageError: an option could never work.
    """

    def __init__(
        self,
        store: ResponseStore | None = None,
        *,
        max_body_bytes: int = 4 * 2**20,
        version: Callable[[], str] | None = None,
        compress: bool = True,
        **defaults: Unpack[CacheOptions],
    ) -> None:
        check_options(defaults)
        self._defaults = defaults
        self._core = CacheCore(
            MemoryStore() if store is None else store, Flights(), Counters(), max_body_bytes, compress, set(), version
        )
        self._installed = False

    def install(self, app: FastAPI, *, every_route: bool = False) -> None:
        """Serve an application's marked routes; routes may still be added until it starts.

        A hit runs no dependencies: what guards a route with ``every_route`` must be visible in the request, as an
        Authorization header, a cookie, or a header that it declares.

        Args:
            app: an application that has not started. A mounted application needs a cache of its own.
            every_route: cache all GET routes but those marked with ``never_cache``.

        Raises:
            CacheUsageError: this cache serves an application already.
        """
        app.add_middleware(CacheMiddleware, core=self._core, find_routes=self._routes_of(app, every_route))

    def in_front_of(self, app: FastAPI, *, every_route: bool = False) -> ASGIApp:
        """Serve an application's marked routes before the application itself has looked at the request.

        FastAPI does some work on every request before any middleware can answer; from here a hit spares that, too. What
        is stored has passed all of the application's middleware, which a hit therefore does not run again::

            application = cache.in_front_of(app)  # uvicorn module:application

        Args:
            app: as for ``install``, which is not called then.
            every_route: as for ``install``.

        Returns:
            The ASGI application to run; it passes everything else on, the lifespan included.

        Raises:
            CacheUsageError: this cache serves an application already.
        """
        return CacheMiddleware(app, core=self._core, find_routes=self._routes_of(app, every_route))

    async def invalidate(self, *, tags: Collection[str]) -> None:
        """Forget every answer with one of the tags, in every process that shares the store.

        Those that are being computed still reach who asked before, but are neither stored nor given to who asks later.
        Call it after the change is committed.

        Args:
            tags: as given to ``cache_response`` or ``cache_tags``.

        Raises:
            CacheUsageError: ``tags`` is one string.
        """
        check_names("tags", tags)
        await self._core.store.invalidate(tags)

    async def clear(self) -> None:
        """Forget every answer. Those that are being computed still reach who waits for them, but are not stored."""
        self._core.flights.forget_all()
        await self._core.store.clear()

    def _routes_of(self, app: FastAPI, every_route: bool) -> Callable[[], MarkedRoutes]:  # noqa: FBT001 - handed on
        if self._installed:
            raise CacheUsageError("This ResponseCache serves an application already. Make one for each application.")
        self._installed = True
        return lambda: MarkedRoutes(
            app,
            self._defaults,
            every_route=every_route,
            inner_vary=_headers_that_inner_middleware_reads(app, self._core),
        )

    def stats(self) -> CacheStats:
        """What the cache did since it was made, in this process."""
        store = self._core.store
        counters = dataclasses.asdict(self._core.counters)
        return CacheStats(**counters, evictions=store.evictions, size_bytes=store.size_bytes)


def _headers_that_inner_middleware_reads(app: FastAPI, core: CacheCore) -> frozenset[str]:
    """Lower-case names of the headers that answers depend on by the middleware behind the cache, as far as known."""
    inner = app.user_middleware
    for place, middleware in enumerate(inner):
        if middleware.kwargs.get("core") is core:
            inner = inner[place + 1 :]
            break
    # It names Origin in the Vary of every answer, each of which would else be refused.
    has_cors = any(isinstance(each.cls, type) and issubclass(each.cls, CORSMiddleware) for each in inner)
    return frozenset({"origin"} if has_cors else ())
