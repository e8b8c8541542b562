"""Sending a stored answer, or the news that the client has it already."""

from __future__ import annotations

import functools
import re

from starlette.types import Message, Send

from fastapi_data.cache.compression import accepted_codings
from fastapi_data.cache.store import StoredResponse

_ENTITY_TAG = re.compile(rb'(?:W/)?("[^"]*")')
# RFC 9110, section 15.4.5: what a 304 repeats of the 200 it stands for.
_REPEATED_IN_304 = frozenset({b"cache-control", b"content-location", b"date", b"etag", b"expires", b"vary"})
_NOT_CACHED = b"The answer is not cached, and the request asked for nothing else (only-if-cached).\n"


async def replay(
    response: StoredResponse, request_headers: dict[bytes, bytes], send: Send, *, age_seconds: float | None
) -> None:
    """Send a stored answer; see ``messages_of``."""
    for message in messages_of(response, request_headers, age_seconds):
        await send(message)


def messages_of(
    response: StoredResponse, request_headers: dict[bytes, bytes], age_seconds: float | None
) -> tuple[Message, Message]:
    """What is sent for a stored answer.

    Args:
        response: the answer, which was a 200.
        request_headers: of the one who asked; when they name the answer's validator, it is a 304 without a body.
        age_seconds: how long ago the answer was computed; None when just now, for this client.
    """
    form = response.representations[0]
    if b"accept-encoding" in request_headers and len(response.representations) > 1:
        form = response.representation(accepted_codings(request_headers[b"accept-encoding"]))
    if b"if-none-match" in request_headers and _matches(request_headers[b"if-none-match"], form.etag):
        status, body = 304, b""
        headers = [header for header in form.headers if header[0] in _REPEATED_IN_304]
    else:
        # A new list each time: middleware further out adds to it.
        status, body, headers = 200, form.body, [*form.headers]
    if age_seconds is not None:
        headers.append(_age(int(age_seconds)))
    return (
        {"type": "http.response.start", "status": status, "headers": headers},
        {"type": "http.response.body", "body": body},
    )


@functools.lru_cache(maxsize=3600)
def _age(seconds: int) -> tuple[bytes, bytes]:
    # Processes that share a store may differ about the time.
    return (b"age", b"%d" % max(0, seconds))


async def refuse_to_compute(send: Send) -> None:
    """Answer 504 to ``only-if-cached`` (RFC 9111, section 5.2.1.7)."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(_NOT_CACHED))]
    await send({"type": "http.response.start", "status": 504, "headers": headers})
    await send({"type": "http.response.body", "body": _NOT_CACHED})


def _matches(if_none_match: bytes, etag: bytes | None) -> bool:
    # RFC 9110, section 13.1.2: the weak comparison, which looks at the quoted part only.
    if etag is None:
        return False
    return if_none_match.strip() == b"*" or etag.removeprefix(b"W/") in _ENTITY_TAG.findall(if_none_match)
