"""Answers for requests the database, or a repository, cannot serve."""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fastapi_data.errors import (
    ConflictError,
    DatabaseUnavailableError,
    InvalidCursorError,
    NotFoundError,
    PoolExhaustedError,
)

Handler: TypeAlias = Callable[[Request, Exception], Awaitable[Response]]

logger = logging.getLogger(__name__)

_DETAILS = {
    DatabaseUnavailableError: "The database is not available.",
    PoolExhaustedError: "Too many requests wait for the database.",
}

_STATUSES = {NotFoundError: 404, ConflictError: 409, InvalidCursorError: 400}


def install_error_handlers(app: Starlette, *, retry_after_seconds: float = 5) -> None:
    """Answer errors of this package with the statuses they have in HTTP.

    - 503 with ``Retry-After`` when the database is away or all its connections are in use. The answer says no more than
      that; the reason, which may name hosts, is logged.
    - 404 for ``NotFoundError``, 409 for ``ConflictError``, 400 for ``InvalidCursorError``, each with its message.

    Subclasses of these are answered alike, other errors stay 500.

    Args:
        app: a FastAPI or Starlette application.
        retry_after_seconds: when clients should try again; whole seconds are sent.
    """
    headers = {"Retry-After": str(math.ceil(retry_after_seconds))}

    for kind, detail in _DETAILS.items():
        app.add_exception_handler(kind, _unavailable(detail, headers))
    for kind, status in _STATUSES.items():
        app.add_exception_handler(kind, _explained(status))


def _unavailable(detail: str, headers: dict[str, str]) -> Handler:
    async def answer(request: Request, error: Exception) -> Response:
        logger.warning("%s %s: %s", request.method, request.url.path, error)
        return JSONResponse({"detail": detail}, 503, headers)

    return answer


def _explained(status: int) -> Handler:
    async def answer(request: Request, error: Exception) -> Response:
        del request
        return JSONResponse({"detail": str(error)}, status)

    return answer
