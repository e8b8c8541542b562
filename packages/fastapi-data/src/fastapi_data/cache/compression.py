"""Content codings: which a client takes (RFC 9110, section 12.5.3), and an answer's body in each."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, cast

from anyio import to_thread

from fastapi_data.cache.request import parse_cache_control
from fastapi_data.cache.store import Representation
from fastapi_data.cache.vary import with_vary

_SMALLEST_BYTES = 1024
"""Smaller bodies fit in a packet or two as they are."""
_LARGEST_ON_LOOP_BYTES = 32 * 1024
"""Larger bodies take milliseconds to compress: a worker thread does it."""
_COMPRESSIBLE = ("text/", "application/json", "application/javascript", "application/xml", "image/svg+xml")
_COMPRESSIBLE_SUFFIXES = ("+json", "+xml")
_CODINGS = ("br", "gzip")
_GZIP_LEVEL = 6
_GZIP_WINDOW_BITS = 16 + zlib.MAX_WBITS
_BROTLI_QUALITY = 5


def strong_etag(body: bytes) -> bytes:
    """A validator that two bodies share only if they are the same bytes."""
    return b'"' + blake2b(body, digest_size=16).hexdigest().encode() + b'"'


@functools.lru_cache(maxsize=256)
def accepted_codings(accept_encoding: bytes) -> tuple[str, ...]:
    """The codings a client takes, of those the cache can make, best first; of equals the smaller.

    >>> accepted_codings(b"gzip;q=0.8, br;q=0.9, zstd"), accepted_codings(b"br;q=0, *")
    (('br', 'gzip'), ('gzip',))
    >>> accepted_codings(b"identity, gzip;q=0.5")
    ()
    """
    weights: dict[str, float] = {}
    for part in accept_encoding.decode("latin-1").lower().split(","):
        coding, _, parameter = part.partition(";")
        weights[coding.strip()] = _weight(parameter)
    fallback = weights.get("*", 0.0)
    wanted = {coding: weights.get(coding, fallback) for coding in _CODINGS}
    identity = weights.get("identity", 0.0)
    return tuple(sorted((coding for coding, weight in wanted.items() if weight > identity), key=lambda c: -wanted[c]))


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


async def with_compressed(identity: Representation) -> tuple[Representation, ...]:
    """An answer as it is, and in each coding that makes it smaller.

    Args:
        identity: as the route made it.
    """
    if not _is_compressible(identity):
        return (identity,)
    if len(identity.body) <= _LARGEST_ON_LOOP_BYTES:
        return _compressed(identity)
    return await to_thread.run_sync(_compressed, identity)


def _is_compressible(identity: Representation) -> bool:
    if len(identity.body) < _SMALLEST_BYTES:
        return False
    fields = dict(identity.headers)
    if b"content-encoding" in fields or "no-transform" in parse_cache_control(fields.get(b"cache-control", b"")):
        return False
    media_type = fields.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1")
    return media_type.startswith(_COMPRESSIBLE) or media_type.endswith(_COMPRESSIBLE_SUFFIXES)


def _compressed(identity: Representation) -> tuple[Representation, ...]:
    headers = with_vary(identity.headers, [b"accept-encoding"])
    forms = [Representation("", headers, identity.body, identity.etag)]
    for coding, compress in _compressors().items():
        body = compress(identity.body)
        if len(body) < len(identity.body):
            forms.append(_encoded(forms[0], coding, body))
    return tuple(forms)


def _encoded(identity: Representation, coding: str, body: bytes) -> Representation:
    etag = identity.etag
    # A strong validator names bytes, so each coding has its own; a weak one names what they mean.
    if etag is not None and not etag.startswith(b"W/"):
        etag = etag[:-1] + b"-" + coding.encode() + b'"'
    changed = {b"content-length": b"%d" % len(body), b"etag": etag}
    headers = tuple((name, changed.get(name) or value) for name, value in identity.headers)
    return Representation(coding, (*headers, (b"content-encoding", coding.encode())), body, etag)


@functools.cache
def _compressors() -> dict[str, Callable[[bytes], bytes]]:
    compressors: dict[str, Callable[[bytes], bytes]] = {"gzip": _gzip}
    try:
        import brotli  # noqa: PLC0415 - an extra, imported by those who compress
    except ImportError:
        return compressors
    compressors["br"] = functools.partial(cast("Any", brotli).compress, quality=_BROTLI_QUALITY)
    return compressors


def _gzip(body: bytes) -> bytes:
    compressor = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW_BITS)
    return compressor.compress(body) + compressor.flush()
