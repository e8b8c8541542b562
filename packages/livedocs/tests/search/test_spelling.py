"""Spelling: near enough is corrected, right and short words are not."""

import pytest

from livedocs.search.spelling import Spelling

WORDS = {"iterator": 50, "iteration": 10, "variable": 40, "variables": 60, "copy": 9, "rare": 1, "operator": 30}
NAMES = {"os.listdir": 20, "shutil.copyfile": 5, "json": 9, "re.sub": 3}


@pytest.fixture
def small() -> Spelling:
    return Spelling(WORDS, NAMES)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("os.lisdir", "os.listdir"),  # a missing letter
        ("os.listtdir", "os.listdir"),  # a doubled one
        ("os.lsitdir", "os.listdir"),  # two transposed
        ("os.lostdir", "os.listdir"),  # a wrong one
        ("shtil.copyfle", "shutil.copyfile"),  # in two parts of the name
        ("jsom", "json"),
        ("sjon", "json"),  # the first two letters transposed
    ],
)
def test_a_near_name_is_found(small: Spelling, typed: str, meant: str) -> None:
    assert small.correct_name(typed) == meant


@pytest.mark.parametrize("typed", ["json", "abc", "os.something", "", "jx", "bson"])
def test_right_short_and_far_names_stay(small: Spelling, typed: str) -> None:
    assert small.correct_name(typed) is None


def test_only_unknown_words_are_corrected(small: Spelling) -> None:
    assert small.correct_words(["iterater", "variable", "qqqqqq"]) == {"iterater": "iterator"}


def test_a_rare_word_may_be_a_typo_but_not_of_a_rarer_one(small: Spelling) -> None:
    assert Spelling({"operator": 30, "opertor": 1}, {}).correct_words(["opertor"]) == {"opertor": "operator"}
    assert Spelling({"operator": 1, "opertor": 1}, {}).correct_words(["opertor"]) == {}


def test_a_rare_word_stands_in_for_nothing_when_a_common_one_is_wanted(small: Spelling) -> None:
    assert small.correct_words(["iteratino"], least_frequency=20) == {}
    assert small.correct_words(["iterater"], least_frequency=20) == {"iterater": "iterator"}
