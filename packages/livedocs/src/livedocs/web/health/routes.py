"""``/healthz`` and ``/readyz``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from livedocs.command import as_called
from livedocs.errors import LibraryError

if TYPE_CHECKING:
    from livedocs.web.library import Library


class Health(BaseModel):
    """The process runs."""

    status: Literal["alive"] = "alive"


class Readiness(BaseModel):
    """Whether requests can be answered, and if not, why.

    Attributes:
        status: ``ready`` or ``not ready``.
        reasons: what stands in the way.
    """

    status: Literal["ready", "not ready"]
    reasons: list[str]


def router(library: Library) -> APIRouter:
    """Questions an orchestrator asks."""
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz", summary="Is the process alive?")
    async def healthz() -> Health:
        return Health()

    @routes.get("/readyz", summary="Can it answer requests?", responses={503: {"model": Readiness}})
    async def readyz(response: Response) -> Readiness:
        reasons = await _reasons_against(library)
        if reasons:
            response.status_code = 503
        return Readiness(status="not ready" if reasons else "ready", reasons=reasons)

    return routes


async def _reasons_against(library: Library) -> list[str]:
    try:
        if not library.current.docsets:
            return [as_called("The library holds no docset. Build one with 'livedocs build python'.")]
        await library.read(lambda session, _: session.execute(text("SELECT 1")).scalar_one())
    except LibraryError as error:
        return [as_called(str(error))]
    except SQLAlchemyError as error:
        return [f"The database does not answer: {error}"]
    return []
