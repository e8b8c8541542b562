"""The JSON body of a search, the same from the API and from the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from livedocs.search.models import Hit, SearchResult


def body(result: SearchResult) -> dict[str, Any]:
    """What ``GET /api/v1/search`` answers and ``livedocs search --json`` prints."""
    return {"query": result.query, "corrected": result.corrected, "hits": [_hit(hit) for hit in result.hits]}


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.id,
        "target": hit.target,
        "docset": hit.docset,
        "version": hit.version,
        "kind": hit.kind,
        "name": hit.name,
        "signature": hit.signature,
        "summary": hit.summary,
        "breadcrumb": list(hit.breadcrumb),
        "url": hit.url,
        "original_url": hit.original_url,
        "deprecated": bool(hit.deprecated),
        "why": list(hit.why),
    }
