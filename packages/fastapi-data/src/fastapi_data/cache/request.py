"""Which requests may be answered from the cache, and under which key."""

from __future__ import annotations

import functools
from typing import NamedTuple
from urllib.parse import unquote_plus

from starlette.types import Scope

from fastapi_data.cache.options import CachePolicy
from fastapi_data.cache.store import Key


class RequestDirectives(NamedTuple):
    """What a client's Cache-Control asks for (RFC 9111, section 5.2.1).

    Attributes:
        no_store: to leave the cache alone.
        max_age_seconds: how old an answer may be at most; 0 for ``no-cache``, None when not said.
        only_if_cached: not to compute anything.
    """

    no_store: bool = False
    max_age_seconds: float | None = None
    only_if_cached: bool = False


MAX_KEY_LENGTH = 4096
"""Addresses, headers and cookies that are longer together are no key: clients would choose what the keys take."""

DECISIVE_HEADERS = frozenset({b"transfer-encoding", b"content-length", b"authorization", b"cookie", b"cache-control"})
"""A request without any of these may be answered from the cache, as old as its answer is."""

# The leader's request asks for the whole answer, which every waiter can use.
_PARTIAL_ANSWER_HEADERS = frozenset({b"if-none-match", b"if-modified-since", b"if-range", b"range"})


def joined_headers(raw: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """A request's headers by lower-case name; repeated ones joined as RFC 9110, section 5.3, says."""
    headers = dict(raw)
    if len(headers) != len(raw):
        headers.clear()
        for name, value in raw:
            separator = b"; " if name == b"cookie" else b","
            headers[name] = headers[name] + separator + value if name in headers else value
    return headers


def may_be_answered(headers: dict[bytes, bytes], policy: CachePolicy) -> bool:
    """Whether a request may be answered from the cache.

    Requests with a body, with ``no-store``, and with credentials that the policy does not name must reach the route.

    Args:
        headers: the request's, by lower-case name.
        policy: its route's.
    """
    has_body = b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"
    counts_cookies = policy.cookies is not None or b"cookie" in policy.vary
    return (
        not has_body
        and (b"authorization" not in headers or b"authorization" in policy.vary)
        and (b"cookie" not in headers or counts_cookies)
        and not request_directives(headers.get(b"cache-control", b"")).no_store
    )


def key_with_headers(key: Key, headers: dict[bytes, bytes], policy: CachePolicy) -> Key | None:
    """A key with the headers and cookies that count, or None when they are too long together.

    Args:
        key: the address's.
        headers: the request's, by lower-case name.
        policy: its route's.
    """
    key += tuple(headers.get(name, b"") for name in policy.vary)
    if policy.cookies:
        key += _cookies_that_count(headers.get(b"cookie", b""), policy.cookies)
    return key if is_short(key) else None


def is_short(key: tuple[str | bytes, ...]) -> bool:
    """Whether a key's parts are no longer together than ``MAX_KEY_LENGTH``."""
    return sum(map(len, key)) <= MAX_KEY_LENGTH


def _cookies_that_count(cookie: bytes, names: frozenset[bytes]) -> tuple[bytes, ...]:
    pairs = (part.strip() for part in cookie.split(b";"))
    return tuple(sorted(pair for pair in pairs if pair.partition(b"=")[0].strip() in names))


@functools.lru_cache(maxsize=64)
def request_directives(cache_control: bytes) -> RequestDirectives:
    """Read a request's Cache-Control; what is unknown or malformed is ignored.

    >>> request_directives(b"max-age=60, only-if-cached")
    RequestDirectives(no_store=False, max_age_seconds=60.0, only_if_cached=True)
    """
    directives = parse_cache_control(cache_control)
    max_age = seconds_of(directives.get("max-age"))
    return RequestDirectives(
        no_store="no-store" in directives,
        max_age_seconds=0.0 if "no-cache" in directives else max_age,
        only_if_cached="only-if-cached" in directives,
    )


def parse_cache_control(value: bytes) -> dict[str, str]:
    """The directives of a Cache-Control by lower-case name, with their arguments.

    >>> parse_cache_control(b'Max-Age="5", private')
    {'max-age': '5', 'private': ''}
    """
    parts = (part.partition("=") for part in value.decode("latin-1").split(","))
    return {name.strip().lower(): argument.strip().strip('"') for name, _, argument in parts}


def seconds_of(argument: str | None) -> float | None:
    """The seconds a directive names, or None when it is missing or malformed.

    >>> seconds_of("5"), seconds_of("five")
    (5.0, None)
    """
    return float(argument) if argument is not None and argument.isascii() and argument.isdigit() else None


def sorted_query(query: bytes) -> bytes:
    """The query with its parameters in order of name; values of one name keep their order, which may have a meaning.

    >>> sorted_query(b"b=2&a=2&a=1")
    b'a=2&a=1&b=2'
    """
    return b"&".join(sorted(query.split(b"&"), key=_name_as_read))


def query_that_counts(query: bytes, names: frozenset[str] | None) -> bytes:
    """The query without the parameters that do not count.

    >>> query_that_counts(b"b=2&utm_source=x&%61=1", frozenset({"a", "b"}))
    b'b=2&%61=1'
    """
    if names is None:
        return query
    return b"&".join(part for part in query.split(b"&") if _name_as_read(part) in names)


def _name_as_read(parameter: bytes) -> str:
    return unquote_plus(parameter.partition(b"=")[0].decode("latin-1"))


def ask_for_all(scope: Scope, policy: CachePolicy) -> None:
    """Have a request ask for the whole answer, as everybody may get it.

    Takes away the headers that ask for a part of the answer, for no more than its validity, or for it compressed (the
    cache does that, once); and the cookies and query parameters that do not count, so that the answer cannot depend
    on them. What the policy varies on stays.
    """
    taken = _PARTIAL_ANSWER_HEADERS | {b"accept-encoding"}
    if policy.cookies is not None:
        taken |= {b"cookie"}
    taken = taken.difference(policy.vary)
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    kept = [(name, value) for name, value in headers if name not in taken]
    if policy.cookies and b"cookie" in taken:
        cookies = _cookies_that_count(joined_headers(headers).get(b"cookie", b""), policy.cookies)
        kept += [(b"cookie", b"; ".join(cookies))] if cookies else []
    scope["headers"] = kept
    scope["query_string"] = query_that_counts(scope["query_string"], policy.query)
