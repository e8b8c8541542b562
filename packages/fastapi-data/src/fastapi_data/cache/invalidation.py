"""Tags that a request which changes something has forgotten when it succeeded."""

from __future__ import annotations

import asyncio
from typing import cast

from anyio import CancelScope
from fastapi.params import Depends
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fastapi_data.cache.store import ResponseStore
from fastapi_data.errors import CacheUsageError

_SCOPE_KEY = "fastapi_data.invalidated_tags"
_LOWEST_ERROR = 400


def invalidates(*tags: str) -> Depends:
    """Declare what a route changes: every answer with one of the tags is forgotten when the route succeeded.

    That is after sessions of ``Depends(db)`` were committed, wherever they are declared, and before the response
    starts; when the route raises, a commit fails, or the answer's status is 400 or more, nothing is forgotten. What a
    request changed that is cancelled may have been committed, and is forgotten, too::

        @app.post("/articles", dependencies=[invalidates("articles")])
        async def create(...) -> Article: ...

    Tags that only the route knows are given to ``invalidate_tags``.

    Args:
        tags: as given to ``cache_response`` or ``cache_tags``.

    Returns:
        What FastAPI takes among the ``dependencies`` of a route, a router or an application.

    Raises:
        CacheUsageError: there are no tags.
    """
    if not tags:
        raise CacheUsageError("invalidates() was given no tags; name those of the answers that the route changes.")

    # Of this type for FastAPI, which hands a dependency what is annotated.
    async def declare(connection: HTTPConnection) -> None:
        invalidate_tags(connection, *tags)

    return Depends(declare)


def invalidate_tags(request: HTTPConnection, *tags: str) -> None:
    """Have answers forgotten when this request has succeeded; see ``invalidates``, which says when that is.

    Called by a route or a dependency while the request is answered; it does nothing after the response has started,
    and where no cache is installed::

        @app.put("/articles/{article_id}")
        async def change(article_id: int, request: Request, session: Session) -> None:
            ...
            invalidate_tags(request, f"article:{article_id}")

    Args:
        request: the one being answered.
        tags: as given to ``cache_response`` or ``cache_tags``.
    """
    collected = cast("set[str] | None", request.scope.get(_SCOPE_KEY))
    if collected is not None:
        collected.update(tags)


class InvalidatingApplication:
    """An ASGI application; what its requests change is forgotten before they are answered.

    Args:
        app: the application.
        store: where the answers are.
    """

    def __init__(self, app: ASGIApp, store: ResponseStore) -> None:
        self._app = app
        self._store = store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # The cache of an application around this one may have begun to collect.
        tags: set[str] = scope.setdefault(_SCOPE_KEY, set[str]())

        async def invalidate_and_send(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < _LOWEST_ERROR:
                await self._invalidate(tags)
            await send(message)

        try:
            await self._app(scope, receive, invalidate_and_send)
        except asyncio.CancelledError:
            # Nobody can tell whether the change was committed before.
            await self._invalidate(tags)
            raise

    async def _invalidate(self, tags: set[str]) -> None:
        if tags:
            # That the client went away is no reason to keep what was before the change.
            with CancelScope(shield=True):
                await self._store.invalidate(tags)
