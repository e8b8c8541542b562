"""``GET /docs/{docset}/{version}/{path}``: a page of a documentation, or an image it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse, Response

from livedocs.errors import NotFoundError
from livedocs.library import reader
from livedocs.library.models import Page
from livedocs.web.security import SANDBOXED_POLICY

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from livedocs.library.models import Asset
    from livedocs.web.pages import Pages
    from livedocs.web.served import Served, ServedLibrary

_PAGE_SUFFIXES = (".html", ".htm")


def router(library: ServedLibrary, pages: Pages) -> APIRouter:
    """The reading view."""
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/docs/{docset}/{version}/{path:path}")
    async def read(docset: str, version: str, path: str) -> Response:
        if not path:
            return await _first_page(library, docset, version)

        def find(session: Session, _: Served) -> Page | Asset:
            look_up = reader.page if path.endswith(_PAGE_SUFFIXES) else reader.asset
            return look_up(session, docset, version, path)

        found = await library.read(find)
        if isinstance(found, Page):
            return pages.render("reading.html", {"page": found})
        return Response(found.body, media_type=found.media_type, headers={"Content-Security-Policy": SANDBOXED_POLICY})

    return routes


async def _first_page(library: ServedLibrary, docset: str, version: str) -> Response:
    for known in library.current.docsets:
        if (known.name, known.version) == (docset, version):
            return RedirectResponse(known.url)
    raise NotFoundError(f"There is no docset {docset} {version} in this library.")
