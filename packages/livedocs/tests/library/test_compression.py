"""Texts come back from what is stored, whatever the dictionary."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedocs.library.compression import Compressor, decompress, make_dictionary
from livedocs.parsing.models import Entry, ParsedPage

_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.binary(max_size=300), st.lists(_TEXT))
def test_texts_come_back_one_by_one(dictionary: bytes, texts: list[str]) -> None:
    compressor = Compressor(dictionary)
    stored = [compressor.compress(text) for text in texts]
    assert [decompress(data, dictionary) for data in stored] == texts


def test_what_utf8_cannot_hold_becomes_a_question_mark() -> None:
    assert decompress(Compressor(b"").compress("a\ud800b"), b"") == "a?b"


def test_another_dictionary_is_refused_and_not_misread() -> None:
    stored = Compressor(b"one dictionary").compress("one dictionary, " * 9)
    with pytest.raises(zlib.error):
        decompress(stored, b"another")


def _page(number: int, html: str) -> ParsedPage:
    entries = tuple(Entry(f"{number}-{at}", "section", "std:label", "s", html=html) for at in range(9))
    return ParsedPage(f"{number}.html", "Page", entries=entries)


def test_a_dictionary_holds_what_entries_begin_with_and_no_more_than_deflate_can_use() -> None:
    phrase = "<p>Changed in version 3.9: It was always so.</p>"
    dictionary = make_dictionary(_page(number, phrase * 99) for number in range(99))
    assert len(dictionary) <= 32768
    short = phrase.replace("3.9", "3.8")
    assert len(Compressor(dictionary).compress(short)) < len(zlib.compress(short.encode())) / 2


def test_a_documentation_without_text_has_an_empty_dictionary() -> None:
    assert make_dictionary([ParsedPage("a.html", "A", entries=(Entry("a", "section", "std:label", "a"),))]) == b""
