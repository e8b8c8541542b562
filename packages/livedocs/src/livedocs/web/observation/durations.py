"""How long things take, counted in a few hundred nanoseconds."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client.metrics_core import HistogramMetricFamily

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Durations:
    """A histogram for Prometheus that one thread tells everything, and so needs no lock.

    >>> durations = Durations("open_seconds", "How long it was open.", ["door"], bounds=(0.5, 1.0))
    >>> durations.observe(("front",), 0.5)
    >>> [(sample.labels.get("le"), sample.value) for family in durations.collect() for sample in family.samples]
    [('0.5', 1.0), ('1.0', 1.0), ('+Inf', 1.0), (None, 1.0), (None, 0.5)]

    Args:
        name: of the metric.
        description: what it tells.
        labels: names of what tells durations apart.
        bounds: of the buckets, in seconds, ascending; what lasts as long as a bound counts as below it.
    """

    def __init__(self, name: str, description: str, labels: Sequence[str], *, bounds: Sequence[float]) -> None:
        self._name = name
        self._description = description
        self._labels = tuple(labels)
        self._bounds = tuple(bounds)
        self._bucket_names = [*map(str, bounds), "+Inf"]
        # Of each combination of labels the sum, and how many fell between two bounds.
        self._told: dict[tuple[str | int, ...], list[float]] = {}

    def observe(self, labels: tuple[str | int, ...], seconds: float) -> None:
        """Count one.

        Args:
            labels: their values, in order.
            seconds: how long it took.
        """
        told = self._told.get(labels)
        if told is None:
            told = self._told[labels] = [0.0] * (len(self._bounds) + 2)
        told[0] += seconds
        told[1 + bisect_left(self._bounds, seconds)] += 1

    def collect(self) -> Iterable[HistogramMetricFamily]:
        """What was counted so far."""
        family = HistogramMetricFamily(self._name, self._description, labels=self._labels)
        for labels, (total, *counts) in self._told.items():
            buckets = list(zip(self._bucket_names, accumulate(counts), strict=True))
            family.add_metric([str(label) for label in labels], buckets, total)
        yield family

    def describe(self) -> Iterable[HistogramMetricFamily]:
        """Its name, for the registry."""
        yield HistogramMetricFamily(self._name, self._description, labels=self._labels)
