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
        q: str = "",
        docset: str = "",
        kind: str = "",
        *,
        explain: bool = False,
        hx_request_type: Annotated[str, Header()] = "",
    ) -> HTMLResponse:
        filters = searching.filters(docset, kind=kind)
        result = await library.read(
            lambda session, served: searching.engine(session, served.resident).search(
                q, filters=filters, explain=explain
            )
        )
        template = "search_fragment.html" if hx_request_type == "partial" else "search.html"
        context = {"query": q, "docset": docset, "kind": kind, "explain": explain, "result": result}
        return pages.render(template, context)

    return routes
