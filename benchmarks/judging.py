"""Judged queries, asked and scored. The scorer is a file of its own, so that every engine is scored alike."""

from __future__ import annotations

import importlib.util
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from livedocs.search.engine import Engine
    from livedocs.search.models import Filters, SearchResult

HITS = 10
"""Hits that are scored."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A query and what is right.

    Attributes:
        query: as typed.
        kind: what sort of query it is, e.g. ``natural``.
        grades: places in the form the scorer gives them, each 1 (acceptable) to 3 (the very thing).
    """

    query: str
    kind: str
    grades: dict[str, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine said to a judged query.

    Attributes:
        judged: the query.
        result: hits with their explanations.
        success: 1.0 when the first hit has grade 2 or more.
        reciprocal_rank: 1/rank of the first such hit among ten.
        gain: nDCG@10.
        nanoseconds: that the engine took.
    """

    judged: Judged
    result: SearchResult
    success: float
    reciprocal_rank: float
    gain: float
    nanoseconds: int


class Judge:
    """Asks and scores.

    Args:
        scorer: a folder with ``score.py`` and ``anchors.json``.
        docset: the only one whose hits can be right; empty: any.

    Raises:
        SystemExit: they are not there.
    """

    def __init__(self, scorer: Path, docset: str = "") -> None:
        self._docset = docset
        source, anchors = scorer / "score.py", scorer / "anchors.json"
        for needed in (source, anchors):
            if not needed.is_file():
                raise SystemExit(f"{needed} is missing: name the folder that holds it with --scorer.")
        spec = importlib.util.spec_from_file_location("score", source)
        assert spec is not None
        assert spec.loader is not None
        self._scorer: Any = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self._scorer)
        self._place = self._scorer.make_norm(json.loads(anchors.read_text("utf-8")))

    def read(self, path: Path) -> list[Judged]:
        """The queries of one file."""
        return [Judged(*row) for row in self._scorer.read_judgements(str(path), self._place)]

    def ask(self, engine: Engine, filters: Filters, judged: Sequence[Judged], *, explain: bool = True) -> list[Answer]:
        """Ask everything, the way the web route asks."""
        engine.search("what is read when it is first needed", filters=filters)
        answers: list[Answer] = []
        for item in judged:
            started = time.perf_counter_ns()
            result = engine.search(item.query, limit=HITS, filters=filters)
            nanoseconds = time.perf_counter_ns() - started
            if explain:
                result = engine.search(item.query, limit=HITS, filters=filters, explain=True)
            success, reciprocal_rank, gain = self._scorer.one(item.grades, self._targets(result), self._place)
            answers.append(Answer(item, result, success, reciprocal_rank, gain, nanoseconds))
        return answers

    def table(self, answers: Iterable[Answer], title: str) -> None:
        """Print the scores by kind."""
        rows = [(item.judged.kind, (item.success, item.reciprocal_rank, item.gain)) for item in answers]
        self._scorer.table(rows, title)

    def right(self, answer: Answer) -> int | None:
        """Position of the first right hit; None: there is none."""
        grades = [answer.judged.grades.get(self._place(target), 0) for target in self._targets(answer.result)]
        return next((position for position, grade in enumerate(grades) if grade > 1), None)

    def _targets(self, result: SearchResult) -> list[str]:
        """The hits as the scorer names them; two docsets may have pages of one name."""
        return [hit.target if self._docset in {"", hit.docset} else f"{hit.docset}:{hit.target}" for hit in result.hits]
