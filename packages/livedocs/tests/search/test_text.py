"""Text scoring: what words say about entries, compared with the plainest way to add it up."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from livedocs.library.postings import Postings
from livedocs.search.candidates import TermPostings
from livedocs.search.text import Group, TextEvidence, Variant, evaluate, inverse_document_frequency

ENTRIES = 12
NO_PROMISE = np.zeros(ENTRIES, dtype=np.float32)
EVERYTHING = 10_000


def holding(term: str, *rows: tuple[int, int, int], entry_count: int | None = None) -> dict[str, TermPostings]:
    """A term with the entries that hold it: id, text and heading of each."""
    ids, text, heading = np.array(rows, dtype=np.int64).reshape(len(rows), 3).T
    postings = Postings(ids.astype(np.uint32), text.astype(np.uint8), heading.astype(np.uint8))
    return {term: TermPostings(term, len(rows) if entry_count is None else entry_count, postings)}


def words(*terms: str) -> list[Group]:
    """A query of words that nothing else stands for."""
    return [Group((Variant(term),)) for term in terms]


def found(
    groups: list[Group],
    index: dict[str, TermPostings],
    promise: NDArray[np.float32] = NO_PROMISE,
    allowed: NDArray[np.bool_] | None = None,
    limit: int = EVERYTHING,
) -> TextEvidence:
    evidence = evaluate(groups, index, promise, allowed, limit)
    assert evidence is not None
    return evidence


@pytest.mark.parametrize(("entry_count", "entries"), [(1, 10), (3, 10), (10, 10), (1, 1), (500, 20_000)])
def test_rarity_is_bm25s_inverse_document_frequency(entry_count: int, entries: int) -> None:
    odds = (entries - entry_count + 0.5) / (entry_count + 0.5)
    assert inverse_document_frequency(entry_count, entries) == pytest.approx(math.log(1 + odds))


def test_a_term_of_every_entry_still_weighs_a_little_and_a_rarer_one_more() -> None:
    weights = [inverse_document_frequency(count, 100) for count in (1, 2, 50, 99, 100)]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] > 0


def test_an_entry_that_is_all_about_the_only_word_has_everything() -> None:
    evidence = found(words("copy"), holding("copy", (3, 255, 255)))
    assert evidence.entry_ids.tolist() == [3]
    assert (evidence.text[0], evidence.recall[0], evidence.precision[0]) == pytest.approx((1, 1, 1))
    assert evidence.complete.tolist() == [True]


def test_a_word_in_the_text_alone_is_no_part_of_the_heading() -> None:
    evidence = found(words("copy"), holding("copy", (3, 100, 0)))
    assert evidence.text[0] == pytest.approx(100 / 255)
    assert (evidence.recall[0], evidence.precision[0]) == (0, 0)
    assert evidence.complete.tolist() == [True]


def test_the_rare_word_counts_more_than_the_common_one() -> None:
    index = holding("rare", (1, 200, 255), entry_count=1) | holding("common", (2, 200, 255), entry_count=9)
    evidence = found(words("rare", "common"), index)
    assert evidence.text[0] > evidence.text[1]
    assert evidence.recall[0] > evidence.recall[1]
    assert evidence.recall.sum() == pytest.approx(1)


def test_only_an_entry_with_each_word_is_complete() -> None:
    index = holding("read", (1, 9, 0), (2, 9, 0)) | holding("file", (2, 9, 0), (3, 9, 0))
    evidence = found(words("read", "file"), index)
    assert dict(zip(evidence.entry_ids.tolist(), evidence.complete.tolist(), strict=True)) == {
        1: False,
        2: True,
        3: False,
    }


def test_a_word_that_no_entry_holds_is_wanted_all_the_same() -> None:
    index = holding("read", (1, 255, 255))
    alone, beside = found(words("read"), index), found(words("read", "qzx"), index)
    assert 0 < beside.text[0] < alone.text[0]
    assert 0 < beside.recall[0] < alone.recall[0]
    assert beside.precision[0] == alone.precision[0]
    assert not beside.complete[0]


def test_of_a_words_stand_ins_the_one_that_says_most_counts_once() -> None:
    group = [Group((Variant("folder"), Variant("directori", 0.5), Variant("dir", 0.5)))]
    index = holding("folder", (1, 100, 60)) | holding("directori", (1, 240, 255)) | holding("dir", (1, 10, 10))
    evidence = found(group, index)
    assert evidence.text[0] == pytest.approx(0.5 * 240 / 255)
    assert evidence.recall[0] == pytest.approx(1)
    assert evidence.precision[0] == pytest.approx(1)


def test_a_stand_in_completes_a_word_but_is_worth_less_than_the_word() -> None:
    group = [Group((Variant("folder"), Variant("directori", 0.5)))]
    index = holding("folder", (1, 200, 200)) | holding("directori", (2, 200, 200))
    evidence = found(group, index)
    assert evidence.complete.tolist() == [True, True]
    assert evidence.text[1] == pytest.approx(evidence.text[0] / 2)
    assert evidence.recall.tolist() == pytest.approx([1, 0.5])


def test_a_word_weighs_what_its_own_term_weighs_whatever_stands_in_for_it() -> None:
    group = [Group((Variant("folder"), Variant("file", 0.5))), *words("copy")]
    index = holding("folder", (1, 255, 0), entry_count=1) | holding("copy", (2, 255, 0), entry_count=1)
    with_frequent_stand_in = index | holding("file", (3, 255, 0), entry_count=ENTRIES)
    evidence = found(group, with_frequent_stand_in)
    assert evidence.text[0] == pytest.approx(evidence.text[1])


def test_a_word_that_no_entry_holds_weighs_what_its_most_frequent_stand_in_weighs() -> None:
    group = [Group((Variant("qzx"), Variant("rare", 0.5), Variant("common", 0.5))), *words("copy")]
    index = (
        holding("rare", (1, 255, 0), entry_count=1)
        | holding("common", (2, 255, 0), entry_count=6)
        | holding("copy", (3, 255, 0), entry_count=6)
    )
    evidence = found(group, index)
    assert evidence.text.tolist() == pytest.approx([0.25, 0.25, 0.5])


def test_headings_of_several_words_make_up_no_more_than_the_whole() -> None:
    index = holding("read", (1, 255, 200)) | holding("file", (1, 255, 200))
    assert found(words("read", "file"), index).precision[0] == 1


def test_only_allowed_entries_are_found() -> None:
    index = holding("copy", *[(number, 200, 0) for number in range(1, ENTRIES + 1)])
    allowed = np.arange(1, ENTRIES + 1) % 3 == 0
    assert found(words("copy"), index, allowed=allowed).entry_ids.tolist() == [3, 6, 9, 12]
    assert found(words("copy"), index, allowed=allowed, limit=2).entry_ids.size == 2
    assert evaluate(words("copy"), index, NO_PROMISE, np.zeros(ENTRIES, dtype=bool), EVERYTHING) is None


def test_no_word_that_any_entry_holds_finds_nothing() -> None:
    assert evaluate(words("qzx"), {}, NO_PROMISE, None, EVERYTHING) is None


def test_among_equal_texts_the_more_promising_entry_is_looked_at() -> None:
    index = holding("copy", (1, 200, 0), (2, 200, 0), (3, 200, 0))
    promise = NO_PROMISE.copy()
    promise[1] = 0.1
    assert found(words("copy"), index, promise, limit=1).entry_ids.tolist() == [2]


# What follows adds up the same in the plainest way, entry by entry.


@dataclass(frozen=True)
class Asked:
    groups: list[Group]
    index: dict[str, TermPostings]
    promise: NDArray[np.float32]
    allowed: NDArray[np.bool_] | None

    def rarity(self, group: Group) -> float:
        counts = [self.index[variant.term].entry_count for variant in group.variants if variant.term in self.index]
        own = self.index.get(group.variants[0].term)
        if own:
            return inverse_document_frequency(own.entry_count, ENTRIES)
        return inverse_document_frequency(max(counts), ENTRIES) if counts else 4.0

    def rows(self, group: Group, entry_id: int) -> list[tuple[float, float, float]]:
        """Weight, text and heading (0 to 1) of each of a group's variants that an entry holds."""
        return [
            (variant.weight, int(postings.text[row]) / 255, int(postings.heading[row]) / 255)
            for variant in group.variants
            if variant.term in self.index
            for postings in [self.index[variant.term].postings]
            for row in np.flatnonzero(postings.entry_ids == entry_id)
        ]

    def held(self, entry_id: int) -> int:
        """How often an entry stands in the postings that are read."""
        return sum(len(self.rows(group, entry_id)) for group in self.groups)

    def promising(self, entry_id: int) -> float:
        total = sum(map(self.rarity, self.groups))
        worth = sum(
            self.rarity(group) / total * weight * (text + 0.6 * heading)
            for group in self.groups
            for weight, text, heading in self.rows(group, entry_id)
        )
        return worth + float(self.promise[entry_id - 1])

    def details(self, entry_id: int) -> tuple[float, float, float, bool]:
        total = sum(map(self.rarity, self.groups))
        text = recall = precision = 0.0
        complete = True
        for group in self.groups:
            rows, share = self.rows(group, entry_id), self.rarity(group) / total
            text += share * max((weight * said for weight, said, _ in rows), default=0)
            recall += share * max((weight for weight, _, heading in rows if heading), default=0)
            precision += max((heading for _, _, heading in rows), default=0)
            complete = complete and bool(rows)
        return text, recall, min(1.0, precision), complete

    def candidates(self) -> list[int]:
        passing = range(1, ENTRIES + 1) if self.allowed is None else (np.flatnonzero(self.allowed) + 1).tolist()
        return [entry_id for entry_id in passing if self.held(entry_id)]


