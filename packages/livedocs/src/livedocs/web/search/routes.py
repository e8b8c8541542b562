"""``GET /search``: a whole page, or the part of it that htmx swaps in while one types.

While one types, words are compared; when the typing rests, ``GET /search/meaning`` adds below them what is close in
meaning, so that nothing moves that is being looked at. A whole page compares both at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header
from starlette.responses import HTMLResponse

from fastapi_data import cache_response
from livedocs.search import advice
from livedocs.search.meaning import is_prose
from livedocs.search.reading import parse
from livedocs.web import searching

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from livedocs.search.models import SearchResult
    from livedocs.web.pages import Pages
    from livedocs.web.served import Served, ServedLibrary

_ADDED_BY_MEANING = 5


def router(library: ServedLibrary, pages: Pages, *, cache_seconds: float) -> APIRouter:
    """The search page.

    Args:
        library: searched.
        pages: render what is found.
        cache_seconds: how long an answer may be replayed: many people type the same beginnings.
    """
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/search")
    @cache_response(ttl_seconds=cache_seconds, query=[], cookies=[])
    async def search(
        q: str = "",
        docset: str = "",
        kind: str = "",
        *,
        explain: bool = False,
        hx_request_type: Annotated[str, Header()] = "",
    ) -> HTMLResponse:
        filters = searching.filters(docset, kind=kind)
        typing = hx_request_type == "partial"

        def answer(session: Session, served: Served) -> tuple[SearchResult, bool]:
            engine = searching.engine(session, served, by_meaning=not typing)
            result = engine.search(q, filters=filters, explain=explain)
            return result, typing and served.meaning is not None and is_prose(parse(q))

        result, ask_meaning = await library.read(answer)
        context: dict[str, Any] = {
            "query": q,
            "docset": docset,
            "kind": kind,
            "explain": explain,
            "result": result,
            "ask_meaning": ask_meaning,
        }
        if result.corrected:
            context["as_typed"] = advice.as_typed(q)
        if not result.hits:
            held = [f"{item.name}@{item.version}" for item in library.current.docsets]
            limits = advice.limits(q, filters, docsets=held, kinds=library.current.kinds)
            context |= {
                "limits": limits,
                "unlimited": advice.unlimited(q) if limits else "",
                "means_filters": advice.means_filters(q),
            }
        return pages.render("search_fragment.html" if typing else "search.html", context)

    @routes.get("/search/meaning")
    @cache_response(ttl_seconds=cache_seconds, query=[], cookies=[])
    async def by_meaning(q: str = "", docset: str = "", kind: str = "", *, explain: bool = False) -> HTMLResponse:
        filters = searching.filters(docset, kind=kind)

        def answer(session: Session, served: Served) -> tuple[SearchResult, SearchResult]:
            by_words, by_both = (
                searching.engine(session, served, by_meaning=by_meaning).search(q, filters=filters, explain=explain)
                for by_meaning in (False, True)
            )
            return by_words, by_both

        by_words, by_both = await library.read(answer)
        shown = {hit.id for hit in by_words.hits}
        added = [hit for hit in by_both.hits if hit.id not in shown][:_ADDED_BY_MEANING]
        return pages.render("meaning.html", {"hits": added, "shown": len(shown), "terms": by_words.terms})

    return routes
