"""What can be said about how answers are cached, and what holds where nothing is said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypedDict, Unpack

from fastapi_data.errors import CacheUsageError


class CacheOptions(TypedDict, total=False):
    """The options of ``cache_response``, of ``cache_router``, and, as defaults for all routes, of ``ResponseCache``.

    Attributes:
        ttl_seconds: how long an answer is fresh, above 0; 60 unless given. ``s-maxage`` in the answer's own
            Cache-Control goes before it.
        ttl_jitter: by up to which part of it each answer's time is shortened at random, from 0 to below 1, so that
            answers that were stored together do not expire together; 0 unless given.
        stale_while_revalidate_seconds: how long after that an answer is still replayed while a newer one is computed
            in the background; 0 unless given.
        stale_if_error_seconds: how long after that an answer is still replayed when computing a newer one fails; 0
            unless given.
        max_age_seconds: sent to browsers and proxies as ``Cache-Control: max-age`` where the answer has no
            Cache-Control of its own; not sent unless given. ``invalidate`` does not reach them.
        vary: names of request headers the answer depends on, e.g. ``["Accept-Language"]``, besides those that the
            route and its dependencies declare (``Header()``, ``APIKeyHeader``). Naming ``Authorization`` or ``Cookie``
            has requests with them cached, each value on its own.
        cookies: names of the cookies the answer depends on, besides those that the route and its dependencies declare;
            all others are ignored, so that ``[]`` says that no cookie matters. Unless given, a request with any
            cookie reaches the route: its answer may be for one person.
        query: names of the query parameters the answer depends on, besides those that the route and its dependencies
            declare; the route does not see the others, so that with ``[]`` neither ``?utm_source=...`` nor whatever
            else a client may think of is an answer of its own. Unless given, every parameter counts.
        tags: what ``ResponseCache.invalidate`` knows the answers by, besides what ``cache_tags`` adds.
    """

    ttl_seconds: float
    ttl_jitter: float
    stale_while_revalidate_seconds: float
    stale_if_error_seconds: float
    max_age_seconds: int
    vary: Sequence[str]
    cookies: Sequence[str]
    query: Sequence[str]
    tags: Sequence[str]


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """How the answers of one route are cached: every option, decided.

    Attributes:
        route: its path, with the names of its parameters.
        ttl_seconds: how long an answer is fresh.
        ttl_jitter: the part of it that chance may take away.
        revalidate_seconds: how long after it an answer may be replayed while a newer one is computed.
        error_seconds: how long after it an answer may be replayed when computing a newer one fails.
        max_age_seconds: what clients are told, or None.
        vary: lower-case names of the request headers that count, sorted.
        cookies: names of the cookies that count; None when a cookie sends a request to the route.
        query: names of the query parameters that count; None when all do.
        tags: what all its answers are known by.
    """

    route: str
    ttl_seconds: float
    ttl_jitter: float
    revalidate_seconds: float
    error_seconds: float
    max_age_seconds: int | None
    vary: tuple[bytes, ...]
    cookies: frozenset[bytes] | None
    query: frozenset[str] | None
    tags: frozenset[str]


def check_options(options: CacheOptions) -> None:
    """Refuse options that could never work.

    Raises:
        CacheUsageError: an option has no possible value, or is unknown.
    """
    unknown = options.keys() - CacheOptions.__annotations__.keys()
    if unknown:
        raise CacheUsageError(
            f"Unknown options: {', '.join(sorted(unknown))}. There are: {', '.join(CacheOptions.__annotations__)}."
        )
    ttl_seconds, ttl_jitter = options.get("ttl_seconds", 60.0), options.get("ttl_jitter", 0.0)
    if ttl_seconds <= 0:
        raise CacheUsageError(f"ttl_seconds is {ttl_seconds}; give a number of seconds above 0.")
    if not 0 <= ttl_jitter < 1:
        raise CacheUsageError(f"ttl_jitter is {ttl_jitter}; give a part from 0 to below 1.")
    for name in ("stale_while_revalidate_seconds", "stale_if_error_seconds", "max_age_seconds"):
        if options.get(name, 0) < 0:
            raise CacheUsageError(f"{name} is {options.get(name)}; give 0 or more seconds.")
    for name in ("vary", "cookies", "query", "tags"):
        check_names(name, options.get(name, ()))


def check_names(option: str, names: Collection[str]) -> None:
    """Refuse one string where several are asked for: its letters would be taken for names.

    Raises:
        CacheUsageError: it is one string.
    """
    if isinstance(names, str):
        raise CacheUsageError(f"{option} is the string {names!r}; give a list: [{names!r}].")


def policy_from(
    route: str,
    *,
    declared_headers: set[str],
    declared_cookies: set[str],
    declared_query: set[str],
    **options: Unpack[CacheOptions],
) -> CachePolicy:
    """Decide every option.

    Args:
        route: the route's path.
        declared_headers: lower-case names of the request headers a route and its dependencies ask for.
        declared_cookies: names of the cookies they ask for.
        declared_query: names of the query parameters they ask for.
        options: what was said.
    """
    vary = {name.lower() for name in options.get("vary", ())} | declared_headers
    cookies = options.get("cookies")
    if cookies is not None:
        cookies = frozenset(name.encode() for name in declared_cookies.union(cookies))
    query = options.get("query")
    return CachePolicy(
        route=route,
        ttl_seconds=options.get("ttl_seconds", 60.0),
        ttl_jitter=options.get("ttl_jitter", 0.0),
        revalidate_seconds=options.get("stale_while_revalidate_seconds", 0.0),
        error_seconds=options.get("stale_if_error_seconds", 0.0),
        max_age_seconds=options.get("max_age_seconds"),
        vary=tuple(sorted(name.encode() for name in vary)),
        cookies=cookies,
        query=None if query is None else frozenset(declared_query.union(query)),
        tags=frozenset(options.get("tags", ())),
    )
