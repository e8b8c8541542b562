"""``Vary`` (RFC 9110, section 12.5.5): by which request headers answers say that they differ."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi_data.cache.options import CachePolicy
from fastapi_data.cache.store import Headers


def headers_that_count(policy: CachePolicy) -> tuple[bytes, ...]:
    """The lower-case request headers that tell answers of a route apart."""
    return (*policy.vary, b"cookie") if policy.cookies and b"cookie" not in policy.vary else policy.vary


def headers_covered(policy: CachePolicy) -> tuple[bytes, ...]:
    """The lower-case request headers that an answer may name: it is kept apart by them, or cannot depend on them."""
    covered = (*policy.vary, b"accept-encoding")
    return covered if policy.cookies is None else (*covered, b"cookie")


def uncovered_vary(headers: Iterable[tuple[bytes, bytes]], covered: tuple[bytes, ...]) -> frozenset[bytes]:
    """The lower-case request headers that a response names, but for those that are covered.

    >>> sorted(uncovered_vary([(b"Vary", b"Accept, Origin,"), (b"vary", b"X-Theme")], (b"origin",)))
    [b'accept', b'x-theme']
    """
    return _named(headers).difference(covered)


def with_vary(headers: Headers, names: Iterable[bytes]) -> Headers:
    """The headers of a response, naming request headers that it does not name yet.

    >>> with_vary(((b"vary", b"accept"), (b"age", b"0")), [b"accept", b"x-theme"])
    ((b'age', b'0'), (b'vary', b'accept, X-Theme'))

    Args:
        headers: names are lower-case.
        names: in lower case.
    """
    named = _named(headers)
    missing = [name.title() for name in names if name not in named]
    if not missing:
        return headers
    values = [value for name, value in headers if name == b"vary"]
    others = (header for header in headers if header[0] != b"vary")
    return (*others, (b"vary", b", ".join([*filter(None, values), *missing])))


def _named(headers: Iterable[tuple[bytes, bytes]]) -> frozenset[bytes]:
    values = (value for name, value in headers if name.lower() == b"vary")
    # RFC 9110, section 5.6.1.2: elements of a list that are empty say nothing.
    return frozenset(name for value in values for part in value.split(b",") if (name := part.strip().lower()))
