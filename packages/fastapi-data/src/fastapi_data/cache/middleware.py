"""The ASGI middleware that answers from the store, and stores what it lets through."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from fastapi_data.cache.flight import Flights, Landing
from fastapi_data.cache.policy import CachePolicy
from fastapi_data.cache.recording import Headers, RecordingSend, ResponseListener
from fastapi_data.cache.replay import replay, strong_etag
from fastapi_data.cache.request import CacheableRequest, ask_for_whole_answer, cacheable_request
from fastapi_data.cache.routes import MarkedRoutes
from fastapi_data.cache.store import ResponseStore, StoredResponse
from fastapi_data.errors import CacheUsageError


class CacheMiddleware:
    """Answers requests from a store; installed by ``ResponseCache.install``.

    Args:
        app: the next ASGI application.
        routed_app: the application whose routes are marked.
        store: where answers are kept.
        flights: the executions under way.
        ttl_seconds: for routes that do not say how long.
        max_body_bytes: larger answers are not stored.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        routed_app: FastAPI,
        store: ResponseStore,
        flights: Flights,
        ttl_seconds: float,
        max_body_bytes: int,
    ) -> None:
        self._app = app
        self._routed_app = routed_app
        self._store = store
        self._flights = flights
        self._ttl_seconds = ttl_seconds
        self._max_body_bytes = max_body_bytes
        self._routes: MarkedRoutes | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._start(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _start(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._marked_routes()
        except CacheUsageError as error:
            # Servers take an exception alone for "no lifespan here" and go on; this message stops them.
            await receive()
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        await self._app(scope, receive, send)

    def _marked_routes(self) -> MarkedRoutes:
        if self._routes is None:
            self._routes = MarkedRoutes(self._routed_app)
        return self._routes

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        routes = self._marked_routes()
        request = cacheable_request(scope, routes.vary)
        if request is None:
            await self._app(scope, receive, send)
            return
        stored = await self._store.get(request.key)
        if stored is not None:
            await self._replay(stored, request, send)
        elif (policy := routes.policy(scope)) is not None:
            await self._answer_once(request, policy, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer_once(
        self, request: CacheableRequest, policy: CachePolicy, scope: Scope, receive: Receive, send: Send
    ) -> None:
        while (flight := self._flights.find(request.key)) is not None:
            outcome = await flight.outcome()
            if isinstance(outcome, StoredResponse):
                await self._replay(outcome, request, send)
                return
            if outcome is Landing.NOT_STORABLE:
                await self._app(scope, receive, send)
                return
        await self._lead(request, policy, scope, receive, send)

    async def _lead(
        self, request: CacheableRequest, policy: CachePolicy, scope: Scope, receive: Receive, send: Send
    ) -> None:
        key = request.key
        flight = self._flights.start(key)

        async def store_and_send(headers: Headers, body: bytes) -> None:
            response = self._response(policy, headers, body, is_head=scope["method"] == "HEAD")
            if self._flights.is_current(key, flight):
                await self._store.set(key, response)
            self._flights.land(key, flight, response)
            await replay(response, send, if_none_match=request.if_none_match, age_seconds=None)

        def give_up(is_server_error: bool) -> None:  # noqa: FBT001 - the one thing there is to say
            self._flights.land(key, flight, Landing.FAILED if is_server_error else Landing.NOT_STORABLE)

        ask_for_whole_answer(scope)
        listener = ResponseListener(complete=store_and_send, refuse=give_up)
        routes = self._marked_routes()
        recording = RecordingSend(send, listener, vary=routes.vary, max_body_bytes=self._max_body_bytes)
        try:
            await self._app(scope, receive, recording)
        finally:
            self._flights.land(key, flight, Landing.FAILED)

    def _response(self, policy: CachePolicy, headers: Headers, body: bytes, *, is_head: bool) -> StoredResponse:
        etag = next((value for name, value in headers if name == b"etag"), None)
        # What answers HEAD may send no body, and the validator belongs to the body that GET would get.
        if etag is None and not is_head:
            etag = strong_etag(body)
            headers = (*headers, (b"etag", etag))
        now = self._store.clock()
        ttl_seconds = self._ttl_seconds if policy.ttl_seconds is None else policy.ttl_seconds
        return StoredResponse(headers, body, etag, stored_at=now, expires_at=now + ttl_seconds)

    async def _replay(self, stored: StoredResponse, request: CacheableRequest, send: Send) -> None:
        age_seconds = self._store.clock() - stored.stored_at
        await replay(stored, send, if_none_match=request.if_none_match, age_seconds=age_seconds)
