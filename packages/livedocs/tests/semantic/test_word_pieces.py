import pytest

from livedocs.semantic.weights import installed_model
from livedocs.semantic.word_pieces import WordPieces


@pytest.fixture(scope="module")
def pieces() -> WordPieces:
    return WordPieces(installed_model().vocabulary)


# The ids are those that the published tokenizer (Hugging Face's `tokenizers` with the model's tokenizer.json) gives.
@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", []),
        ("How do I unpack a tuple?", [2129, 2079, 1045, 4895, 23947, 1037, 10722, 10814, 1029]),
        (
            "asyncio.TaskGroup(**kwargs)",
            [2004, 6038, 9793, 1012, 4708, 17058, 1006, 1008, 1008, 6448, 2906, 5620, 1007],
        ),
        ("Naïve café, ÅNGSTRÖM", [15743, 7668, 1010, 17076, 15687]),
        ("東京 tower東", [1879, 1755, 3578, 1879]),
        ("a\x00b\u200dc\ufffdd\te\nf", [5925, 2094, 1041, 1042]),
        ("\x1fa", [1037]),
        ("x" * 101 + " ok", [100, 7929]),
        ("x" * 100, None),
        ("\U0001f600 smile", [100, 2868]),
        ("$x += ~y^2", [1002, 1060, 1009, 1027, 1066, 1061, 1034, 1016]),
        ("xyzzy\u0488 ß İstanbul", [100, 1096, 9960]),
    ],
)
def test_text_is_cut_as_the_published_tokenizer_cuts_it(pieces: WordPieces, text: str, ids: list[int] | None) -> None:
    first, *inner, last = pieces.encode(text, 1000)
    assert (first, last) == (101, 102)
    if ids is None:  # the longest word that is cut at all: many pieces, none of them unknown
        assert len(inner) > 1
        assert 100 not in inner
    else:
        assert inner == ids


def test_a_marker_in_a_text_is_text(pieces: WordPieces) -> None:
    assert 103 not in pieces.encode("[MASK]", 10)


@pytest.mark.parametrize("limit", [2, 3, 7])
def test_a_long_text_is_cut_off_and_still_ended(pieces: WordPieces, limit: int) -> None:
    whole = pieces.encode("How do I unpack a tuple?", 1000)
    assert pieces.encode("How do I unpack a tuple?", limit) == [*whole[: limit - 1], 102]


def test_a_word_without_pieces_is_unknown_as_a_whole() -> None:
    pieces = WordPieces(["[UNK]", "[CLS]", "[SEP]", "on", "##line"])
    assert pieces.encode("online onliner", 10) == [1, 3, 4, 0, 2]


def test_a_list_of_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match=r"lacks \[CLS\], \[SEP\]"):
        WordPieces(["[UNK]", "word"])
