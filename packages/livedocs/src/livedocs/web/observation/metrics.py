"""Metrics of this process, for Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily

from fastapi_data.cache.prometheus import CacheCollector
from livedocs.web.observation.durations import Durations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from prometheus_client.metrics_core import Metric

    from fastapi_data import PoolStatus, ResponseCache
    from livedocs.search.models import SearchResult
    from livedocs.web.library import Library

_REQUEST_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_SEARCH_BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


class Metrics:
    """What is counted. Labels are names of the program's own, never what somebody typed.

    Attributes:
        registry: holds everything; each application has its own.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Durations(
            "livedocs_request_seconds",
            "Time from a request's head to the end of its answer.",
            ["method", "route", "status"],
            bounds=_REQUEST_BUCKETS,
        )
        self._searches = Durations(
            "livedocs_search_seconds",
            "Time that each part of a search took; answers from the cache are not searched for.",
            ["tier"],
            bounds=_SEARCH_BUCKETS,
        )
        self.registry.register(self._requests)
        self.registry.register(self._searches)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._requests.observe((method, route, status), seconds)

    def searched(self, result: SearchResult) -> None:
        """A query was answered."""
        for tier, seconds in result.seconds.items():
            self._searches.observe((tier,), seconds)

    def watch(self, library: Library, cache: ResponseCache) -> None:
        """Have these looked at whenever the metrics are asked for.

        Args:
            library: that is served.
            cache: of rendered answers.
        """
        self.registry.register(CacheCollector(cache, prefix="livedocs_response_cache"))
        self.registry.register(_Looked(lambda: _about_library(library)))
        self.registry.register(_Looked(lambda: _about_pools(library.pools())))


class _Looked:
    """A collector of what a function finds when it is asked."""

    def __init__(self, look: Callable[[], Iterable[Metric]]) -> None:
        self._look = look

    def collect(self) -> Iterable[Metric]:
        return self._look()

    def describe(self) -> Iterable[Metric]:
        return ()  # so that registering does not look


def _about_library(library: Library) -> Iterable[Metric]:
    held = library.held
    yield GaugeMetricFamily("livedocs_library_loaded", "Whether a library is served.", value=float(held is not None))
    if held is None:
        return
    docsets = held.docsets
    yield InfoMetricFamily("livedocs_library", "The library that is served.", value={"hash": held.hash})
    yield GaugeMetricFamily("livedocs_library_docsets", "Docsets in it.", value=len(docsets))
    entries = sum(docset.entry_count for docset in docsets)
    yield GaugeMetricFamily("livedocs_library_entries", "Entries in it.", value=entries)


def _about_pools(pools: Mapping[str, PoolStatus]) -> Iterable[Metric]:
    family = GaugeMetricFamily(
        "livedocs_database_connections", "Connections to databases.", labels=["database", "state"]
    )
    for name, status in pools.items():
        family.add_metric([name, "in_use"], status.in_use)
        family.add_metric([name, "idle"], status.idle)
        family.add_metric([name, "limit"], status.max_size)
    yield family
