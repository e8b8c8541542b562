"""``GET /search``: a whole page, or the part of it that htmx swaps in while one types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Header
from starlette.responses import HTMLResponse

from livedocs.web import searching

if TYPE_CHECKING:
    from livedocs.web.pages import Pages
    from livedocs.web.served import ServedLibrary


def router(library: ServedLibrary, pages: Pages) -> APIRouter:
    """The search page."""
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/search")
    async def search(
        q: str = "", docset: str = "", kind: str = "", hx_request_type: Annotated[str, Header()] = ""
    ) -> HTMLResponse:
        filters = searching.filters(docset, kind=kind)
        result = await library.read(
            lambda session, served: searching.engine(session, served.spelling).search(q, filters=filters)
        )
        template = "search_fragment.html" if hx_request_type == "partial" else "search.html"
        return pages.render(template, {"query": q, "docset": docset, "kind": kind, "result": result})

    return routes
