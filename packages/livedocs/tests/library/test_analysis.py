"""Text becomes the same terms when a library is built and when it is asked."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedocs.library.analysis import Segmenter, count_words, name_words, stem, tokens


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("... -> :=", []),
        ("Don't panic", ["don", "t", "panic"]),
        ("max_workers", ["max_workers", "max", "workers"]),
        ("a__b", ["a__b", "a", "b"]),
        ("__init__", ["__init", "init"]),
        ("_private", ["_private", "private"]),
        ("ÄRGER_über", ["ärger_über", "ärger", "über"]),
        ("3.11rc1", ["3", "11rc1"]),
    ],
)
def test_words_are_lower_case_and_those_with_underscores_come_with_their_parts(text: str, words: list[str]) -> None:
    assert tokens(text) == words


@given(st.text())
def test_every_letter_and_digit_belongs_to_a_word(text: str) -> None:
    whole = [word for word in tokens(text) if "_" not in word]
    assert "".join(whole) == "".join(re.findall(r"[^\W_]", text.lower()))


@given(st.text(), st.text())
def test_words_do_not_depend_on_what_stands_beside_them(left: str, right: str) -> None:
    assert tokens(f"{left} {right}") == tokens(left) + tokens(right)


def test_stems_join_the_forms_of_a_word() -> None:
    assert len({stem(word) for word in ("sort", "sorts", "sorted", "sorting")}) == 1


def test_many_threads_get_the_same_stems() -> None:
    words = [f"{word}{ending}" for word in map(str, range(300)) for ending in ("iterations", "sorting", "classes")]
    expected = [stem.__wrapped__(word) for word in words]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: [stem.__wrapped__(word) for word in words], range(16)))
    assert found == [expected] * 16


def _known(word: str) -> tuple[str, ...]:
    return Segmenter({"list": 5, "item": 5, "getter": 9, "item_s": 9})(word)


def test_identifiers_are_split_where_their_writers_joined_words() -> None:
    assert name_words("email.MIMEText2.as_string", lambda _: ()) == ["email", "mime", "text", "2", "as", "string"]
    assert name_words("operator.itemgetter", _known) == ["operator", "itemgetter", "item", "getter"]


def test_compounds_are_split_into_words_the_documentation_uses() -> None:
    assert _known("listdir") == ("list", "dir")
    assert _known("itemgetter") == ("item", "getter")
    assert _known("listing") == ()
    assert _known("list") == ()
    assert _known("listdirlistdir") == ()


def test_what_sentences_use_often_is_a_word_of_its_own() -> None:
    assert Segmenter({"list": 50, "dir": 50, "listdir": 30})("listdir") == ()


@given(st.dictionaries(st.text("abc", min_size=1, max_size=4), st.integers(1, 40)), st.text("abc", max_size=30))
def test_pieces_of_a_compound_are_known_words_that_give_it_together(counts: dict[str, int], word: str) -> None:
    pieces = Segmenter(counts)(word)
    assert "".join(pieces) == (word if pieces else "")
    assert all(counts.get(piece, 0) >= 5 for piece in pieces)


def test_words_are_counted_over_all_texts() -> None:
    assert count_words(["Sort a list", "a List_item 2"]) == {"sort": 1, "a": 2, "list": 2, "item": 1}
