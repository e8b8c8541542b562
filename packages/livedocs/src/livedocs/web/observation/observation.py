"""Everything that observes one application, put together as the settings say."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio
from fastapi.routing import iter_route_contexts

from livedocs.web.observation import routes
from livedocs.web.observation.metrics import Metrics
from livedocs.web.observation.requests import ObservedRequests, Observers
from livedocs.web.observation.searches import ObservedSearches
from livedocs.web.observation.tracing import UNTRACED, Tracing
from livedocs.web.observation.workers import WorkerMetrics

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from pathlib import Path

    from fastapi import FastAPI
    from fastapi.telemetry import TelemetryConfig

    from fastapi_data import ResponseCache
    from livedocs.settings import Settings
    from livedocs.web.library import Library


class Observation:
    """Logs, metrics and traces of one application.

    Args:
        settings: what is wanted of them.

    Attributes:
        searches: is told of each search.
        tracing: None: nobody traces.

    Raises:
        SettingsError: traces are wanted, but OpenTelemetry is not installed.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._metrics = Metrics() if settings.metrics else None
        self._workers = None if self._metrics is None else WorkerMetrics(self._metrics.registry)
        self.tracing = Tracing(names_queries=settings.log_queries) if settings.traces else None
        self.searches = ObservedSearches(self._metrics, self.tracing)

    @property
    def telemetry(self) -> TelemetryConfig:
        """What FastAPI is to do of its own."""
        return UNTRACED if self.tracing is None else self.tracing.telemetry

    def share(self, folder: Path, number: int) -> None:
        """Be one of several workers; see `WorkerMetrics.share`."""
        if self._workers is not None:
            self._workers.share(folder, number)

    def install(self, app: FastAPI, library: Library, cache: ResponseCache, *, prefixes: Sequence[str]) -> None:
        """Observe an application; to be called after everything else was added to it.

        Args:
            app: all of whose routes are there.
            library: that it serves.
            cache: of its answers.
            prefixes: of addresses that are no route's.
        """
        if self._metrics is not None and self._workers is not None:
            self._metrics.watch(library, cache)
            app.include_router(routes.router(self._workers, self._settings.metrics_token))
        observers = Observers(self._metrics, self.tracing, self._settings.log_requests, self._settings.log_queries)
        templates = [route.path or "" for route in iter_route_contexts(app.routes)]
        app.add_middleware(ObservedRequests, observers=observers, templates=templates, prefixes=prefixes)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Answer what other workers ask, for as long as a block runs."""
        async with anyio.create_task_group() as tasks:
            if self._workers is not None:
                await tasks.start(self._workers.answer_siblings)
            yield
            tasks.cancel_scope.cancel()
