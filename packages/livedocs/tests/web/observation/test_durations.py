"""Durations are told to Prometheus as its own histograms would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram, generate_latest

from livedocs.web.observation.durations import Durations

BOUNDS = (0.0005, 0.01, 1.0, 10.0)


def exposition(registry: CollectorRegistry) -> list[bytes]:
    return [line for line in generate_latest(registry).splitlines() if b"_created" not in line]


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(BOUNDS) | st.floats(0, 20)), max_size=30))
def test_what_is_told_is_what_a_histogram_of_prometheus_tells(observed: list[tuple[str, float]]):
    theirs, ours = CollectorRegistry(), CollectorRegistry()
    histogram = Histogram("open_seconds", "How long.", ["door"], buckets=BOUNDS, registry=theirs)
    durations = Durations("open_seconds", "How long.", ["door"], bounds=BOUNDS)
    ours.register(durations)
    for door, seconds in observed:
        histogram.labels(door).observe(seconds)
        durations.observe((door,), seconds)
    assert exposition(ours) == exposition(theirs)
