"""The name of a request, by which what is said of it in different places can be found."""

from __future__ import annotations

import re
from contextvars import ContextVar
from random import getrandbits

HEADER = b"x-request-id"
_WELL_FORMED = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:@+/=-]{0,127}")

current: ContextVar[str] = ContextVar("request id", default="")
"""Of the request that is being answered; empty outside of any."""


def request_id(headers: list[tuple[bytes, bytes]]) -> str:
    """The name the client, or a proxy, gave its request if that is well-formed, or a new one.

    >>> request_id([(b"x-request-id", b"from-the-proxy-1")])
    'from-the-proxy-1'
    >>> len(request_id([(b"x-request-id", b"two words")]))
    16
    """
    for name, value in headers:
        if name == HEADER and _WELL_FORMED.fullmatch(value):
            return value.decode("ascii")
    return f"{getrandbits(64):016x}"  # no secret, and seeded anew in each process that is forked
