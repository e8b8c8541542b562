"""Spelling: near enough is corrected, right and short words are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedocs.search.candidates import CandidateReader
from livedocs.search.spelling import Spelling

WORDS = {"iterator": 50, "iteration": 10, "variable": 40, "variables": 60, "copy": 9, "rare": 1, "operator": 30}
NAMES = {
    "os.listdir": 20,
    "shutil.copyfile": 5,
    "json": 9,
    "re.sub": 3,
    "collections.counter": 9,
    "asyncio.gather": 30,
    "asyncio.loop.create_server": 4,
    "xml.etree.elementtree.fromstring": 2,
}


@pytest.fixture(scope="module")
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
        ("asynico.gather", "asyncio.gather"),  # in the first part
        ("xml.etere.elementtree.fromstring", "xml.etree.elementtree.fromstring"),  # in the middle
        ("jsom", "json"),
        ("sjon", "json"),  # the first two letters transposed
    ],
)
def test_a_near_name_is_found(small: Spelling, typed: str, meant: str) -> None:
    assert small.correct_name(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("collectoins.c", "collections.c"),
        ("collectoins.count", "collections.count"),
        ("asynico.ga", "asyncio.ga"),
        ("asnycio.loop.create", "asyncio.loop.create"),
        ("asyncio.lopo.create", "asyncio.loop.create"),
        ("xml.etere.elementtree.froms", "xml.etree.elementtree.froms"),
        ("xml.etree.elemnttree.f", "xml.etree.elementtree.f"),
    ],
)
def test_what_stands_before_the_last_dot_is_corrected_while_the_rest_is_being_typed(
    small: Spelling, typed: str, meant: str
) -> None:
    assert small.correct_name(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "json",  # is a name
        "abc",
        "jon",
        "jx",
        "",  # too short to be compared
        "os.something",
        "bson",  # begins with another letter
        "collectoins.x",  # nothing in collections begins so
        "collections.x",
        "qzxwvjk.count",
    ],
)
def test_right_short_and_far_names_stay(small: Spelling, typed: str) -> None:
    assert small.correct_name(typed) is None


def test_one_edit_is_forgiven_for_four_characters_and_never_more_than_two() -> None:
    spelling = Spelling({}, {"abcdefghijklmnop": 1, "abcdefg": 1})
    assert spelling.correct_name("abcdexg") == "abcdefg"
    assert spelling.correct_name("abxdexg") is None
    assert spelling.correct_name("abcxefghijkxmnop") == "abcdefghijklmnop"
    assert spelling.correct_name("abcxefgxijkxmnop") is None


def test_of_two_equally_near_names_the_one_that_sounds_alike_then_the_one_used_more_is_meant() -> None:
    assert Spelling({}, {"counter": 1, "cauter": 90}).correct_name("couter") == "counter"
    assert Spelling({}, {"setter": 1, "better": 9, "settee": 5}).correct_name("settex") == "settee"


def test_only_unknown_words_are_corrected(small: Spelling) -> None:
    assert small.correct_words(["iterater", "variable", "qqqqqq"]) == {"iterater": "iterator"}


def test_a_name_is_a_known_word(small: Spelling) -> None:
    assert Spelling({"jason": 90}, {}).correct_words(["json"]) == {"json": "jason"}
    assert Spelling({"jason": 90}, NAMES).correct_words(["json"]) == {}


def test_a_rare_word_may_be_a_typo_but_not_of_a_rarer_one() -> None:
    assert Spelling({"operator": 30, "opertor": 1}, {}).correct_words(["opertor"]) == {"opertor": "operator"}
    assert Spelling({"operator": 1, "opertor": 1}, {}).correct_words(["opertor"]) == {}


def test_a_rare_word_stands_in_for_nothing_when_a_common_one_is_wanted(small: Spelling) -> None:
    assert small.correct_words(["iteratino"], least_frequency=20) == {}
    assert small.correct_words(["iteratino"]) == {"iteratino": "iteration"}
    assert small.correct_words(["iterater"], least_frequency=20) == {"iterater": "iterator"}


def test_an_empty_library_corrects_nothing() -> None:
    empty = Spelling({}, {})
    assert empty.correct_name("asyncio.gather") is None
    assert empty.correct_words(["iterator"]) == {}


@given(st.text(st.characters(), max_size=40))
def test_any_text_is_compared_without_error(text: str) -> None:
    spelling = Spelling(WORDS, NAMES)
    assert spelling.correct_name(text) != text
    assert spelling.correct_words([text]).get(text) != text


def test_a_library_gives_its_own_words_and_names(reader: CandidateReader) -> None:
    spelling = Spelling.load(reader)
    assert spelling.correct_name("itertools.gruopby") == "itertools.groupby"
    assert spelling.correct_words(["deallocaton"]) == {"deallocaton": "deallocation"}
