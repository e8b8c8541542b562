"""Columns say of every entry what its row says."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from livedocs.library.areas import Area
from livedocs.library.build import build_docset
from livedocs.library.index.columns import EntryColumns
from livedocs.library.postings import COLUMNS, unpack_column
from livedocs.sources.documentation import Documentation


@pytest.fixture
def connection(python_library: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(python_library)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def _columns(connection: sqlite3.Connection) -> dict[str, NDArray[Any]]:
    stored = connection.execute("SELECT name, data FROM entry_column").fetchall()
    return {name: unpack_column(name, data) for name, data in stored}


def test_every_entry_has_a_value_in_every_column(connection: sqlite3.Connection) -> None:
    columns = _columns(connection)
    rows = connection.execute("SELECT * FROM entry ORDER BY id").fetchall()
    labels = {0: "", **{row["id"]: row["text"] for row in connection.execute("SELECT * FROM label")}}
    assert columns.keys() == COLUMNS.keys()
    assert {len(column) for column in columns.values()} == {len(rows)}
    page_links = Counter[int]()
    for row in rows:
        page_links[row["page_id"]] += row["link_count"]
    for position, row in enumerate(rows):
        own = {name: int(column[position]) for name, column in columns.items()}
        is_module = row["kind"] == "module"
        assert row["id"] == position + 1
        assert own["docset"] == row["docset_id"]
        assert labels[own["kind"]] == row["kind"]
        assert labels[own["module"]] == (row["name"] if is_module else row["module"])
        assert labels[own["added"]] == row["added"]
        assert own["built_in"] == (row["role"].startswith("py:") and not row["module"] and not is_module)
        assert (own["area"], own["deprecated"]) == (row["area"], row["deprecated"])
        assert (own["name_chars"], own["links"]) == (len(row["name"]), row["link_count"])
        assert own["page_links"] == page_links[row["page_id"]]


@pytest.mark.parametrize(
    ("name", "added", "deprecated", "built_in"),
    [
        ("asyncio.TaskGroup", "3.11", 0, 0),
        ("str.removeprefix", "3.9", 0, 1),
        ("len", "", 0, 1),
        ("distutils", "", 1, 0),
        ("distutils.file_util", "", 1, 0),
        ("distutils.file_util.copy_file", "", 1, 0),
        ("imp.find_module", "", 1, 0),
        ("json.dumps", "", 0, 0),
    ],
)
def test_what_pythons_documentation_says_of_an_entry(
    connection: sqlite3.Connection, name: str, added: str, deprecated: int, built_in: int
) -> None:
    row = connection.execute("SELECT * FROM entry WHERE name = ? AND role LIKE 'py:%'", (name,)).fetchone()
    columns = _columns(connection)
    assert (row["added"], row["deprecated"], columns["built_in"][row["id"] - 1]) == (added, deprecated, built_in)


def test_kinds_and_versions_have_the_smallest_numbers(connection: sqlite3.Connection) -> None:
    columns = _columns(connection)
    assert columns["kind"].min() == 1
    assert columns["kind"].max() < columns["added"].max() < columns["module"].max()


def test_entries_that_more_look_for_promise_more() -> None:
    links, nothing = np.array([0, 9, 9, 9]), np.zeros(4, int)
    area, deprecated = np.array([Area.MAIN, Area.MAIN, Area.NEWS, Area.MAIN]), np.array([0, 0, 0, 1])
    plain, linked, news, gone = EntryColumns(area, deprecated, links, nothing).promise().tolist()
    assert linked > plain > gone > news


def test_docsets_are_told_apart(jinja_documentation: Documentation, tmp_path: Path) -> None:
    counts = [build_docset(jinja_documentation, tmp_path / "l", version=str(at)).docset.entry_count for at in range(2)]
    with closing(sqlite3.connect(tmp_path / "l")) as connection:
        assert _columns(connection)["docset"].tolist() == [1] * counts[0] + [2] * counts[1]
