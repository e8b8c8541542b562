"""``/healthz`` and ``/readyz``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from livedocs.web.health.checks import ask_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livedocs.web.health.checks import Check


class Health(BaseModel):
    """The process runs."""

    status: Literal["alive"] = "alive"


class Dependency(BaseModel):
    """How one part is that the server stands on.

    Attributes:
        status: ``ok`` or ``failed``.
        reason: what is wrong.
    """

    status: Literal["ok", "failed"]
    reason: str | None = None


class Readiness(BaseModel):
    """Whether requests can be answered, and if not, or not as well as usual, why.

    Attributes:
        status: ``ready``; ``degraded`` when something is away without which requests can be answered; ``not ready``.
        reasons: what stands in the way of being ready.
        dependencies: each part the server stands on, by its name.
    """

    status: Literal["ready", "degraded", "not ready"]
    reasons: list[str]
    dependencies: dict[str, Dependency]


def router(checks: Sequence[Check]) -> APIRouter:
    """Questions an orchestrator asks.

    Args:
        checks: of all the server stands on.
    """
    routes = APIRouter(tags=["health"])
    needed = {check.name for check in checks if check.is_needed}

    @routes.get("/healthz", summary="Is the process alive?")
    async def healthz() -> Health:
        return Health()

    @routes.get("/readyz", summary="Can it answer requests?", responses={503: {"model": Readiness}})
    async def readyz(response: Response) -> Readiness:
        found = await ask_all(checks)
        failed = {name for name, reason in found.items() if reason}
        status = "not ready" if failed & needed else "degraded" if failed else "ready"
        response.status_code = 503 if failed & needed else 200
        response.headers["Cache-Control"] = "no-store"
        return Readiness(
            status=status,
            reasons=[reason for reason in found.values() if reason],
            dependencies={
                name: Dependency(status="failed" if reason else "ok", reason=reason or None)
                for name, reason in found.items()
            },
        )

    return routes
