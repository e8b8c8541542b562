"""Sending a stored answer, or the news that the client has it already."""

from __future__ import annotations

import re
from hashlib import blake2b

from starlette.types import Send

from fastapi_data.cache.store import StoredResponse

_ENTITY_TAG = re.compile(rb'(?:W/)?("[^"]*")')
# RFC 9110, section 15.4.5: what a 304 repeats of the 200 it stands for.
_REPEATED_IN_304 = frozenset({b"cache-control", b"content-location", b"date", b"etag", b"expires", b"vary"})


def strong_etag(body: bytes) -> bytes:
    """A validator that two bodies share only if they are the same bytes."""
    return b'"' + blake2b(body, digest_size=16).hexdigest().encode() + b'"'


async def replay(response: StoredResponse, send: Send, *, if_none_match: bytes, age_seconds: float | None) -> None:
    """Send a stored answer.

    Args:
        response: the answer, which was a 200.
        send: the client's.
        if_none_match: the validators the client sent, empty when none; a match gets a 304 without a body.
        age_seconds: how long ago the answer was computed; None when just now, for this client.
    """
    status, body = 200, response.body
    # A new list each time: middleware further out adds to it.
    headers = list(response.headers)
    if if_none_match and _matches(if_none_match, response.etag):
        status, body = 304, b""
        headers = [header for header in headers if header[0] in _REPEATED_IN_304]
    if age_seconds is not None:
        headers.append((b"age", b"%d" % age_seconds))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _matches(if_none_match: bytes, etag: bytes | None) -> bool:
    # RFC 9110, section 13.1.2: the weak comparison, which looks at the quoted part only.
    if etag is None:
        return False
    return if_none_match.strip() == b"*" or etag.removeprefix(b"W/") in _ENTITY_TAG.findall(if_none_match)
