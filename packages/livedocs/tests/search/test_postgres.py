"""A library in PostgreSQL is searched as its file is, in few journeys, and never by reading a table from end to end."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from livedocs.search.engine import Engine
from livedocs.search.models import Filters
from livedocs.search.postgres import PostgresCandidates, PostgresSource
from livedocs.search.postgres_statements import Statements
from livedocs.search.resident import Resident

JUDGED = Path(__file__).resolve().parents[4] / "benchmarks/judged/python.jsonl"

UNUSUAL = (
    "a",
    "e",
    "open(",
    "kind:class in:asyncio",
    "docset:jinja template loader",
    "python@3.11: read",
    'read "line by line"',
    "iterator -generator",
    "asyncoi.gatehr",
    "%",
    ":=",
    "new:3.11",
    "deprecated:yes i",
    "qzxwvjk qqqq",
    "KeyError: 'x'",
    "c api list append",
    "'; DROP TABLE entry; --",
    "naïve \u0130stanbul \U0001f600",
)


class Journeys:
    """Counts statements, and remembers them."""

    def __init__(self, reader: PostgresCandidates) -> None:
        self.reader = reader
        self.taken: list[tuple[str, Any]] = []

    def fetch(self, statement: str, parameters: Any) -> Any:
        self.taken.append((statement, parameters))
        return self.reader._fetch(statement, parameters)

    def engine(self, *, recent_bytes: int) -> Engine:
        """One whose memory is empty; what stays resident of the library is loaded."""
        reader = PostgresSource("livedocs_g1", recent_bytes=recent_bytes).candidates(self.fetch)
        engine = Engine(reader, Resident.load(reader))
        reader.docsets()
        self.taken.clear()
        return engine


@pytest.fixture
def journeys(postgres_reader: PostgresCandidates) -> Journeys:
    return Journeys(postgres_reader)


@pytest.fixture(scope="module")
def queries() -> list[str]:
    return [*UNUSUAL, *(json.loads(line)["query"] for line in JUDGED.read_text("utf-8").splitlines())]


def test_both_databases_give_the_same_answers(
    postgres_reader: PostgresCandidates, engine_of_two: Engine, queries: list[str]
) -> None:
    engine = Engine(postgres_reader)
    typed = [*queries, *(query[: len(query) // 2] for query in queries)]
    assert len(typed) > 300
    different = [query for query in typed if engine.search(query) != engine_of_two.search(query)]
    assert different == []


def test_both_databases_give_the_same_answers_within_limits(
    postgres_reader: PostgresCandidates, engine_of_two: Engine, queries: list[str]
) -> None:
    engine = Engine(postgres_reader)
    for filters in (Filters(docset="jinja"), Filters(kind="method"), Filters(module="asyncio", deprecated=False)):
        for query in queries[::10]:
            assert engine.search(query, filters=filters) == engine_of_two.search(query, filters=filters)


def test_a_key_press_that_nobody_typed_before_takes_two_journeys(journeys: Journeys, queries: list[str]) -> None:
    engine = journeys.engine(recent_bytes=0)
    counts: list[int] = []
    for text in (query[:typed] for query in queries[::16] for typed in range(1, len(query) + 1)):
        journeys.taken.clear()
        engine.search(text)
        counts.append(len(journeys.taken))
    # More only where what was typed is read again: misspelt, or an error that nothing is called.
    assert len([count for count in counts if count <= 2]) / len(counts) > 0.85
    assert max(counts) <= 6


def test_what_was_typed_lately_takes_no_journey(journeys: Journeys) -> None:
    engine = journeys.engine(recent_bytes=2**24)
    first = engine.search("asyncio.ga")
    assert len(journeys.taken) == 2
    assert engine.search("asyncio.ga") == first
    assert len(journeys.taken) == 2


def test_memory_for_what_was_typed_lately_is_bounded(journeys: Journeys, queries: list[str]) -> None:
    engine = journeys.engine(recent_bytes=2**16)
    for query in queries[:40]:
        engine.search(query)
    recent = engine._reader._source.recent
    assert 0 < recent._bytes <= 2**16
    assert recent._bytes == sum(size for _, size in recent._kept.values())


# Plans


def _plans(plan: Any) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _plans(below)


def _explain(reader: PostgresCandidates, statement: str, parameters: Any) -> list[dict[str, Any]]:
    [(plan,)] = reader._fetch(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
    return list(_plans(plan[0]["Plan"]))


def _sequential(plans: list[dict[str, Any]]) -> list[str]:
    return [plan["Relation Name"] for plan in plans if plan["Node Type"] == "Seq Scan"]


def test_no_key_press_reads_a_table_from_end_to_end(journeys: Journeys, queries: list[str]) -> None:
    engine = journeys.engine(recent_bytes=0)
    for query in [*queries[:30], *(query[:3] for query in queries[:30])]:
        engine.search(query)
    hot = {getattr(Statements.of("livedocs_g1"), name) for name in Statements.HOT}
    asked = [(statement, parameters) for statement, parameters in journeys.taken if statement in hot]
    assert {statement for statement, _ in asked} == hot
    for statement, parameters in asked:
        plans = _explain(journeys.reader, statement, parameters)
        assert _sequential(plans) == [], (statement, parameters)
        assert any("Index" in plan["Node Type"] for plan in plans)


@pytest.mark.parametrize("name", Statements.HOT)
def test_a_plan_made_for_any_parameters_reads_no_table_from_end_to_end(
    postgres_reader: PostgresCandidates, name: str
) -> None:
    statement = getattr(Statements.of("livedocs_g1"), name)
    nothing = ", ".join(["NULL"] * (9 if name == "look_up" else 1))
    fetch: Callable[..., Any] = postgres_reader._fetch
    fetch("SET plan_cache_mode = force_generic_plan", ())
    try:
        fetch(f"PREPARE asked AS {statement}", ())
        [(plan,)] = fetch(f"EXPLAIN (FORMAT JSON) EXECUTE asked({nothing})", ())
    finally:
        fetch("RESET plan_cache_mode", ())
        fetch("DEALLOCATE asked", ())
    assert _sequential(list(_plans(plan[0]["Plan"]))) == []


@pytest.mark.parametrize("name", ["", "1st", 'a"b', "a.b", "x; DROP TABLE y"])
def test_a_schema_is_named_without_quotes_or_not_at_all(name: str) -> None:
    with pytest.raises(ValueError, match="plain name"):
        PostgresSource(name)
