"""``/api/v1/``: search, entries, docsets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query

from livedocs.library import reader
from livedocs.search.body import body
from livedocs.search.engine import DEFAULT_LIMIT, MAX_LIMIT
from livedocs.search.reading import MAX_PASTED_CHARS, MAX_QUERY_CHARS
from livedocs.web import searching
from livedocs.web.api.models import DocsetBody, DocsetsAnswer, EntryBody, Problem, SearchAnswer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from livedocs.search.models import SearchResult
    from livedocs.web.library import Library
    from livedocs.web.observation.searches import ObservedSearches
    from livedocs.web.served import Served

PREFIX = "/api/v1"
_LARGEST_ID = 2**63 - 1
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    422: {"model": Problem, "description": "A parameter is refused."},
}

_LANGUAGE = (
    "What is looked for: a name, an operator, a pasted error, words. It may hold filters (`kind:class`, `in:asyncio`, "
    '`docset:python@3.11`, `new:3.11`, `deprecated:yes`), `"exact phrases"` and `-words` that must not be there. '
    f"At most {MAX_QUERY_CHARS} characters, a traceback {MAX_PASTED_CHARS}."
)
Text = Annotated[str, Query(description=_LANGUAGE, examples=["open"])]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Hits wanted at most.")]
Docset = Annotated[str, Query(description="Only this docset: `python`, or `python@3.11`.", examples=["python"])]
Version = Annotated[str, Query(description="Only this version of the docset.", examples=["3.11"])]
Kind = Annotated[str, Query(description="Only this kind of entry.", examples=["function"])]
Explain = Annotated[bool, Query(description="Say of each hit why it stands where it does.")]
EntryId = Annotated[int, Path(ge=1, le=_LARGEST_ID, description="As a hit names it.")]


def router(library: Library, searches: ObservedSearches) -> APIRouter:
    """The API's routes.

    Args:
        library: asked.
        searches: is told of each search.
    """
    routes = APIRouter(prefix=PREFIX, tags=["search"], responses=_PROBLEMS)

    @routes.get("/search", summary="Search the documentation")
    async def search(
        q: Text = "",
        limit: Limit = DEFAULT_LIMIT,
        docset: Docset = "",
        version: Version = "",
        kind: Kind = "",
        *,
        explain: Explain = False,
    ) -> SearchAnswer:
        filters = searching.filters(docset, version, kind)

        def answer(session: Session, served: Served) -> SearchResult:
            engine = searching.engine(session, served)
            return engine.search(q, limit=limit, filters=filters, explain=explain)

        with searches.observed(q) as tell:
            result = await library.read(answer)
            tell(result)
        return SearchAnswer.model_validate(body(result))

    @routes.get(
        "/entries/{entry_id}",
        summary="One entry with all its text",
        responses={404: {"model": Problem, "description": "There is no such entry."}},
    )
    async def entry(entry_id: EntryId) -> EntryBody:
        return EntryBody.of(await library.read(lambda session, _: reader.entry(session, entry_id)))

    @routes.get("/docsets", summary="What the library holds")
    async def docsets() -> DocsetsAnswer:
        return DocsetsAnswer(docsets=[DocsetBody.model_validate(docset) for docset in library.current.docsets])

    return routes
