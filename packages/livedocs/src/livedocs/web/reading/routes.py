"""``GET /docs/{docset}/{version}/{path}``: a page of a documentation, or an image it shows.

The shorter addresses above it lead to the nearest page there is: of a version its first page, of a docset that of its
newest version, of them all the home page. ``?from=VERSION&anchor=ANCHOR`` keeps the place when another version is
chosen: it leads to what stands there in the version one comes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from livedocs.errors import NotFoundError
from livedocs.library import reader
from livedocs.library.page_contents import page_contents, same_place
from livedocs.web.reading.direction import direction
from livedocs.web.security import SANDBOXED_POLICY

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from livedocs.library.models import Asset, Page
    from livedocs.library.page_contents import PageContents
    from livedocs.web.library import Library
    from livedocs.web.pages import Pages
    from livedocs.web.served import Served

_PAGE_SUFFIXES = (".html", ".htm")


def router(library: Library, pages: Pages) -> APIRouter:
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
    async def read(
        docset: str,
        version: str,
        path: str,
        came_from: Annotated[str, Query(alias="from")] = "",
        anchor: str = "",
    ) -> Response:
        if came_from:
            return await _same_place(library, (docset, came_from, path, anchor), version)

        def find(session: Session, _: Served) -> tuple[Page, PageContents] | Asset:
            if not path.endswith(_PAGE_SUFFIXES):
                return reader.asset(session, docset, version, path)
            page = reader.page(session, docset, version, path)
            return page, page_contents(session, page.docset, path)

        found = await library.read(find)
        if isinstance(found, tuple):
            page, contents = found
            versions = [known for known in library.current.docsets if known.name == docset]
            context = {"page": page, "contents": contents, "versions": versions}
            return pages.render("reading.html", context | {"direction": direction(page.docset.language)})
        return Response(found.body, media_type=found.media_type, headers={"Content-Security-Policy": SANDBOXED_POLICY})

    return routes


async def _same_place(library: Library, place: tuple[str, str, str, str], version: str) -> Response:
    """Lead to where a docset's place stands in another version: the same object, else the same page, else the first."""
    target = await library.read(lambda session, _: same_place(session, place, version))
    if not target:
        return _first_page(library, place[0], version)
    path, _, anchor = target.partition("#")
    address = f"/docs/{place[0]}/{version}/{path}"
    return RedirectResponse(f"{quote(address)}#{quote(anchor)}" if anchor else quote(address))


def _first_page(library: Library, docset: str, version: str = "") -> Response:
    for known in library.current.docsets:  # the newest version first
        if known.name == docset and version in ("", known.version):
            return RedirectResponse(known.url)
    wanted = f"{docset} {version}".rstrip()
    raise NotFoundError(f"There is no docset {wanted} in this library.")
