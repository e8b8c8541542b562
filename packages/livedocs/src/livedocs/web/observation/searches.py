"""Each search: how long its parts took, and its span."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from livedocs.search.models import SearchResult
    from livedocs.web.observation.metrics import Metrics
    from livedocs.web.observation.tracing import Tracing


class ObservedSearches:
    """Tells metrics and traces of searches.

    Args:
        metrics: None: nobody counts.
        tracing: None: nobody traces.
    """

    def __init__(self, metrics: Metrics | None, tracing: Tracing | None) -> None:
        self._metrics = metrics
        self._tracing = tracing

    @contextmanager
    def observed(self, query: str) -> Generator[Callable[[SearchResult], None]]:
        """Tell of a search.

        Args:
            query: as typed.

        Yields:
            What to call with the answer.
        """
        answers: list[SearchResult] = []
        span = None if self._tracing is None else self._tracing.begin_search(query)
        try:
            yield answers.append
        finally:
            answer = answers[0] if answers else None
            if self._tracing is not None and span is not None:
                self._tracing.end_search(span, answer)
            if self._metrics is not None and answer is not None:
                self._metrics.searched(answer)
