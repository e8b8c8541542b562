"""``GET /search``: a whole page, or the part of it that htmx swaps in while one types.

While one types, words are compared; when the typing rests, ``GET /search/meaning`` adds below them what is close in
meaning, so that nothing moves that is being looked at. A whole page compares both at once, and shows the selected entry
beside the results.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header
from starlette.responses import HTMLResponse

from fastapi_data import cache_response
from livedocs.library import reader
from livedocs.search import advice, refining
from livedocs.search.meaning import is_prose
from livedocs.search.models import Filters
from livedocs.search.reading import parse
from livedocs.web import searching

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from livedocs.library.models import StoredEntry
    from livedocs.search.models import SearchResult
    from livedocs.web.library import Library
    from livedocs.web.observation.searches import ObservedSearches
    from livedocs.web.pages import Pages
    from livedocs.web.served import Served

_ADDED_BY_MEANING = 5


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one request found.

    Attributes:
        result: the hits.
        selected: which of them is selected, from 0.
        entry: the selected one; None when nothing was found, or only the list is wanted.
        ask_meaning: whether comparing meanings may add to it.
    """

    result: SearchResult
    selected: int = 0
    entry: StoredEntry | None = None
    ask_meaning: bool = False


def router(library: Library, pages: Pages, searches: ObservedSearches, *, cache_seconds: float) -> APIRouter:
    """The search page.

    Args:
        library: searched.
        pages: render what is found.
        searches: is told of each search.
        cache_seconds: how long an answer may be replayed: many people type the same beginnings.
    """
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/search")
    @cache_response(ttl_seconds=cache_seconds, query=[], cookies=[])
    async def search(
        q: str = "",
        selected: str = "",
        *,
        explain: bool = False,
        hx_request_type: Annotated[str, Header()] = "",
    ) -> HTMLResponse:
        typing = hx_request_type == "partial"

        def answer(session: Session, served: Served) -> _Answer:
            engine = searching.engine(session, served, by_meaning=not typing)
            result = engine.search(q, explain=explain)
            place = _place(result, selected)
            if typing:
                return _Answer(result, place, ask_meaning=served.meaning is not None and is_prose(parse(q)))
            return _Answer(result, place, reader.entry(session, result.hits[place].id) if result.hits else None)

        with searches.observed(q) as tell:
            found = await library.read(answer)
            tell(found.result)
        context: dict[str, Any] = {
            "query": q,
            "explain": explain,
            "result": found.result,
            "selected": found.selected,
            "entry": found.entry,
            "ask_meaning": found.ask_meaning,
            "driven": typing,
        }
        context |= _refinements(q, found.result) if found.result.hits else _advice(q, library.current)
        return pages.render("search_fragment.html" if typing else "search.html", context)

    @routes.get("/search/meaning")
    @cache_response(ttl_seconds=cache_seconds, query=[], cookies=[])
    async def by_meaning(q: str = "", *, explain: bool = False) -> HTMLResponse:
        def answer(session: Session, served: Served) -> tuple[SearchResult, SearchResult]:
            by_words, by_both = (
                searching.engine(session, served, by_meaning=by_meaning).search(q, explain=explain)
                for by_meaning in (False, True)
            )
            return by_words, by_both

        with searches.observed(q) as tell:
            by_words, by_both = await library.read(answer)
            tell(by_both)
        shown = {hit.id for hit in by_words.hits}
        added = [hit for hit in by_both.hits if hit.id not in shown][:_ADDED_BY_MEANING]
        return pages.render("meaning.html", {"hits": added, "shown": len(shown), "terms": by_words.terms})

    return routes


def _place(result: SearchResult, selected: str) -> int:
    """Where the selected entry stands among the hits; the first one when it is not among them.

    Args:
        result: the hits.
        selected: the entry as the address names it: docset, version, page and anchor.
    """
    places = (place for place, hit in enumerate(result.hits) if hit.url == f"/docs/{selected}")
    return next(places, 0) if selected else 0


def _refinements(query: str, result: SearchResult) -> dict[str, Any]:
    return {
        "applied": refining.applied(query),
        "suggested": refining.suggested(query, result.hits),
        "as_typed": advice.as_typed(query) if result.corrected else "",
    }


def _advice(query: str, served: Served) -> dict[str, Any]:
    held = [f"{item.name}@{item.version}" for item in served.docsets]
    limits = advice.limits(query, Filters(), docsets=held, kinds=served.kinds)
    return {
        "applied": refining.applied(query),
        "suggested": (),
        "limits": limits,
        "unlimited": advice.unlimited(query) if limits else "",
        "means_filters": advice.means_filters(query),
    }
