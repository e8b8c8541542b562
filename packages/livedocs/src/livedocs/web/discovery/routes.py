"""``/opensearch.xml``, ``/suggestions``, ``/manifest.webmanifest``, ``/favicon.ico``.

OpenSearch 1.1 (https://github.com/dewitt/opensearch/blob/master/opensearch-1-1-draft-6.md), with the extension for
suggestions: an array of the query, completions, descriptions and addresses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from fastapi_data import cache_response
from livedocs.web import searching
from livedocs.web.wording import kind_label

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from livedocs.search.models import SearchResult
    from livedocs.web.assets import Assets
    from livedocs.web.library import Library
    from livedocs.web.observation.searches import ObservedSearches
    from livedocs.web.pages import Pages
    from livedocs.web.served import Served

_SUGGESTIONS = 8
_CANVAS = "#fafaf8"  # as in the tokens: a manifest knows no variables


def router(
    library: Library, pages: Pages, assets: Assets, searches: ObservedSearches, *, cache_seconds: float
) -> APIRouter:
    """What browsers ask for by themselves.

    Args:
        library: searched.
        pages: render the description.
        assets: the icons.
        searches: is told of each search.
        cache_seconds: how long suggestions may be replayed.
    """
    routes = APIRouter(include_in_schema=False)

    @routes.get("/opensearch.xml")
    async def description(request: Request) -> Response:
        origin = str(request.base_url).rstrip("/")
        content = pages.text("opensearch.xml", {"origin": origin})
        return Response(content, media_type="application/opensearchdescription+xml", headers={"Vary": "Host"})

    @routes.get("/suggestions")
    @cache_response(ttl_seconds=cache_seconds, query=["q"], cookies=[])
    async def suggestions(request: Request, q: str = "") -> Response:
        def answer(session: Session, served: Served) -> SearchResult:
            engine = searching.engine(session, served, by_meaning=False)
            return engine.search(q, limit=_SUGGESTIONS)

        with searches.observed(q) as tell:
            result = await library.read(answer)
            tell(result)
        by_name = {hit.name: hit for hit in reversed(result.hits)}
        hits = list(reversed(by_name.values()))
        origin = str(request.base_url).rstrip("/")
        content = [
            q,
            [hit.name for hit in hits],
            [f"{kind_label(hit.kind)}, {hit.docset} {hit.version}" for hit in hits],
            [origin + hit.url for hit in hits],
        ]
        return JSONResponse(content, media_type="application/x-suggestions+json")

    @routes.get("/manifest.webmanifest")
    async def manifest() -> Response:
        return JSONResponse(_manifest(assets), media_type="application/manifest+json")

    @routes.get("/favicon.ico")
    async def favicon() -> Response:
        return RedirectResponse(assets.url("favicon.ico"))

    return routes


def _manifest(assets: Assets) -> dict[str, object]:
    icons = [
        {"src": assets.url("icon.svg"), "type": "image/svg+xml", "sizes": "any"},
        {"src": assets.url("icon-192.png"), "type": "image/png", "sizes": "192x192"},
        {"src": assets.url("icon-512.png"), "type": "image/png", "sizes": "512x512"},
        {"src": assets.url("icon-maskable.png"), "type": "image/png", "sizes": "512x512", "purpose": "maskable"},
    ]
    return {
        "id": "/",
        "name": "livedocs",
        "short_name": "livedocs",
        "description": "Live search for documentation: results as you type.",
        "start_url": "/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": _CANVAS,
        "theme_color": _CANVAS,
        "icons": icons,
    }
