"""What the server tells of its work."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, SecretStr, field_validator

_SHORTEST_TOKEN = 16


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
    metrics_token: SecretStr | None = None
    traces: bool = False

    @field_validator("metrics_token", mode="before")
    @classmethod
    def _empty_token_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("metrics_token")
    @classmethod
    def _is_long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value) < _SHORTEST_TOKEN:
            raise ValueError(f"it has {len(value)} characters; a token needs {_SHORTEST_TOKEN} or more")
        return value
