"""A cache's statistics for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from fastapi_data.cache.response_cache import ResponseCache
from fastapi_data.errors import MissingDriverError

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

_REQUESTS = ("hits", "stale", "shared", "misses", "bypassed")
_COUNTERS = {
    "stores": "Answers handed to the store.",
    "refusals": "Answers that were computed but must not be stored.",
    "vary_refusals": "Of these, answers whose Vary names headers that do not count for their route.",
    "revalidations": "Answers computed in the background.",
    "evictions": "Answers dropped for want of room.",
}
_GAUGES = {
    "size_bytes": "About how much memory the stored answers take.",
    "waiting": "Requests that wait for another's answer now.",
}


class CacheCollector:
    """Gives a cache's statistics to a registry of ``prometheus_client``.

    Register one for each cache::

        prometheus_client.REGISTRY.register(CacheCollector(cache))

    Args:
        cache: whose statistics.
        prefix: what the metrics' names begin with; another for each further cache in one registry.

    Raises:
        MissingDriverError: ``prometheus_client`` is not installed.
    """

    def __init__(self, cache: ResponseCache, *, prefix: str = "response_cache") -> None:
        if find_spec("prometheus_client") is None:
            raise MissingDriverError("prometheus-client", extra="prometheus")
        self._cache = cache
        self._prefix = prefix

    def collect(self) -> Iterable[Metric]:
        """The metrics as they are now; what the store cannot tell is left out."""
        from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily  # noqa: PLC0415 - an extra

        stats = self._cache.stats()
        requests = CounterMetricFamily(
            f"{self._prefix}_requests", "Requests to cached routes, by how they were answered.", labels=["outcome"]
        )
        for outcome in _REQUESTS:
            requests.add_metric([outcome], getattr(stats, outcome))
        yield requests
        for name, description in _COUNTERS.items():
            if (value := getattr(stats, name)) is not None:
                yield CounterMetricFamily(f"{self._prefix}_{name}", description, value=value)
        for name, description in _GAUGES.items():
            if (value := getattr(stats, name)) is not None:
                yield GaugeMetricFamily(f"{self._prefix}_{name}", description, value=value)
