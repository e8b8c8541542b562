"""Errors at the edge: problem details (RFC 9457) for programs, a page for people."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from livedocs.command import as_called
from livedocs.errors import LibraryDatabaseError, LibraryError, NotFoundError, QueryError
from livedocs.web.api.models import InvalidParameter, Problem
from livedocs.web.observation import request_ids
from livedocs.web.security import SECURITY_HEADERS

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from livedocs.web.building.watch import BuildWatch
    from livedocs.web.pages import Pages

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
LONGEST_ECHO = 200
"""Characters of an address that an answer repeats at most, whatever was asked for."""

_SECONDS_TO_A_LIBRARY = 5
"""When to ask again while a library may be on its way: building one takes seconds to minutes."""

_FOR_PROGRAMS = ("/api/", "/healthz", "/readyz", "/suggestions", "/opened", "/metrics")


class Refuse(Protocol):
    """Answers a request for a middleware that does not let it through."""

    async def __call__(self, problem: HTTPException, scope: Scope, receive: Receive, send: Send, /) -> None:
        """Answer it.

        Args:
            problem: why; with the status and headers of the answer.
            scope: of the request.
            receive: of the request.
            send: of the request.
        """


class ErrorAnswers:
    """Answers each kind of error in the form that suits who asked.

    Args:
        pages: renders the page for people.
        build: how far the library is that answers wait for.
    """

    def __init__(self, pages: Pages, build: BuildWatch) -> None:
        self._pages = pages
        self._build = build

    def install(self, app: FastAPI) -> None:
        """Have the application answer its errors so."""
        app.add_exception_handler(RequestValidationError, self.refused)
        app.add_exception_handler(HTTPException, self.http)
        app.add_exception_handler(NotFoundError, self.known)
        app.add_exception_handler(QueryError, self.known)
        app.add_exception_handler(LibraryDatabaseError, self.no_database)
        app.add_exception_handler(LibraryError, self.no_library)
        app.add_exception_handler(Exception, self.unexpected)

    async def refused(self, request: Request, error: Exception) -> Response:
        """A parameter does not fit."""
        if not isinstance(error, RequestValidationError):
            raise error
        errors = [InvalidParameter(parameter=str(item["loc"][-1]), detail=str(item["msg"])) for item in error.errors()]
        detail = "; ".join(f"{item.parameter}: {item.detail}" for item in errors)
        return self._answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors)

    async def refuse(self, problem: HTTPException, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that reaches no route; see `Refuse`."""
        response = await self.http(Request(scope), problem)
        await response(scope, receive, send)

    async def http(self, request: Request, error: Exception) -> Response:
        """No such route, no such method."""
        if not isinstance(error, HTTPException):
            raise error
        status = HTTPStatus(error.status_code)
        detail = error.detail if error.detail != status.phrase else status.description
        return self._answer(request, status, detail or status.phrase, headers=error.headers)

    async def known(self, request: Request, error: Exception) -> Response:
        """An error livedocs raised on purpose; its message says what to do."""
        status = HTTPStatus.NOT_FOUND if isinstance(error, NotFoundError) else HTTPStatus.UNPROCESSABLE_ENTITY
        detail = str(error)
        for value in map(str, request.path_params.values()):
            detail = detail.replace(value, _cut(value))
        heading = "This query cannot be answered" if isinstance(error, QueryError) else None
        return self._answer(request, status, detail, heading=heading)

    async def no_library(self, request: Request, error: Exception) -> Response:
        """There is no library to answer from, or none that this version can read; one may be on its way."""
        headers = {"Retry-After": str(_SECONDS_TO_A_LIBRARY), "Cache-Control": "no-store"}
        status = HTTPStatus.SERVICE_UNAVAILABLE
        if request.url.path.startswith(_FOR_PROGRAMS):
            return self._answer(request, status, as_called(str(error)), headers=headers)
        template = "building_fragment.html" if _wants_fragment(request) else "building.html"
        context = {"build": await self._build.state(), "query": request.query_params.get("q", "")}
        response = self._pages.render(template, context, status=status)
        response.headers.update(headers)
        return response

    async def no_database(self, request: Request, error: Exception) -> Response:
        """The database that holds the library does not answer; why is told to the log, as it may name hosts."""
        logger.warning("%s %s: %s", request.method, request.url.path, error)
        detail = "The database that holds the library does not answer. Ask again in a few seconds."
        headers = {"Retry-After": str(_SECONDS_TO_A_LIBRARY), "Cache-Control": "no-store"}
        return self._answer(request, HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=headers)

    async def unexpected(self, request: Request, error: Exception) -> Response:
        """A defect: nothing about it is told; the server that runs the application logs it."""
        del error
        detail = "This is a defect of livedocs; its log says more."
        # The middlewares that add these headers run inside of what answers unexpected errors.
        headers = SECURITY_HEADERS | {"X-Request-ID": request_ids.current.get()}
        return self._answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, detail, headers=headers)

    def _answer(
        self,
        request: Request,
        status: HTTPStatus,
        detail: str,
        *,
        heading: str | None = None,
        headers: Any = None,
        errors: Any = None,
    ) -> Response:
        if request.url.path.startswith(_FOR_PROGRAMS):
            problem = Problem(
                title=status.phrase, status=status, detail=detail, instance=_cut(request.url.path), errors=errors
            )
            content = problem.model_dump(exclude_none=True)
            return JSONResponse(content, status, headers=headers, media_type=MEDIA_TYPE)
        template = "error_fragment.html" if _wants_fragment(request) else "error.html"
        query = request.query_params.get("q", "")
        context = {"problem": heading or status.phrase, "detail": detail, "query": query}
        response = self._pages.render(template, context, status=status)
        response.headers.update(headers or {})
        return response


def _wants_fragment(request: Request) -> bool:
    return request.headers.get("hx-request-type") == "partial"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_ECHO else f"{text[:LONGEST_ECHO]}…"
