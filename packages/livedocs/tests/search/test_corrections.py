"""Misspelt queries over Python 3.11: corrected, announced, and only where nothing is called what was typed."""

import random

import pytest

from livedocs.search.candidates import CandidateReader
from livedocs.search.engine import Engine


@pytest.mark.parametrize(
    ("typed", "corrected", "first"),
    [
        ("asynico.gather", "asyncio.gather", "asyncio.gather"),
        ("asyncio.gahter", "asyncio.gather", "asyncio.gather"),
        ("inpsect.Signature", "inspect.Signature", "inspect.Signature"),
        ("inpsect.signature", "inspect.signature", "inspect.signature"),
        ("logging.getLoger", "logging.getlogger", "logging.getLogger"),
        ("itertools.gruopby", "itertools.groupby", "itertools.groupby"),
        ("os.apth.join", "os.path.join", "os.path.join"),
        ("unitest.mock.ptach", "unittest.mock.patch", "unittest.mock.patch"),
        ("urllib.prase.urlpars", "urllib.parse.urlparse", "urllib.parse.urlparse"),
        ("pthlib", "pathlib", "pathlib"),
        ("readText", "read_text", "importlib.resources.read_text"),
        ("walrus opertor", "walrus operator", "Assignment expressions"),
        ("subproces, run", "subprocess, run", "subprocess.run"),
    ],
)
def test_spelling_is_corrected_and_said(engine: Engine, typed: str, corrected: str, first: str) -> None:
    result = engine.search(typed)
    assert (result.query, result.corrected) == (typed, corrected)
    assert result.hits[0].name == first


@pytest.mark.parametrize(
    ("typed", "corrected", "first"),
    [
        ("asynico.ga", "asyncio.ga", "asyncio.gather"),
        ("collectoins.Coun", "collections.Coun", "collections.Counter"),
        ("collectoins.defau", "collections.defau", "collections.defaultdict"),
        ("asnycio.loop.create_t", "asyncio.loop.create_t", "asyncio.loop.create_task"),
        ("asyncio.lopo.create_t", "asyncio.loop.create_t", "asyncio.loop.create_task"),
        ("xml.etere.ElementTree.froms", "xml.etree.ElementTree.froms", "xml.etree.ElementTree.fromstring"),
        ("unitest.mock.pat", "unittest.mock.pat", "unittest.mock.patch"),
    ],
)
def test_a_typo_before_the_last_dot_is_corrected_while_the_rest_is_being_typed(
    engine: Engine, typed: str, corrected: str, first: str
) -> None:
    result = engine.search(typed)
    assert result.corrected == corrected
    assert result.hits[0].name == first


def _transposed(word: str) -> str:
    middle = len(word) // 2
    return word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :]


def test_two_letters_that_changed_places_are_found_in_any_part_of_a_name(
    engine: Engine, reader: CandidateReader
) -> None:
    linked = sorted(reader.names(), key=lambda item: (-item[1], item[0]))
    names = [name for name, _ in linked[:4000] if name.count(".") and name.replace(".", "").isidentifier()]
    tried = found = 0
    for name in random.Random(1).sample(names, 80):
        parts = name.split(".")
        for number, part in enumerate(parts):
            wrong = _transposed(part) if len(part) > 4 else part
            typed = ".".join([*parts[:number], wrong, *parts[number + 1 :]])
            if typed != name:
                tried += 1
                found += f".{engine.search(typed, limit=1).hits[0].name.lower()}".endswith(f".{name}")
    assert tried > 80
    assert found >= 0.95 * tried


@pytest.mark.parametrize("typed", ["asyncio.gat", "json.dumps", "sort a list", ":=", "pytest", "df.groupby", "Thread"])
def test_what_is_found_as_typed_is_not_corrected(engine: Engine, typed: str) -> None:
    result = engine.search(typed)
    assert result.corrected is None
    assert result.hits


@pytest.mark.parametrize("typed", ["asserted conditions", "conditions asserted"])
def test_another_form_of_a_word_that_is_there_is_not_corrected(engine: Engine, typed: str) -> None:
    assert engine.search(typed).corrected is None
    assert engine.search(typed.replace("asserted", "asertion")).corrected == typed.replace("asserted", "assertion")


def test_a_single_word_that_may_be_a_name_is_not_replaced_by_a_rare_word(
    engine: Engine, reader: CandidateReader
) -> None:
    assert 0 < reader.words()["rmff"] < 20
    assert engine.search("ruff").corrected is None


@pytest.mark.parametrize("typed", ["asynico.gather", "walrus opertor", "pthlib", "asynico.ga"])
def test_quotes_take_a_correction_back(engine: Engine, typed: str) -> None:
    assert engine.search(typed).corrected
    quoted = engine.search(f'"{typed}"')
    assert quoted.corrected is None
    assert quoted.hits == ()


def test_words_beside_a_phrase_are_not_corrected_either(engine: Engine) -> None:
    assert engine.search('"walrus" opertor').corrected is None
    assert engine.search('"walrus" opertor').hits


def test_a_correction_that_finds_nothing_is_not_announced(engine: Engine) -> None:
    result = engine.search("pd.DataFrame")
    assert result.hits or result.corrected is None
    assert engine.search("asynico.gather kind:poem").corrected is None


def test_a_dot_before_a_misspelt_name_still_asks_for_a_member(engine: Engine) -> None:
    assert engine.search(".splti").corrected == "split"
    assert engine.search(".splti").hits == engine.search(".split").hits != engine.search("split").hits


def test_filters_and_excluded_words_hold_for_the_corrected_query_as_well(engine: Engine) -> None:
    assert engine.search("in:asyncio gahter").hits[0].name == "asyncio.gather"
    classes = engine.search("kind:class subproces").hits
    assert classes
    assert {hit.kind for hit in classes} == {"class"}
    corrected = engine.search("walrus opertor -assignment")
    assert corrected.corrected == "walrus operator"
    assert "Assignment expressions" not in {hit.name for hit in corrected.hits}
