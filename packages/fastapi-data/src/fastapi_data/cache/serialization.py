"""A stored answer as bytes, for stores outside this process.

Four bytes of length, big-endian, then so much JSON, then the bodies one after the other. The JSON is
``{"times", "tags", "forms": [{"encoding", "headers", "body_bytes", "etag"}]}``; header bytes are written as
Latin-1.
"""

from __future__ import annotations

import json
from typing import Any

from fastapi_data.cache.store import Representation, StoredResponse

FORMAT_VERSION = 1
"""Belongs to the name under which the bytes are kept: other versions are never read."""
_LENGTH_BYTES = 4


def to_bytes(response: StoredResponse) -> bytes:
    """Write an answer down."""
    description = {
        "times": [response.stored_at, response.fresh_until, response.revalidate_until, response.error_until],
        "tags": sorted(response.tags),
        "forms": [
            {
                "encoding": form.encoding,
                "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in form.headers],
                "body_bytes": len(form.body),
                "etag": None if form.etag is None else form.etag.decode("latin-1"),
            }
            for form in response.representations
        ],
    }
    written = json.dumps(description, separators=(",", ":")).encode()
    bodies = (form.body for form in response.representations)
    return b"".join([len(written).to_bytes(_LENGTH_BYTES), written, *bodies])


def from_bytes(data: bytes) -> StoredResponse:
    """Read what ``to_bytes`` wrote."""
    bodies_at = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES])
    description: dict[str, Any] = json.loads(data[_LENGTH_BYTES:bodies_at])
    forms: list[Representation] = []
    for form in description["forms"]:
        body = data[bodies_at : bodies_at + form["body_bytes"]]
        bodies_at += form["body_bytes"]
        headers = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in form["headers"])
        etag = None if form["etag"] is None else form["etag"].encode("latin-1")
        forms.append(Representation(form["encoding"], headers, body, etag))
    return StoredResponse(tuple(forms), *description["times"], tags=frozenset(description["tags"]))
