"""Where a key press spends its time, stage by stage: time of the processor, so that a busy machine changes little."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any

from livedocs.search import engine, gathering
from livedocs.search.evidence import Evidence
from livedocs.search.gathering import Gatherer
from livedocs.search.rules import RULES
from livedocs.search.spelling import Spelling
from livedocs.search.sqlite import SqliteCandidates

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

_STAGES: tuple[tuple[str, Any, str], ...] = (
    ("parse: shape and readings", engine, "parse"),
    ("names: as typed", SqliteCandidates, "named"),
    ("names: beginnings", SqliteCandidates, "beginning_with"),
    ("names: as arrays", Gatherer, "names"),
    ("spelling: a name", Spelling, "correct_name"),
    ("spelling: words", Spelling, "correct_words"),
    ("text: stems, synonyms, completions", Gatherer, "groups"),
    ("postings: read", SqliteCandidates, "postings"),
    ("postings: scored", gathering, "evaluate"),
    ("evidence: joined", Evidence, "__init__"),
    *((f"rule: {rule.name}", type(rule), "points") for rule in RULES),
    ("hits: read", SqliteCandidates, "hits"),
)


class Stages:
    """Processor time of each stage in all, less what the stages took that it called.

    Attributes:
        nanoseconds: by stage.
        calls: by stage.
    """

    def __init__(self) -> None:
        self.nanoseconds = {label: 0 for label, _, _ in _STAGES}
        self.calls = dict(self.nanoseconds)
        self._inside: list[int] = [0]

    @contextmanager
    def watched(self) -> Generator[None]:
        """Count what runs inside of this block."""
        with ExitStack() as restored:
            for label, owner, name in _STAGES:
                original: Callable[..., Any] = getattr(owner, name)
                setattr(owner, name, self._timed(label, original))
                restored.callback(setattr, owner, name, original)
            yield

    def _timed(self, label: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            self._inside.append(0)
            started = time.thread_time_ns()
            try:
                return function(*args, **kwargs)
            finally:
                taken = time.thread_time_ns() - started
                self.nanoseconds[label] += taken - self._inside.pop()
                self._inside[-1] += taken
                self.calls[label] += 1

        return timed
