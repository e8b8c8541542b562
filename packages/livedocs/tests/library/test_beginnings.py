"""Stored beginnings are what looking at every key would give."""

import math
import sqlite3
from collections import defaultdict
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from livedocs.library.areas import Area
from livedocs.library.index.beginnings import write_beginnings
from livedocs.library.index.columns import EntryColumns
from livedocs.library.keys import Form
from livedocs.library.postings import BEGINNING_MATCHES, unpack_matches

_FORM = dict(zip(list(Form)[: Form.INITIALS], (62, 54, 60, 48, 48, 46, 38), strict=True))
_Row = tuple[str, int, int, int]


def _stored(rows: list[_Row], columns: EntryColumns) -> dict[str, list[tuple[int, int, int, int]]]:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE name_key (key, entry_id, form, weight)")
    connection.execute("CREATE TABLE name_beginning (prefix, data)")
    connection.executemany("INSERT INTO name_key VALUES (?, ?, ?, ?)", rows)
    write_beginnings(connection, columns)
    stored = connection.execute("SELECT prefix, data FROM name_beginning ORDER BY prefix").fetchall()
    connection.close()
    found = {prefix: unpack_matches(data) for prefix, data in stored}
    return {
        prefix: list(zip(*(array.tolist() for array in (m.entry_ids, m.forms, m.key_chars, m.weights)), strict=True))
        for prefix, m in found.items()
    }


def _slowly(rows: list[_Row], columns: EntryColumns) -> dict[str, list[tuple[int, int, int, int]]]:
    by_prefix: dict[str, list[_Row]] = defaultdict(list)
    for row in (row for row in rows if row[2] != Form.INITIALS):  # nothing begins with initials
        for typed in range(1, len(row[0])):
            by_prefix[row[0][:typed]].append(row)
    return {
        prefix: _best(prefix, found, columns) for prefix, found in by_prefix.items() if len(found) > BEGINNING_MATCHES
    }


def _best(prefix: str, rows: list[_Row], columns: EntryColumns) -> list[tuple[int, int, int, int]]:
    def order(row: _Row) -> tuple[float, int, int]:
        key, entry, form, weight = row
        points = _FORM[Form(form)] + 2 * min(8, math.log2(1 + weight)) + 16 * len(prefix) / len(key)
        points -= 28 * int(columns.area[entry - 1] != Area.MAIN) + 10 * int(columns.deprecated[entry - 1])
        return -round(points, 9), entry, form

    best: dict[int, tuple[int, int, int, int]] = {}
    for key, entry, form, weight in sorted(rows, key=order):
        best.setdefault(entry, (entry, form, len(key), min(weight, 65535)))
    return list(best.values())[:BEGINNING_MATCHES]


def _columns(entries: int) -> EntryColumns:
    random = np.random.default_rng(entries)
    zeros = np.zeros(entries, np.int64)
    return EntryColumns(random.integers(0, 3, entries), random.integers(0, 2, entries), zeros, zeros)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["ab", "a\u00e9\U0001f40d", "abcdefgh."]))
def test_each_beginning_of_many_keys_has_its_best_matches(seed: int, letters: str) -> None:
    random = np.random.default_rng(seed)
    rows = {}
    for _ in range(800):
        key = "".join(random.choice(list(letters), random.integers(1, 10)))
        entry, form = int(random.integers(1, 300)), int(random.integers(0, len(Form)))
        rows[key, entry, form] = int(random.integers(0, 70000) if random.random() < 0.1 else random.integers(0, 9))
    listed = [(*row, weight) for row, weight in rows.items()]
    columns = _columns(300)
    stored, expected = _stored(listed, columns), _slowly(listed, columns)
    assert stored.keys() == expected.keys()
    for prefix, found in stored.items():
        assert _promises(prefix, found, columns) == _promises(prefix, expected[prefix], columns)
        assert len({entry for entry, *_ in found}) == len(found)
        assert set(found) <= {(entry, form, len(key), min(weight, 65535)) for key, entry, form, weight in listed}


def _promises(prefix: str, found: list[tuple[int, int, int, int]], columns: EntryColumns) -> list[float]:
    points = []
    for entry, form, key_chars, weight in found:
        place = 28 * int(columns.area[entry - 1] != Area.MAIN) + 10 * int(columns.deprecated[entry - 1])
        doublings = min(8, math.log2(1 + weight))
        points.append(round(_FORM[Form(form)] + 2 * doublings + 16 * len(prefix) / key_chars - place, 6))
    return points


def test_few_keys_are_looked_at_when_asked() -> None:
    rows = [(f"a{number:03}", number, 0, 0) for number in range(1, BEGINNING_MATCHES + 1)]
    assert _stored(rows, _columns(200)) == {}
    assert _stored([*rows, ("a", 101, 0, 9)], _columns(200)) == {}
    assert _stored([*rows, ("ab", 101, 0, 9)], _columns(200)).keys() == {"a"}
    assert _stored([], _columns(0)) == {}


def test_no_beginning_of_pythons_names_has_more_keys_than_are_stored(python_library: Path) -> None:
    connection = sqlite3.connect(python_library)
    stored = {prefix for (prefix,) in connection.execute("SELECT prefix FROM name_beginning")}
    keys = [key for (key,) in connection.execute("SELECT key FROM name_key")]
    connection.close()
    counts: dict[str, int] = defaultdict(int)
    for key in keys:
        for typed in range(1, len(key)):
            counts[key[:typed]] += 1
    assert stored == {prefix for prefix, count in counts.items() if count > BEGINNING_MATCHES}