TERMS = st.sampled_from([f"t{number}" for number in range(6)])
ROW = st.tuples(st.integers(1, 255), st.integers(0, 255))
POSTINGS = st.dictionaries(st.integers(1, ENTRIES), ROW, min_size=1)


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    index: dict[str, TermPostings] = {}
    for term, rows in draw(st.dictionaries(TERMS, POSTINGS)).items():
        held = [(entry_id, text, heading) for entry_id, (text, heading) in sorted(rows.items())]
        index |= holding(term, *held, entry_count=draw(st.integers(len(held), ENTRIES)))
    weights = st.sampled_from([1.0, 0.7, 0.5])
    variants = st.lists(TERMS, min_size=1, max_size=4, unique=True)
    groups = [
        Group((Variant(terms[0]), *(Variant(term, draw(weights)) for term in terms[1:])))
        for terms in draw(st.lists(variants, min_size=1, max_size=4))
    ]
    promise = np.array(draw(st.lists(st.floats(-0.5, 0.25, width=32), min_size=ENTRIES, max_size=ENTRIES)), np.float32)
    allowed = draw(st.none() | st.lists(st.booleans(), min_size=ENTRIES, max_size=ENTRIES))
    return Asked(groups, index, promise, None if allowed is None else np.array(allowed))


@given(asked())
def test_every_number_is_that_of_the_plainest_way(case: Asked) -> None:
    evidence = evaluate(case.groups, case.index, case.promise, case.allowed, EVERYTHING)
    candidates = case.candidates()
    assert (evidence is None) == (not candidates)
    if evidence is not None:
        assert evidence.entry_ids.tolist() == candidates
        expected = np.array([case.details(entry_id) for entry_id in candidates])
        given_ = np.column_stack([evidence.text, evidence.recall, evidence.precision, evidence.complete])
        np.testing.assert_allclose(given_, expected, atol=1e-6)


@given(asked(), st.integers(1, 8))
def test_with_a_limit_the_best_places_are_those_of_the_plainest_way(case: Asked, limit: int) -> None:
    evidence = evaluate(case.groups, case.index, case.promise, case.allowed, limit)
    best_first = sorted(case.candidates(), key=case.promising, reverse=True)
    assert (evidence is None) == (not best_first)
    if evidence is not None:
        chosen = evidence.entry_ids.tolist()
        left = [entry_id for entry_id in best_first if entry_id not in chosen]
        # No entry that was left out is better, and no more was left out than the limit asks for.
        assert min(map(case.promising, chosen)) >= max(map(case.promising, left), default=-math.inf) - 1e-6
        assert len(chosen) <= limit
        assert not left or sum(map(case.held, chosen)) >= limit


@given(asked())
def test_all_shares_are_shares(case: Asked) -> None:
    evidence = evaluate(case.groups, case.index, case.promise, case.allowed, EVERYTHING)
    if evidence is not None:
        for values in (evidence.text, evidence.recall, evidence.precision):
            assert values.min() >= 0
            assert values.max() <= 1 + 1e-6
