"""``GET /metrics``."""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Header
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.exceptions import HTTPException
from starlette.responses import Response

if TYPE_CHECKING:
    from pydantic import SecretStr

    from livedocs.web.observation.workers import WorkerMetrics

ADDRESS = "/metrics"


def router(metrics: WorkerMetrics, token: SecretStr | None) -> APIRouter:
    """Metrics of all workers.

    Args:
        metrics: of this worker and the others.
        token: that who asks must send; None: anybody may ask.
    """
    routes = APIRouter(include_in_schema=False)
    wanted = None if token is None else f"Bearer {token.get_secret_value()}".encode()

    @routes.get(ADDRESS)
    async def exposition(authorization: Annotated[str, Header()] = "") -> Response:
        if wanted is not None and not compare_digest(authorization.encode("utf-8", "surrogatepass"), wanted):
            raise HTTPException(
                401, "The metrics need the token of LIVEDOCS_METRICS_TOKEN.", headers={"WWW-Authenticate": "Bearer"}
            )
        return Response(
            await metrics.exposition(),
            media_type=CONTENT_TYPE_PLAIN_0_0_4,
            headers={"Cache-Control": "no-store"},
        )

    return routes
