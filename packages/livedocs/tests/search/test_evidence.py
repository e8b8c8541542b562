"""Evidence: what several tiers say of the same candidates, brought together."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedocs.library.keys import Form
from livedocs.search.arrays import distinct
from livedocs.search.evidence import Evidence, Meanings, NameMatches
from livedocs.search.resident import Columns
from livedocs.search.text import TextEvidence


def _named(*entry_ids: int, exact: bool = True) -> NameMatches:
    numbers = np.zeros(len(entry_ids), dtype=np.intp)
    return NameMatches(
        np.array(entry_ids, dtype=np.intp),
        numbers,
        numbers,
        numbers + 4,
        numbers,
        np.full(len(entry_ids), exact),
        numbers.astype(bool),
    )


def _text(shares: dict[int, float]) -> TextEvidence:
    values = np.array(list(shares.values()))
    return TextEvidence(np.array(list(shares), dtype=np.intp), values, values / 2, values / 4, values > 0)


@pytest.fixture
def columns(columns_of: Callable[..., Columns]) -> Columns:
    """Nine entries, of which the fifth is linked five times and so on."""
    return columns_of(*[{"links": links} for links in range(1, 10)])


@given(st.lists(st.integers(0, 50)))
def test_distinct_numbers_are_each_there_once_in_ascending_order(numbers: list[int]) -> None:
    assert distinct(np.array(numbers, dtype=np.intp)).tolist() == sorted(set(numbers))


def test_a_candidate_of_several_tiers_is_there_once(columns: Columns) -> None:
    meanings = Meanings(np.array([3, 7]), np.array([0.3, 0.7]))
    evidence = Evidence(columns, _named(7, 2, 7), _text({2: 0.2, 9: 0.9}), meanings, listed=np.array([9, 1]))
    assert evidence.entry_ids.tolist() == [1, 2, 3, 7, 9]
    assert len(evidence) == 5


def test_what_tiers_say_stands_with_its_candidate(columns: Columns) -> None:
    meanings = Meanings(np.array([3, 7]), np.array([0.3, 0.7]))
    evidence = Evidence(columns, _named(7, 2), _text({2: 0.2, 9: 0.8}), meanings)
    assert evidence.entry_ids.tolist() == [2, 3, 7, 9]
    assert evidence.text.tolist() == [0.2, 0, 0, 0.8]
    assert evidence.recall.tolist() == [0.1, 0, 0, 0.4]
    assert evidence.precision.tolist() == [0.05, 0, 0, 0.2]
    assert evidence.meaning.tolist() == [0, 0.3, 0.7, 0]
    assert evidence.of(columns.links).tolist() == [2, 3, 7, 9]


def test_the_strongest_of_a_candidates_wanted_matches_counts(columns: Columns) -> None:
    evidence = Evidence(columns, _named(4, 6, 4, 6, 4))
    points, wanted = np.array([1.0, 8.0, 3.0, 2.0, 9.0]), np.array([True, False, True, True, False])
    assert evidence.strongest(points, wanted).tolist() == [3, 2]
    assert evidence.strongest(points, np.zeros(5, dtype=bool)).tolist() == [0, 0]


def test_keys_that_name_a_candidate_are_counted_once_and_only_if_they_name_it_exactly(
    evidence_of: Callable[..., Evidence],
) -> None:
    evidence = evidence_of(
        {"matches": [{"key": 0}, {"key": 2}, {"key": 2, "form": Form.LINK}]},
        {"matches": [{"key": 1, "exact": False}]},
        {"text": 0.5},
    )
    assert evidence.keys_matched().tolist() == [2, 0, 0]


def test_each_candidate_says_which_tiers_found_it(columns: Columns) -> None:
    names = _named(2, 4).joined(_named(2, 5, exact=False))
    evidence = Evidence(
        columns, names, _text({4: 0.1, 6: 0.1}), Meanings(np.array([6]), np.array([0.5])), listed=np.array([9])
    )
    assert [evidence.tiers(candidate) for candidate in range(len(evidence))] == [
        ["its name", "the beginning of its name"],
        ["its name", "its text"],
        ["the beginning of its name"],
        ["its text", "its meaning"],
        ["the filters"],
    ]


def test_no_match_is_no_candidate(columns: Columns) -> None:
    evidence = Evidence(columns, NameMatches.none())
    assert len(evidence) == 0
    assert evidence.strongest(np.empty(0), np.empty(0, dtype=bool)).tolist() == []
    assert evidence.keys_matched().tolist() == []


def test_matches_are_joined_and_chosen_as_a_whole() -> None:
    joined = _named(5, 1).joined(_named(3, exact=False))
    assert joined.entry_ids.tolist() == [5, 1, 3]
    assert joined.exact.tolist() == [True, True, False]
    chosen = joined.only(np.array([True, False, True]))
    assert (chosen.entry_ids.tolist(), chosen.exact.tolist()) == ([5, 3], [True, False])
    assert len(NameMatches.none().joined(chosen)) == len(chosen) == 2


@given(st.lists(st.integers(1, 9)), st.dictionaries(st.integers(1, 9), st.floats(0.1, 1)))
def test_candidates_are_ascending_whatever_the_tiers_found(named: list[int], said: dict[int, float]) -> None:
    text = _text(dict(sorted(said.items())))
    evidence = Evidence(_NO_COLUMNS, _named(*named), text)
    ids = evidence.entry_ids.tolist()
    assert ids == sorted(set(named) | set(said))
    assert all(one < other for one, other in pairwise(ids))
    assert [ids[candidate] for candidate in evidence.candidates] == named
    assert [evidence.text[ids.index(entry_id)] for entry_id in text.entry_ids] == list(text.text)


_NO_COLUMNS = Columns.__new__(Columns)
"""Nothing is asked of the columns there."""
