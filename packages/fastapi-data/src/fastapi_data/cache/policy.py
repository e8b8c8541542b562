"""``cache_response``: says that a route's answers may be replayed, and for how long."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any, TypeVar, cast, overload
from weakref import WeakKeyDictionary, WeakSet

from fastapi_data.errors import CacheUsageError

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """How the answers of one route are cached.

    Attributes:
        ttl_seconds: how long an answer is replayed; None for the cache's own default.
        vary: lower-case names of the request headers the answer depends on.
    """

    ttl_seconds: float | None = None
    vary: tuple[str, ...] = ()


_policies: WeakKeyDictionary[Callable[..., Any], CachePolicy] = WeakKeyDictionary()
_unmarked_originals: WeakSet[Callable[..., Any]] = WeakSet()


@overload
def cache_response(endpoint: Endpoint, /) -> Endpoint: ...
@overload
def cache_response(*, ttl_seconds: float | None = None, vary: Sequence[str] = ()) -> Callable[[Endpoint], Endpoint]: ...


def cache_response(
    endpoint: Endpoint | None = None, /, *, ttl_seconds: float | None = None, vary: Sequence[str] = ()
) -> Endpoint | Callable[[Endpoint], Endpoint]:
    """Mark a route whose answers a ``ResponseCache`` may replay.

    It stands below the route's own decorator, with or without options, on ``async def`` and ``def`` alike::

        @app.get("/")
        @cache_response(ttl_seconds=60)
        async def home() -> Home: ...

    The function itself is not wrapped: its signature, response model and OpenAPI stay as they are, and calling it runs
    it. The ``ResponseCache`` that is installed on the application does the rest.

    Args:
        endpoint: the route function, when used without options.
        ttl_seconds: how long an answer is replayed, above 0; the cache's ``ttl_seconds`` unless given.
        vary: names of request headers the answer depends on, e.g. ``["Accept-Language"]``; each combination of their
            values is kept on its own.

    Returns:
        The marked function.

    Raises:
        CacheUsageError: this is no plain function, or it yields what it answers, or ``ttl_seconds`` is not above 0.
    """
    if ttl_seconds is not None and ttl_seconds <= 0:
        raise CacheUsageError(f"ttl_seconds is {ttl_seconds}; give a number of seconds above 0.")
    policy = CachePolicy(ttl_seconds, tuple(name.lower() for name in vary))
    if endpoint is None:
        return functools.partial(_mark, policy=policy)
    return _mark(endpoint, policy=policy)


def policy_of(endpoint: object) -> CachePolicy | None:
    """The policy a route's endpoint, or a function that it wraps, was marked with; None when none was.

    Raises:
        CacheUsageError: the endpoint was registered as a route before it was marked.
    """
    while isinstance(endpoint, FunctionType):
        if endpoint in _policies:
            return _policies[endpoint]
        if endpoint in _unmarked_originals:
            raise CacheUsageError(
                f"cache_response stands above the route decorator of {endpoint.__qualname__}, where FastAPI does not "
                "see it. Move it below: first @app.get(...), then @cache_response."
            )
        endpoint = getattr(endpoint, "__wrapped__", None)
    return None


def _mark(endpoint: Endpoint, *, policy: CachePolicy) -> Endpoint:
    if not isinstance(endpoint, FunctionType):
        raise CacheUsageError(f"cache_response marks functions written with def or async def; {endpoint!r} is none.")
    if inspect.isgeneratorfunction(endpoint) or inspect.isasyncgenfunction(endpoint):
        raise CacheUsageError(f"{endpoint.__qualname__} streams its answer, and streams are never cached.")
    # A twin, not the function itself: so a route that was registered with the original, because the decorators stand
    # in the wrong order, is told from one that was registered with what cache_response returned.
    marked = FunctionType(
        endpoint.__code__, endpoint.__globals__, endpoint.__name__, endpoint.__defaults__, endpoint.__closure__
    )
    marked.__kwdefaults__ = endpoint.__kwdefaults__
    functools.update_wrapper(marked, endpoint)
    _policies[marked] = policy
    _unmarked_originals.add(endpoint)
    return cast("Endpoint", marked)
