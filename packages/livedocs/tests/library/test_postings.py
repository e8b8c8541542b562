"""Packed numbers come back as they were, and what is cut off is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedocs.library.postings import (
    COLUMNS,
    Matches,
    Postings,
    pack_column,
    pack_matches,
    pack_postings,
    unpack_column,
    unpack_matches,
    unpack_postings,
)

_ID, _BYTE, _WEIGHT = st.integers(0, 2**32 - 1), st.integers(0, 255), st.integers(0, 2**16 - 1)


@given(st.lists(st.tuples(_ID, _BYTE, _BYTE)))
def test_postings_come_back(rows: list[tuple[int, int, int]]) -> None:
    ids, text, heading = zip(*rows, strict=True) if rows else ((), (), ())
    packed = pack_postings(Postings(np.array(ids, np.uint32), np.array(text, np.uint8), np.array(heading, np.uint8)))
    assert len(packed) == 6 * len(rows)
    found = unpack_postings(packed)
    assert list(zip(found.entry_ids, found.text, found.heading, strict=True)) == rows


@given(st.lists(st.tuples(_ID, _BYTE, _BYTE, _WEIGHT)))
def test_matches_come_back(rows: list[tuple[int, int, int, int]]) -> None:
    ids, forms, chars, weights = zip(*rows, strict=True) if rows else ((), (), (), ())
    packed = pack_matches(
        Matches(
            np.array(ids, np.uint32),
            np.array(forms, np.uint8),
            np.array(chars, np.uint8),
            np.array(weights, np.uint16),
        )
    )
    assert len(packed) == 8 * len(rows)
    found = unpack_matches(packed)
    assert list(zip(found.entry_ids, found.forms, found.key_chars, found.weights, strict=True)) == rows


def test_the_bytes_are_those_the_format_names() -> None:
    postings = Postings(np.array([1, 258], np.uint32), np.array([9, 8], np.uint8), np.array([0, 255], np.uint8))
    assert pack_postings(postings) == bytes.fromhex("01000000 02010000  09 08  00 ff")
    matches = Matches(
        np.array([3], np.uint32), np.array([1], np.uint8), np.array([7], np.uint8), np.array([513], np.uint16)
    )
    assert pack_matches(matches) == bytes.fromhex("03000000  01  07  0102")


def test_nothing_is_copied_to_read_postings() -> None:
    data = bytes(60)
    found = unpack_postings(data)
    assert not any(array.flags.owndata or array.flags.writeable for array in (found.entry_ids, found.text))


def test_what_is_cut_off_is_refused() -> None:
    with pytest.raises(ValueError, match="7 bytes"):
        unpack_postings(bytes(7))
    with pytest.raises(ValueError, match="9 bytes"):
        unpack_matches(bytes(9))


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_come_back_and_what_is_too_great_becomes_the_greatest(name: str) -> None:
    greatest = np.iinfo(COLUMNS[name]).max
    packed = pack_column(name, [0, 1, greatest, greatest + 1])
    assert unpack_column(name, packed).tolist() == [0, 1, greatest, greatest]
