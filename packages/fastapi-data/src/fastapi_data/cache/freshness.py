"""How long an answer may be replayed."""

from __future__ import annotations

import random

from fastapi_data.cache.options import CachePolicy
from fastapi_data.cache.request import parse_cache_control, seconds_of
from fastapi_data.cache.store import Headers, Representation, StoredResponse


def stored_response(
    representations: tuple[Representation, ...], policy: CachePolicy, *, now: float, tags: frozenset[str]
) -> StoredResponse:
    """An answer with its times.

    What the answer's own Cache-Control says to shared caches goes before the policy (RFC 9111, section 5.2.2.10; RFC
    5861): ``s-maxage``, ``stale-while-revalidate`` and ``stale-if-error``. ``max-age`` is for clients.

    Args:
        representations: the answer.
        policy: its route's.
        now: the store's clock, in seconds.
        tags: what it is known by.
    """
    cache_control = dict(representations[0].headers).get(b"cache-control", b"")
    directives = {name: seconds_of(argument) for name, argument in parse_cache_control(cache_control).items()}

    def said(name: str, otherwise: float) -> float:
        seconds = directives.get(name)
        return otherwise if seconds is None else seconds

    ttl_seconds = said("s-maxage", policy.ttl_seconds)
    # Spreads moments; it protects nothing.
    fresh_until = now + ttl_seconds * (1 - policy.ttl_jitter * random.random())  # noqa: S311
    return StoredResponse(
        representations,
        stored_at=now,
        fresh_until=fresh_until,
        revalidate_until=fresh_until + said("stale-while-revalidate", policy.revalidate_seconds),
        error_until=fresh_until + said("stale-if-error", policy.error_seconds),
        tags=tags,
    )


def with_max_age(headers: Headers, policy: CachePolicy) -> Headers:
    """The headers, telling clients how long to keep the answer, where the policy does and the route did not."""
    if policy.max_age_seconds is None or any(name == b"cache-control" for name, _ in headers):
        return headers
    return (*headers, (b"cache-control", b"max-age=%d" % policy.max_age_seconds))
