import numpy as np
import pytest
from numpy.typing import NDArray

from livedocs.semantic.entry_vectors import RECORD_BYTES, EntryVectors

COUNT = 20_000


@pytest.fixture(scope="module")
def vectors() -> NDArray[np.float32]:
    """Directions in bundles, as those of texts are."""
    generator = np.random.default_rng(7)
    bundles = generator.normal(size=(COUNT // 50, 384))
    return _unit(np.repeat(bundles, 50, axis=0) + generator.normal(size=(COUNT, 384)))


@pytest.fixture(scope="module")
def stored(vectors: NDArray[np.float32]) -> EntryVectors:
    return EntryVectors.of(vectors)


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def test_the_nearest_are_those_of_exact_arithmetic(vectors: NDArray[np.float32], stored: EntryVectors) -> None:
    generator = np.random.default_rng(8)
    found = 0
    for position in range(0, COUNT, 200):
        question = _unit(vectors[position] + 0.05 * generator.normal(size=384))
        positions, similarities = stored.nearest(question, 10)
        exact = vectors @ question
        np.testing.assert_allclose(similarities, exact[positions], atol=0.005)
        assert list(similarities) == sorted(similarities, reverse=True)
        assert positions[0] == position
        found += len(set(positions) & set(np.argsort(-exact)[:10]))
    assert found >= 950


def test_a_vector_takes_one_byte_a_number(stored: EntryVectors) -> None:
    assert RECORD_BYTES == 388
    assert len(stored.stored()) == COUNT * RECORD_BYTES


def test_stored_vectors_of_several_are_read_back_as_one(vectors: NDArray[np.float32], stored: EntryVectors) -> None:
    halves = [EntryVectors.of(vectors[: COUNT // 2]), EntryVectors.of(vectors[COUNT // 2 :])]
    again = EntryVectors(b"".join(half.stored() for half in halves))
    assert len(again) == COUNT
    for ours, theirs in zip(again.nearest(vectors[3], 5), stored.nearest(vectors[3], 5), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("allowed_count", [0, 3, 1000, 15_000])
def test_only_what_is_allowed_is_returned(
    vectors: NDArray[np.float32], stored: EntryVectors, allowed_count: int
) -> None:
    allowed = np.zeros(COUNT, dtype=bool)
    allowed[np.random.default_rng(9).permutation(COUNT)[:allowed_count]] = True
    positions, _ = stored.nearest(vectors[0], 10, allowed)
    exact = np.where(allowed, vectors @ vectors[0], -2)
    assert len(positions) == min(10, allowed_count)
    assert allowed[positions].all()
    assert len(set(positions) & set(np.argsort(-exact)[:10])) >= min(9, allowed_count)


def test_no_vectors_have_no_nearest() -> None:
    none = EntryVectors.of(np.empty((0, 384), dtype=np.float32))
    positions, similarities = none.nearest(np.ones(384, dtype=np.float32), 10)
    assert len(none) == len(positions) == len(similarities) == 0


def test_more_than_there_are_can_be_asked_for(vectors: NDArray[np.float32]) -> None:
    assert len(EntryVectors.of(vectors[:7]).nearest(vectors[0], 10_000)[0]) == 7


def test_equal_ones_stand_in_their_order(vectors: NDArray[np.float32]) -> None:
    same = EntryVectors.of(np.tile(vectors[0], (5000, 1)))
    assert list(same.nearest(vectors[0], 3, np.arange(5000) % 1000 == 7)[0]) == [7, 1007, 2007]


def test_a_vector_of_zeros_is_near_to_nothing(vectors: NDArray[np.float32]) -> None:
    assert EntryVectors.of(np.zeros((1, 384), dtype=np.float32)).nearest(vectors[0], 1)[1] == [0]


def test_bytes_that_are_no_vectors_are_refused() -> None:
    with pytest.raises(ValueError, match="no multiple of 388"):
        EntryVectors(b"12345")
