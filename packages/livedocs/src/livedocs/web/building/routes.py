"""``GET /build``: how far the build is, as server-sent events, for pages that wait for their library.

Each ``progress`` event carries the part of the page that shows it; ``ready`` comes last, when there is a library.
"""

from __future__ import annotations

from collections.abc import AsyncIterable
from functools import lru_cache
from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.sse import EventSourceResponse, ServerSentEvent

if TYPE_CHECKING:
    from livedocs.library.progress import Progress
    from livedocs.web.building.watch import BuildWatch
    from livedocs.web.library import Library
    from livedocs.web.pages import Pages

ADDRESS = "/build"
_MILLISECONDS_TO_RECONNECT = 1000


def router(library: Library, pages: Pages, build: BuildWatch) -> APIRouter:
    """The stream of a build's progress.

    Args:
        library: that is waited for.
        pages: render what an event carries.
        build: is followed.
    """
    routes = APIRouter(include_in_schema=False)

    @lru_cache(maxsize=4)  # rendered once for all who look
    def event(state: Progress | None) -> ServerSentEvent:
        fragment = pages.text("building_progress.html", {"build": state})
        return ServerSentEvent(event="progress", raw_data=fragment, retry=_MILLISECONDS_TO_RECONNECT)

    @routes.get(ADDRESS, response_class=EventSourceResponse)
    async def progress() -> AsyncIterable[ServerSentEvent]:
        async for state in build.states():
            yield event(state)
        if library.held is not None:
            yield ServerSentEvent(event="ready", raw_data="")

    return routes
