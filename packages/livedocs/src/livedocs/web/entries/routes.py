"""``GET /entry/{docset}/{version}/{page}?anchor=``: what the pane beside the results shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from fastapi_data import cache_response
from livedocs.library import reader
from livedocs.library.listing import Place, entry_id_at

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from livedocs.library.models import StoredEntry
    from livedocs.web.library import Library
    from livedocs.web.pages import Pages
    from livedocs.web.served import Served


def router(library: Library, pages: Pages, *, cache_seconds: float) -> APIRouter:
    """The pane.

    Args:
        library: read.
        pages: render the entry.
        cache_seconds: how long an answer may be replayed.
    """
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/entry/{docset}/{version}/{page:path}")
    @cache_response(ttl_seconds=cache_seconds, query=[], cookies=[])
    async def entry(docset: str, version: str, page: str, anchor: str = "") -> HTMLResponse:
        def find(session: Session, _: Served) -> StoredEntry:
            return reader.entry(session, entry_id_at(session, Place(docset, version, page, anchor)))

        return pages.render("entry.html", {"entry": await library.read(find)})

    return routes
