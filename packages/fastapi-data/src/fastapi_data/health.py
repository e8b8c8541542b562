"""Routes that tell an orchestrator whether the process lives and whether it can serve."""

from __future__ import annotations

import anyio
from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from fastapi_data.database import Database
from fastapi_data.errors import DatabaseError


class Readiness(BaseModel):
    """Whether requests can be served.

    Attributes:
        ready: whether every database answers.
        databases: for each database ``ok``, or why it does not answer.
    """

    ready: bool
    databases: dict[str, str]


def health_router(database: Database, /, *, timeout_seconds: float = 2, **databases: Database) -> APIRouter:
    """A router with ``/healthz`` (the process answers) and ``/readyz`` (its databases do, too).

    ``/readyz`` is 503 when a database does not answer, with the kind of its error, which names no host and no user.

    Args:
        database: reported as ``database``.
        timeout_seconds: how long to wait for a database.
        **databases: further ones, by the name they are reported under.
    """
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def health() -> dict[str, str]:  # pyright: ignore[reportUnusedFunction] - the router has it
        """Answer that the process answers."""
        return {"status": "ok"}

    @router.get("/readyz", responses={503: {"model": Readiness}})
    async def readiness(response: Response) -> Readiness:  # pyright: ignore[reportUnusedFunction]
        """Ask every database whether it answers."""
        found: dict[str, str] = {}
        async with anyio.create_task_group() as tasks:
            for name, each in {"database": database, **databases}.items():
                tasks.start_soon(_ask, each, name, found, timeout_seconds)
        ready = all(answer == "ok" for answer in found.values())
        response.status_code = 200 if ready else 503
        response.headers["Cache-Control"] = "no-store"
        return Readiness(ready=ready, databases=found)

    return router


async def _ask(database: Database, name: str, found: dict[str, str], timeout_seconds: float) -> None:
    try:
        with anyio.fail_after(timeout_seconds):
            await database.ping()
    except TimeoutError:
        found[name] = f"no answer within {timeout_seconds:g} s"
    except (DatabaseError, SQLAlchemyError) as error:
        found[name] = type(error).__name__
    else:
        found[name] = "ok"
