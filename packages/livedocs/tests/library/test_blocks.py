"""Postings of docsets are joined term by term and cut into blocks, the best first."""

import sqlite3
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedocs.library import schema
from livedocs.library.gaps import Gap
from livedocs.library.index.blocks import blocks, joined, stored_postings, write_postings
from livedocs.library.postings import BLOCK_ENTRIES, Postings

_TERMS = st.dictionaries(st.text("ab", max_size=3), st.sets(st.integers(1, 50), min_size=1), max_size=6)


def _postings(ids: list[int], seed: int = 0) -> Postings:
    said = np.random.default_rng(seed).integers(1, 256, (2, len(ids)), np.uint8)
    return Postings(np.array(ids, np.uint32), *said)


def _rows(postings: Postings) -> list[tuple[int, int, int]]:
    return list(zip(postings.entry_ids.tolist(), postings.text.tolist(), postings.heading.tolist(), strict=True))


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE posting (term, block, entry_count, data)")
    connection.execute("CREATE TABLE vocabulary (term, entry_count)")
    yield connection
    connection.close()


@given(_TERMS, _TERMS)
def test_joining_loses_and_invents_nothing(kept: dict[str, set[int]], added: dict[str, set[int]]) -> None:
    left = {term: _postings(sorted(ids), 1) for term, ids in kept.items()}
    right = {term: _postings(sorted(entry + 50 for entry in ids), 2) for term, ids in added.items()}
    found = list(joined(sorted(left.items()), sorted(right.items())))
    assert [term for term, _ in found] == sorted(left.keys() | right.keys())
    for term, postings in found:
        expected = [row for side in (left, right) if term in side for row in _rows(side[term])]
        assert _rows(postings) == expected


def test_blocks_hold_every_entry_once_the_most_promising_first() -> None:
    count = 2 * BLOCK_ENTRIES + 100
    postings = _postings(list(range(1, 2 * count, 2)))
    promise = np.random.default_rng(3).normal(size=2 * count)
    cut = list(blocks(postings, promise))
    assert [len(block.entry_ids) for block in cut] == [BLOCK_ENTRIES, BLOCK_ENTRIES, 100]
    assert sorted(row for block in cut for row in _rows(block)) == _rows(postings)
    assert all((np.diff(block.entry_ids.astype(int)) > 0).all() for block in cut)
    worth = [(block.text.astype(float) + block.heading) / 255 + promise[block.entry_ids - 1] for block in cut]
    assert all(better.min() >= worse.max() for better, worse in pairwise(worth))


def test_a_term_of_few_entries_is_one_block() -> None:
    assert [_rows(block) for block in blocks(_postings([4, 9]), np.zeros(9))] == [_rows(_postings([4, 9]))]


def test_stored_postings_come_back_in_order_without_what_is_removed(connection: sqlite3.Connection) -> None:
    count = BLOCK_ENTRIES + 500
    terms = [("all", _postings(list(range(1, count + 1)))), ("gone", _postings([11, 20])), ("last", _postings([21]))]
    write_postings(connection, terms, np.random.default_rng(3).normal(size=count))
    assert dict(connection.execute("SELECT term, entry_count FROM vocabulary")) == {"all": count, "gone": 2, "last": 1}
    assert connection.execute(
        "SELECT block, entry_count FROM posting WHERE term = 'all' ORDER BY block"
    ).fetchall() == [
        (0, count),
        (1, count),
    ]
    back = dict(stored_postings(connection, None))
    assert {term: _rows(found) for term, found in back.items()} == {term: _rows(found) for term, found in terms}
    left = dict(stored_postings(connection, Gap(11, 10)))
    kept = [row for row in _rows(terms[0][1]) if not 11 <= row[0] <= 20]
    assert _rows(left["all"]) == [(entry - 10 if entry > 20 else entry, *said) for entry, *said in kept]
    assert (left.keys(), left["last"].entry_ids.tolist()) == ({"all", "last"}, [11])


def test_the_schema_has_the_tables_this_test_makes() -> None:
    assert [column.name for column in schema.posting.columns] == ["term", "block", "entry_count", "data"]
    assert [column.name for column in schema.vocabulary.columns] == ["term", "entry_count"]
