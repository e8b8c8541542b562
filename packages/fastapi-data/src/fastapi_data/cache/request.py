"""Which requests may be answered from the cache, and under which key."""

from __future__ import annotations

from typing import NamedTuple

from starlette.types import Scope

Key = tuple[str | bytes, ...]
"""Method, scheme, host, path, query, and the values of the headers in ``vary``: what an answer may depend on."""


class CacheableRequest(NamedTuple):
    """What the cache needs of a request.

    Attributes:
        key: where its answer is kept.
        if_none_match: the validators the client sent, empty when none.
    """

    key: Key
    if_none_match: bytes


# Answers to the first two may be meant for one person only; the third announces a body, which belongs to no key.
_NEVER_CACHED_HEADERS = frozenset({b"authorization", b"cookie", b"transfer-encoding"})
# The leader's request asks for the whole answer, which every waiter can use.
_PARTIAL_ANSWER_HEADERS = frozenset({b"if-none-match", b"if-modified-since", b"if-range", b"range"})


def cacheable_request(scope: Scope, vary: tuple[bytes, ...]) -> CacheableRequest | None:
    """The request's key, or None for a request that must reach the application.

    Only GET and HEAD without credentials and without a body qualify. The host belongs to the key (RFC 9111, section 2),
    or one client could choose the host that others find in an answer's links.

    Args:
        scope: an ASGI http scope.
        vary: lower-case names of the request headers that belong to the key.
    """
    method: str = scope["method"]
    if method not in {"GET", "HEAD"}:
        return None
    host = if_none_match = b""
    varying: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in _NEVER_CACHED_HEADERS or (name == b"content-length" and value != b"0"):
            return None
        if name == b"host":
            host = value
        elif name == b"if-none-match":
            if_none_match = if_none_match + b"," + value if if_none_match else value
        if name in vary:
            varying[name] = varying[name] + b"," + value if name in varying else value
    query = sorted_query(scope["query_string"])
    key: Key = (method, scope["scheme"], host, scope["path"], query)
    if vary:
        key += tuple(varying.get(name, b"") for name in vary)
    return CacheableRequest(key, if_none_match)


def sorted_query(query: bytes) -> bytes:
    """The query with its parameters in order of name; values of one name keep their order, which may have a meaning.

    >>> sorted_query(b"b=2&a=2&a=1")
    b'a=2&a=1&b=2'
    """
    if b"&" not in query:
        return query
    return b"&".join(sorted(query.split(b"&"), key=_parameter_name))


def _parameter_name(parameter: bytes) -> bytes:
    return parameter.partition(b"=")[0]


def ask_for_whole_answer(scope: Scope) -> None:
    """Take away the headers that ask for a part of the answer, or for no more than its validity."""
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    scope["headers"] = [(name, value) for name, value in headers if name not in _PARTIAL_ANSWER_HEADERS]
