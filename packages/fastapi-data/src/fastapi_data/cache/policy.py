"""``cache_response`` and its like: they say which routes' answers may be replayed, and how."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Iterator
from types import FunctionType
from typing import Any, Final, TypeVar, Unpack, cast, overload
from weakref import ReferenceType, WeakKeyDictionary, WeakSet, ref

from fastapi import APIRouter

from fastapi_data.cache.options import CacheOptions, check_options
from fastapi_data.errors import CacheUsageError

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

NEVER: Final = "never"
"""The mark of a route that must not be cached, whatever its router or application says."""

_marks: WeakKeyDictionary[Callable[..., Any], CacheOptions | str] = WeakKeyDictionary()
# By which decorator a function was marked last, and all that it was marked as.
_unmarked_originals: WeakKeyDictionary[Callable[..., Any], tuple[str, WeakSet[Callable[..., Any]]]] = (
    WeakKeyDictionary()
)
_routers: list[tuple[ReferenceType[APIRouter], CacheOptions]] = []


@overload
def cache_response(endpoint: Endpoint, /) -> Endpoint: ...
@overload
def cache_response(**options: Unpack[CacheOptions]) -> Callable[[Endpoint], Endpoint]: ...


def cache_response(
    endpoint: Endpoint | None = None, /, **options: Unpack[CacheOptions]
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
        options: see ``CacheOptions``; what is not given is as the router, then the cache, say.

    Returns:
        The marked function.

    Raises:
        CacheUsageError: this is no plain function, or it yields what it answers, or an option could never work.
    """
    check_options(options)
    if endpoint is None:
        return functools.partial(_mark_to_be_cached, options=options)
    return _mark_to_be_cached(endpoint, options=options)


def never_cache(endpoint: Endpoint, /) -> Endpoint:
    """Mark a route whose answers are not replayed, though its router's or its application's are.

    It stands below the route's own decorator, like ``cache_response``.

    Raises:
        CacheUsageError: this is no plain function.
    """
    return _mark(endpoint, NEVER, by="never_cache")


def cache_router(router: APIRouter, **options: Unpack[CacheOptions]) -> None:
    """Mark all GET routes of a router, those it has and those it gets until the application starts.

    A route's own ``cache_response`` or ``never_cache`` goes before its router's mark, and an inner router's mark before
    an outer's.

    Args:
        router: the router, wherever it is included.
        options: see ``CacheOptions``; what is not given is as the cache says.

    Raises:
        CacheUsageError: an option could never work.
    """
    check_options(options)
    _routers[:] = [marked for marked in _routers if marked[0]() is not None]
    _routers.append((ref(router), options))


def mark_of(endpoint: object, registered: Collection[object]) -> CacheOptions | str | None:
    """What a route's endpoint, or a function that it wraps, was marked with: options, ``NEVER``, or None.

    Args:
        endpoint: the route's.
        registered: the endpoints of all routes of its application, and the functions they wrap.

    Raises:
        CacheUsageError: the endpoint was registered as a route before it was marked, and what it was marked as never.
    """
    for function in wrapped_functions(endpoint):
        if function in _marks:
            return _marks[function]
        decorator, marked = _unmarked_originals.get(function, ("", ()))
        # A function may be a route of its own beside its marked twin.
        if decorator and not any(twin in registered for twin in marked):
            raise CacheUsageError(
                f"{decorator} stands above the route decorator of {function.__qualname__}, where FastAPI does not "
                f"see it. Move it below: first @app.get(...), then @{decorator}."
            )
    return None


def wrapped_functions(endpoint: object) -> Iterator[FunctionType]:
    """An endpoint and the functions it wraps, the outermost first, as far as they are plain functions."""
    while isinstance(endpoint, FunctionType):
        yield endpoint
        endpoint = getattr(endpoint, "__wrapped__", None)


def marked_routers() -> list[tuple[APIRouter, CacheOptions]]:
    """Every router that is marked, in the order they were."""
    alive = ((reference(), options) for reference, options in _routers)
    return [(router, options) for router, options in alive if router is not None]


def _mark_to_be_cached(endpoint: Endpoint, *, options: CacheOptions) -> Endpoint:
    if inspect.isgeneratorfunction(endpoint) or inspect.isasyncgenfunction(endpoint):
        raise CacheUsageError(f"{endpoint.__qualname__} streams its answer, and streams are never cached.")
    return _mark(endpoint, options, by="cache_response")


def _mark(endpoint: Endpoint, mark: CacheOptions | str, *, by: str) -> Endpoint:
    if not isinstance(endpoint, FunctionType):
        raise CacheUsageError(f"{by} marks functions written with def or async def; {endpoint!r} is none.")
    # A twin, not the function itself: so a route that was registered with the original, because the decorators stand
    # in the wrong order, is told from one that was registered with what the decorator returned.
    marked = FunctionType(
        endpoint.__code__, endpoint.__globals__, endpoint.__name__, endpoint.__defaults__, endpoint.__closure__
    )
    marked.__kwdefaults__ = endpoint.__kwdefaults__
    functools.update_wrapper(marked, endpoint)
    _marks[marked] = mark
    _, twins = _unmarked_originals.get(endpoint, (by, WeakSet[Callable[..., Any]]()))
    twins.add(marked)
    _unmarked_originals[endpoint] = by, twins
    return cast("Endpoint", marked)
