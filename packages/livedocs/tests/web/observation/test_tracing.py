"""Traces of requests and searches, with OpenTelemetry's own exporter into memory."""

from __future__ import annotations

from pathlib import Path

from asgi_lifespan import LifespanManager
from httpx2 import ASGITransport, AsyncClient
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from livedocs.settings import Settings
from livedocs.web.app import create_app

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"


async def spans_of(settings: Settings, path: str, **headers: str) -> dict[str, ReadableSpan]:
    app, exporter = create_app(settings), InMemorySpanExporter()
    app.state.observation.tracing.provider.add_span_processor(SimpleSpanProcessor(exporter))
    async with LifespanManager(app), AsyncClient(transport=ASGITransport(app), base_url="http://livedocs") as client:
        for _ in range(2):  # the second time from the cache, if it is cached
            await client.get(path, headers=headers)
    return {span.name: span for span in exporter.get_finished_spans()}


async def test_a_request_and_its_search_are_spans_of_the_callers_trace(jinja_library: Path, anyio_backend: str):
    settings = Settings(library_path=jinja_library, traces=True)
    found = await spans_of(settings, "/api/v1/search?q=zanzibar", traceparent=f"00-{TRACE}-{PARENT}-01")
    request, search = found["GET /api/v1/search"], found["search"]
    assert request.context
    assert request.parent
    assert search.parent
    assert f"{request.context.trace_id:032x}" == TRACE
    assert f"{request.parent.span_id:016x}" == PARENT
    assert search.parent.span_id == request.context.span_id
    assert request.attributes
    assert search.attributes
    assert request.attributes["http.route"] == "/api/v1/search"
    assert request.attributes["http.response.status_code"] == 200
    assert search.attributes["livedocs.hits"] == 0
    assert search.attributes["livedocs.names.seconds"]
    assert request.attributes["livedocs.request_id"]
    assert "zanzibar" not in request.to_json() + search.to_json()


async def test_queries_stand_in_spans_when_asked_for(jinja_library: Path, anyio_backend: str):
    settings = Settings(library_path=jinja_library, traces=True, log_queries=True)
    found = await spans_of(settings, "/api/v1/search?q=zanzibar")
    assert (found["search"].attributes or {})["livedocs.query"] == "zanzibar"
    assert (found["GET /api/v1/search"].attributes or {})["url.query"] == "q=zanzibar"


async def test_answers_from_the_cache_are_named_by_their_route_too(jinja_library: Path, anyio_backend: str):
    found = await spans_of(Settings(library_path=jinja_library, traces=True), "/search?q=zanzibar")
    assert set(found) == {"GET /search", "search"}


async def test_nothing_is_traced_unless_asked_for(jinja_library: Path, anyio_backend: str):
    app = create_app(Settings(library_path=jinja_library))
    assert app.state.observation.tracing is None
    exporter = InMemorySpanExporter()
    provider = TracerProvider()  # of somebody else in the same process
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    async with LifespanManager(app), AsyncClient(transport=ASGITransport(app), base_url="http://livedocs") as client:
        await client.get("/api/v1/search?q=zanzibar")
    assert exporter.get_finished_spans() == ()
