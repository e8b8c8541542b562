"""``ResponseCache``: what an application installs."""

from __future__ import annotations

from fastapi import FastAPI

from fastapi_data.cache.flight import Flights
from fastapi_data.cache.middleware import CacheMiddleware
from fastapi_data.cache.store import MemoryStore, ResponseStore
from fastapi_data.errors import CacheUsageError


class ResponseCache:
    """Answers of the routes that ``cache_response`` marks, replayed before routing and dependencies run.

    Install it on the application. Middleware that is added later stands in front of it and sees every answer;
    middleware that was added earlier sees only those that are computed::

        cache = ResponseCache(ttl_seconds=60)
        cache.install(app)

    A key is the method, the address with its query in order of parameter names, and the headers the routes vary on.
    However many requests wait for one key, the route runs once. Replayed answers carry ``Age`` and a strong ``ETag``; a
    client that has the answer already gets a 304. Never stored: anything but a 200, Set-Cookie, streams, ``private``,
    ``no-store`` and ``no-cache``, a ``Vary`` on headers the route did not name, and whatever is asked for with
    Authorization, with cookies or with a body.

    Args:
        store: where the answers are kept; 64 MiB in this process unless given.
        ttl_seconds: for routes that do not say how long, above 0.
        max_body_bytes: larger answers are not stored.

    Raises:
        CacheUsageError: ``ttl_seconds`` is not above 0.
    """

    def __init__(
        self, store: ResponseStore | None = None, *, ttl_seconds: float = 60.0, max_body_bytes: int = 4 * 2**20
    ) -> None:
        if ttl_seconds <= 0:
            raise CacheUsageError(f"ttl_seconds is {ttl_seconds}; give a number of seconds above 0.")
        self._store: ResponseStore = MemoryStore() if store is None else store
        self._ttl_seconds = ttl_seconds
        self._max_body_bytes = max_body_bytes
        self._flights = Flights()
        self._installed = False

    def install(self, app: FastAPI) -> None:
        """Serve an application's marked routes; routes may still be added until it starts.

        Args:
            app: an application that has not started. A mounted application needs a cache of its own.

        Raises:
            CacheUsageError: this cache serves an application already.
        """
        if self._installed:
            raise CacheUsageError("This ResponseCache serves an application already. Make one for each application.")
        self._installed = True
        app.add_middleware(
            CacheMiddleware,
            routed_app=app,
            store=self._store,
            flights=self._flights,
            ttl_seconds=self._ttl_seconds,
            max_body_bytes=self._max_body_bytes,
        )

    async def clear(self) -> None:
        """Forget every answer. Those that are being computed still reach who waits for them, but are not stored."""
        self._flights.forget_all()
        await self._store.clear()
