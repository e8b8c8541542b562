"""``GET /``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from fastapi_data import cache_response

if TYPE_CHECKING:
    from livedocs.web.pages import Pages
    from livedocs.web.served import ServedLibrary


def router(library: ServedLibrary, pages: Pages, *, cache_seconds: float) -> APIRouter:
    """The home page, rendered once for many visitors."""
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/")
    # What a link adds to the address (?utm_source=...) and whatever cookie is sent change nothing on this page.
    @cache_response(ttl_seconds=cache_seconds, query=[], cookies=[])
    async def home() -> HTMLResponse:
        return pages.render("home.html", {"docsets": library.current.docsets})

    return routes
