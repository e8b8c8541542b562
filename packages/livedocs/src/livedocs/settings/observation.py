"""What the server tells of its work."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class ObservationSettings(BaseModel):
    """Logs, metrics and traces.

    Attributes:
        debug: answer defects with a traceback, and log more; never in production.
        log_format: ``json``, ``text``, or ``auto``: JSON in production, text elsewhere.
        log_level: what is less important is not logged.
        log_requests: whether each request is logged.
        log_queries: whether what people type may stand in logs and traces.
        metrics: whether ``/metrics`` is served.
        metrics_token: who asks for ``/metrics`` must send it as a bearer token; needed in production.
        traces: whether requests and searches are traced with OpenTelemetry, which reads its own ``OTEL_*`` variables.
    """

    model_config = ConfigDict(defer_build=True)

    debug: bool = False
    log_format: Literal["auto", "text", "json"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_requests: bool = True
    log_queries: bool = False
    metrics: bool = True
    metrics_token: SecretStr | None = Field(default=None, min_length=16)
    traces: bool = False
