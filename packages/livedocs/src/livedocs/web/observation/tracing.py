"""Traces of requests and searches with OpenTelemetry, an extra that is off unless asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from livedocs import __version__
from livedocs.errors import SettingsError

if TYPE_CHECKING:
    from fastapi.telemetry import TelemetryConfig
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

    from livedocs.search.models import SearchResult

UNTRACED: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""What FastAPI is told when nothing shall be traced: it would else trace whenever the process has a tracer provider."""

_NOT_TOLD = "(not recorded)"


class Tracing:
    """Makes a span for each search; FastAPI makes those of requests.

    Both go where the standard variables ``OTEL_*`` say, by OTLP over HTTP. FastAPI attaches the exporter when the
    application starts, that is in the process that answers.

    Args:
        names_queries: whether what was typed may stand in spans.

    Attributes:
        provider: hands spans to processors and exporters.

    Raises:
        SettingsError: OpenTelemetry is not installed.
    """

    def __init__(self, *, names_queries: bool) -> None:
        try:
            from opentelemetry import trace  # noqa: PLC0415 - an extra
            from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, OTELResourceDetector, Resource  # noqa: PLC0415
            from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        except ImportError as error:
            raise SettingsError(
                "LIVEDOCS_TRACES needs OpenTelemetry: pip install 'livedocs[opentelemetry]'."
            ) from error
        self._trace = trace
        self._names_queries = names_queries
        about = Resource({SERVICE_NAME: "livedocs", SERVICE_VERSION: __version__})
        self.provider: TracerProvider = TracerProvider(resource=about.merge(OTELResourceDetector().detect()))
        if not names_queries:
            self.provider.add_span_processor(_without_queries())
        self._tracer = self.provider.get_tracer("livedocs", __version__)

    @property
    def telemetry(self) -> TelemetryConfig:
        """What FastAPI is told."""
        return {
            "tracer_provider": self.provider,
            "tracing": True,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": True,
        }

    def name_request(self, method: str, route: str) -> None:
        """Name the span of a request that may be answered without reaching its route."""
        span = self._trace.get_current_span()
        span.update_name(f"{method} {route}")
        span.set_attribute("http.route", route)

    def identify_request(self, identity: str) -> None:
        """Write a request's id into its span."""
        self._trace.get_current_span().set_attribute("livedocs.request_id", identity)

    def begin_search(self, query: str) -> Span:
        """A search begins."""
        return self._tracer.start_span("search", attributes={"livedocs.query": query} if self._names_queries else None)

    def end_search(self, span: Span, result: SearchResult | None) -> None:
        """The search was answered; None: it failed."""
        if result is None:
            span.set_status(self._trace.StatusCode.ERROR)
        else:
            span.set_attribute("livedocs.hits", len(result.hits))
            span.set_attribute("livedocs.corrected", result.corrected is not None)
            for tier, seconds in result.seconds.items():
                span.set_attribute(f"livedocs.{tier}.seconds", seconds)
        span.end()


def _without_queries() -> Any:
    from opentelemetry.sdk.trace import SpanProcessor  # noqa: PLC0415 - an extra

    class WithoutQueries(SpanProcessor):
        """Takes what was typed out of spans that FastAPI begins, before anything else can see it."""

        def on_start(self, span: Any, parent_context: Any = None) -> None:
            del parent_context
            if "url.query" in (span.attributes or {}):
                span.set_attribute("url.query", _NOT_TOLD)

    return WithoutQueries()
