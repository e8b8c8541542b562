"""Tags that a route computes."""

from __future__ import annotations

from typing import cast

from starlette.requests import HTTPConnection
from starlette.types import Scope

_SCOPE_KEY = "fastapi_data.cache_tags"


def cache_tags(request: HTTPConnection, *tags: str) -> None:
    """Have the answer to a request known by further tags, for ``ResponseCache.invalidate``.

    Called by a route or a dependency while it computes the answer; elsewhere it does nothing::

        @app.get("/articles/{article_id}")
        @cache_response
        async def article(article_id: int, request: Request) -> Article:
            cache_tags(request, f"article:{article_id}")

    Args:
        request: the one being answered.
        tags: what the answer is made from.
    """
    collected = cast("set[str] | None", request.scope.get(_SCOPE_KEY))
    if collected is not None:
        collected.update(tags)


def collect_tags(scope: Scope) -> set[str]:
    """Collect what ``cache_tags`` adds while a request is answered."""
    collected: set[str] = set()
    scope[_SCOPE_KEY] = collected
    return collected
