"""Which route answers a request, and how it may be cached."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import Match
from starlette.types import Scope

from fastapi_data.cache.policy import CachePolicy, policy_of
from fastapi_data.errors import CacheUsageError


class MarkedRoutes:
    """The routes of an application that ``cache_response`` marks, as they are when it starts.

    Args:
        app: the application, with all its routes.

    Attributes:
        vary: lower-case names of all request headers any of them varies on.

    Raises:
        CacheUsageError: a route is marked above its own decorator, or answers other methods than GET and HEAD.
    """

    def __init__(self, app: FastAPI) -> None:
        routes = list(iter_route_contexts(app.routes))
        self._marked: list[tuple[RouteContext, CachePolicy, list[RouteContext]]] = []
        unmarked_before: list[RouteContext] = []
        for route in routes:
            policy = policy_of(route.endpoint)
            if policy is None:
                unmarked_before.append(route)
                continue
            if not route.methods or not route.methods <= {"GET", "HEAD"}:
                raise CacheUsageError(
                    f"{route.path} answers other methods than GET and HEAD, which cannot be cached. "
                    "Take cache_response away, or give each method a function of its own."
                )
            self._marked.append((route, policy, unmarked_before.copy()))
        self.vary = tuple(sorted({name.encode() for _, policy, _ in self._marked for name in policy.vary}))

    def policy(self, scope: Scope) -> CachePolicy | None:
        """The policy of the route that will answer a request, or None when that route is not marked."""
        for route, policy, unmarked_before in self._marked:
            if _answers(route, scope):
                return None if any(_answers(earlier, scope) for earlier in unmarked_before) else policy
        return None


def _answers(route: RouteContext, scope: Scope) -> bool:
    return route.matches(scope)[0] is Match.FULL
