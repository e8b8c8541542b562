"""``GET /``, and ``POST /opened``, by which the page tells what was opened."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from fastapi_data import cache_response
from livedocs.library.listing import Place, entries_at, most_linked

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from livedocs.library.listing import ListedEntry
    from livedocs.web.home.opened import Opened
    from livedocs.web.library import Library
    from livedocs.web.pages import Pages
    from livedocs.web.served import Served

_LISTED = 10
_ENOUGH = 5
"""Entries that must have been opened before they say what people open."""
_MOST_BYTES = 2048


def router(library: Library, pages: Pages, opened: Opened, *, cache_seconds: float) -> APIRouter:
    """The home page, rendered once for many visitors, and what it learns from them.

    Args:
        library: what it lists.
        pages: render it.
        opened: counts what is opened.
        cache_seconds: how long the page may be replayed.
    """
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/")
    # What a link adds to the address (?utm_source=...) and whatever cookie is sent change nothing on this page.
    @cache_response(ttl_seconds=cache_seconds, query=[], cookies=[])
    async def home() -> HTMLResponse:
        places = await opened.most(2 * _LISTED)  # some may be gone from the library

        def listed(session: Session, _: Served) -> tuple[bool, list[ListedEntry]]:
            by_people = entries_at(session, places)[:_LISTED]
            if len(by_people) >= _ENOUGH:
                return True, by_people
            return False, most_linked(session, _LISTED)

        is_by_people, entries = await library.read(listed)
        return pages.render("home.html", {"entries": entries, "is_by_people": is_by_people})

    @routes.post("/opened")
    async def was_opened(request: Request) -> Response:
        if not _is_from_own_page(request):
            raise HTTPException(403, "Only a page of this server may tell what was opened.")
        place = _place((await _small_body(request)).decode("utf-8", "replace"))
        if not await library.read(lambda session, _: entries_at(session, [place])):
            raise HTTPException(404, "The library holds no such entry.")
        await opened.count(place)
        return Response(status_code=204)

    return routes


def _is_from_own_page(request: Request) -> bool:
    """Browsers say where a request comes from in one of two headers, and do not let pages change them."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host")


async def _small_body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise HTTPException(413, f"At most {_MOST_BYTES} bytes are read.")
    return body


def _place(form: str) -> Place:
    """The place that a form names as ``entry=DOCSET/VERSION/PAGE#ANCHOR``, in the spelling of addresses."""
    docset, _, rest = dict(parse_qsl(form)).get("entry", "").partition("/")
    version, _, target = rest.partition("/")
    page, _, anchor = target.partition("#")
    if not page:
        raise HTTPException(422, "entry: write DOCSET/VERSION/PAGE#ANCHOR.")
    return Place(docset, version, unquote(page), unquote(anchor))
