"""What stays in memory: filters over columns, completions of words, and that nothing else is needed afterwards."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedocs.library.areas import Area
from livedocs.search.engine import Engine
from livedocs.search.models import Filters
from livedocs.search.resident import Columns, Resident, Vocabulary
from livedocs.search.sqlite import SqliteCandidates


@pytest.fixture(scope="session")
def columns(columns_of: Callable[..., Columns]) -> Columns:
    return columns_of(
        {"docset": "python@3.11", "kind": "class", "module": "asyncio"},
        {"docset": "python@3.11", "kind": "function", "module": "asyncio.queues", "added": "3.11"},
        {"docset": "python@3.12", "kind": "class", "module": "asynciox", "added": "3.1"},
        {"docset": "jinja@3.1", "kind": "class", "module": "Asyncio.Jinja", "deprecated": True},
        {"docset": "jinja@3.1", "kind": "section"},
    )


@pytest.mark.parametrize(
    ("filters", "passing"),
    [
        (Filters(), [1, 2, 3, 4, 5]),
        (Filters(docset="python"), [1, 2, 3]),
        (Filters(docset="python", version="3.12"), [3]),
        (Filters(version="3.1"), [4, 5]),
        (Filters(docset="jinja", version="3.11"), []),
        (Filters(docset="perl"), []),
        (Filters(kind="class"), [1, 3, 4]),
        (Filters(kind="poem"), []),
        (Filters(added="3.11"), [2]),
        (Filters(added="3.1"), [3]),
        (Filters(added="2.0"), []),
        (Filters(module="asyncio"), [1, 2, 4]),
        (Filters(module="asyncio.queues"), [2]),
        (Filters(module="queues"), []),
        (Filters(deprecated=True), [4]),
        (Filters(deprecated=False), [1, 2, 3, 5]),
        (Filters(docset="python", kind="class", module="asyncio", deprecated=False), [1]),
    ],
)
def test_filters_let_through_what_they_name(columns: Columns, filters: Filters, passing: list[int]) -> None:
    assert (np.flatnonzero(columns.allowed(filters)) + 1).tolist() == passing


def test_what_threads_share_cannot_be_changed(columns: Columns) -> None:
    passing = columns.allowed(Filters(kind="class"))
    assert columns.allowed(Filters(kind="class")) is passing
    with pytest.raises(ValueError, match="read-only"):
        passing[0] = False


def test_what_passes_stands_within_the_span_of_its_filters(columns_of: Callable[..., Columns]) -> None:
    python, jinja, flask = ({"docset": name} for name in ("python@3.11", "jinja@3.1", "flask@3.1"))
    columns = columns_of(python, python, jinja, jinja | {"kind": "class"}, flask)
    assert columns.span(Filters(docset="jinja")) == range(3, 5)
    assert columns.span(Filters(kind="class")) == range(4, 5)
    assert columns.span(Filters(kind="function")) == range(1, 6)
    assert columns.span(Filters(docset="perl")) == range(0)


def test_labels_have_numbers_and_unknown_ones_have_none_that_an_entry_has(columns: Columns) -> None:
    assert columns.labels[columns.number("class")] == "class"
    assert columns.number("poem") < 0


def test_what_is_linked_and_read_promises_more_and_so_does_what_is_asked_for(
    columns_of: Callable[..., Columns],
) -> None:
    columns = columns_of(
        {}, {"links": 5}, {"page_links": 5}, {"area": Area.NEWS}, {"area": Area.NATIVE}, {"deprecated": True}
    )
    plain, linked, on_linked_page, news, native, deprecated = columns.promise(Area.MAIN).tolist()
    assert linked > plain
    assert on_linked_page > plain
    assert news == native < deprecated < plain == 0
    assert columns.promise(Area.NEWS).tolist() == [plain, linked, on_linked_page, 0, native, deprecated]


COUNTED = st.dictionaries(st.text("abc\u00e9", min_size=1, max_size=4), st.integers(1, 50), min_size=1)


@given(COUNTED, st.text("abc\u00e9", max_size=3), st.integers(1, 5))
def test_the_most_frequent_longer_terms_complete_a_beginning(counts: dict[str, int], typed: str, limit: int) -> None:
    completions = Vocabulary(sorted(counts.items())).completions(typed, limit)
    longer = [term for term in counts if term.startswith(typed) and term != typed]
    assert set(completions) <= set(longer)
    assert len(set(completions)) == len(completions)
    assert [counts[term] for term in completions] == sorted((counts[term] for term in longer), reverse=True)[:limit]


def test_terms_are_counted() -> None:
    vocabulary = Vocabulary([("copi", 7), ("file", 9)])
    assert (vocabulary.count("copi"), vocabulary.count("qzx")) == (7, 0)


def test_everything_is_loaded_so_that_the_reader_may_be_closed(python_library: Path) -> None:
    with closing(sqlite3.connect(python_library)) as connection:
        resident = Resident.load(SqliteCandidates(connection))
    assert len(resident.columns) > 10_000
    assert resident.vocabulary.completions("itera", 3)
    assert resident.spelling.correct_name("asynico.gather") == "asyncio.gather"


def test_what_is_in_memory_serves_another_reader(python_library: Path) -> None:
    with closing(sqlite3.connect(python_library)) as connection:
        resident = Resident.load(SqliteCandidates(connection))
    with closing(sqlite3.connect(python_library)) as connection:
        engine = Engine(SqliteCandidates(connection), resident)
        assert engine.search("kind:class in:asyncio deprecated:no queu").hits[0].name == "asyncio.Queue"
