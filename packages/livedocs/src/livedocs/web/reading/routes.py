"""``GET /docs/{docset}/{version}/{path}``: a page of a documentation, or an image it shows.

The shorter addresses above it lead to the nearest page there is: of a version its first page, of a docset that of its
newest version, of them all the home page.
"""

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

    @routes.get("/docs")
    @routes.get("/docs/")
    async def all_docsets() -> Response:
        return RedirectResponse("/")

    @routes.get("/docs/{docset}")
    @routes.get("/docs/{docset}/")
    async def newest_version(docset: str) -> Response:
        return _first_page(library, docset)

    @routes.get("/docs/{docset}/{version}")
    @routes.get("/docs/{docset}/{version}/")
    async def one_version(docset: str, version: str) -> Response:
        return _first_page(library, docset, version)

    @routes.get("/docs/{docset}/{version}/{path:path}")
    async def read(docset: str, version: str, path: str) -> Response:
        def find(session: Session, _: Served) -> Page | Asset:
            look_up = reader.page if path.endswith(_PAGE_SUFFIXES) else reader.asset
            return look_up(session, docset, version, path)

        found = await library.read(find)
        if isinstance(found, Page):
            return pages.render("reading.html", {"page": found})
        return Response(found.body, media_type=found.media_type, headers={"Content-Security-Policy": SANDBOXED_POLICY})

    return routes


def _first_page(library: ServedLibrary, docset: str, version: str = "") -> Response:
    for known in library.current.docsets:  # the newest version first
        if known.name == docset and version in ("", known.version):
            return RedirectResponse(known.url)
    wanted = f"{docset} {version}".rstrip()
    raise NotFoundError(f"There is no docset {wanted} in this library.")
