"""Which route answers a request, and how it may be cached."""

from __future__ import annotations

import functools
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import Match

from fastapi_data.cache.declared import declared_cookies, declared_headers, declared_query
from fastapi_data.cache.options import CacheOptions, CachePolicy, policy_from
from fastapi_data.cache.policy import NEVER, mark_of, marked_routers, wrapped_functions
from fastapi_data.cache.request import MAX_KEY_LENGTH
from fastapi_data.errors import CacheUsageError

_REMEMBERED_ADDRESSES = 4096
_SAFE_METHODS = {"GET", "HEAD"}
# What stands in these belongs to one person: only a route's own ``vary`` may have it cached.
_CREDENTIALS = {"authorization", "cookie"}


class MarkedRoutes:
    """The routes of an application that are cached, as they are when it starts.

    Args:
        app: the application, with all its routes.
        defaults: what holds for a route that does not say.
        every_route: whether routes are cached that neither their own mark nor their router's says anything about.
        inner_vary: lower-case names of the headers that middleware behind the cache has all answers depend on.

    Raises:
        CacheUsageError: a route is marked above its own decorator, answers other methods than GET and HEAD, or may
            read headers or cookies that cannot be told beforehand.
    """

    def __init__(self, app: FastAPI, defaults: CacheOptions, *, every_route: bool, inner_vary: frozenset[str]) -> None:
        self._inner_vary = inner_vary
        self._root_path = app.root_path
        self._defaults = defaults
        self._every_route = every_route
        self._router_options = _options_by_route()
        self._cached: list[tuple[RouteContext, CachePolicy, list[RouteContext]]] = []
        uncached_before: list[RouteContext] = []
        routes = list(iter_route_contexts(app.routes))
        self._registered = {function for route in routes for function in wrapped_functions(route.endpoint)}
        for route in routes:
            options = self._options(route)
            if options is None:
                uncached_before.append(route)
            else:
                self._cached.append((route, self._policy(route, options), uncached_before.copy()))
        # Bounded, and dropping the least recently used: addresses come from clients.
        self._remembered = functools.lru_cache(maxsize=_REMEMBERED_ADDRESSES)(self._find)

    def policy(self, method: str, path: str, root_path: str, host: bytes) -> CachePolicy | None:
        """The policy of the route that will answer a request, or None when its answer is not cached."""
        # Nor remembered: an address too long for a key would be kept all the same.
        if len(path) + len(root_path) + len(host) > MAX_KEY_LENGTH:
            return None
        return self._remembered(method, path, root_path, host)

    def _find(self, method: str, path: str, root_path: str, host: bytes) -> CachePolicy | None:
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            # As the application will say, which a cache in front of it is asked before.
            "root_path": self._root_path or root_path,
            "headers": [(b"host", host)],
            "query_string": b"",
        }
        if method not in _SAFE_METHODS:
            return None
        for route, policy, uncached_before in self._cached:
            if _answers(route, scope):
                return None if any(_answers(earlier, scope) for earlier in uncached_before) else policy
        return None

    def _options(self, route: RouteContext) -> CacheOptions | None:
        mark = mark_of(route.endpoint, self._registered)
        if mark == NEVER:
            return None
        is_safe = bool(route.methods) and set(route.methods or ()) <= _SAFE_METHODS
        if isinstance(mark, dict):
            if not is_safe:
                raise CacheUsageError(
                    f"{route.path} answers other methods than GET and HEAD, which cannot be cached. "
                    "Take cache_response away, or give each method a function of its own."
                )
            return {**self._router_options.get(id(route.original_route), {}), **mark}
        if not is_safe or not isinstance(route.original_route, APIRoute):
            return None
        unmarked: CacheOptions | None = {} if self._every_route else None
        return self._router_options.get(id(route.original_route), unmarked)

    def _policy(self, route: RouteContext, options: CacheOptions) -> CachePolicy:
        options = {**self._defaults, **options}
        headers: set[str] = set()
        cookies: set[str] = set()
        query: set[str] = set()
        if isinstance(route.original_route, APIRoute):
            headers = declared_headers(route.dependant) - _CREDENTIALS
            cookies = declared_cookies(route.dependant)
            query = declared_query(route.dependant) if "query" in options else query
        return policy_from(
            route.path or "",
            declared_headers=headers | self._inner_vary,
            declared_cookies=cookies,
            declared_query=query,
            **options,
        )


def _options_by_route() -> dict[int, CacheOptions]:
    # From the router with the most routes to that with the fewest: an inner router's options come last and win.
    routers = [(list(iter_route_contexts(router.routes)), options) for router, options in marked_routers()]
    by_route: dict[int, CacheOptions] = {}
    for routes, options in sorted(routers, key=lambda router: -len(router[0])):
        for route in routes:
            by_route[id(route.original_route)] = {**by_route.get(id(route.original_route), {}), **options}
    return by_route


def _answers(route: RouteContext, scope: dict[str, Any]) -> bool:
    return route.matches(scope)[0] is Match.FULL
