"""Queries over Python 3.11: what comes first, and why."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livedocs.search.body import body
from livedocs.search.engine import MAX_LIMIT, Engine
from livedocs.search.models import Filters


@pytest.mark.parametrize(
    ("typed", "first", "reason"),
    [
        ("open", "library/functions.html#open", "a full name beats every suffix such as os.open"),
        ("path.join", "library/os.path.html#os.path.join", "a dotted suffix names its object"),
        ("os.path.join(a, b)", "library/os.path.html#os.path.join", "a call names what is called"),
        ("from pathlib import Path", "library/pathlib.html#pathlib.Path", "an import names what is imported"),
        ("asyncio.ga", "library/asyncio-task.html#asyncio.gather", "a beginning finds the most linked name"),
        ("json", "library/json.html#module-json", "a module by its name"),
        ("EAFP", "glossary.html#term-EAFP", "glossary terms are names"),
        (":=", "reference/expressions.html#assignment-expressions", "the general index knows the sign"),
        ("walrus operator", "reference/expressions.html#assignment-expressions", "the general index knows the words"),
        ("--check-hash-based-pycs", "using/cmdline.html#cmdoption-check-hash-based-pycs", "options are names"),
        ("PYTHONHASHSEED", "using/cmdline.html#envvar-PYTHONHASHSEED", "environment variables are names"),
        ("BINARY_OP", "library/dis.html#opcode-BINARY_OP", "opcodes are names"),
        ("exception hierarchy", "library/exceptions.html#exception-hierarchy", "a section by its title"),
        ("KeyError: 'name'", "library/exceptions.html#KeyError", "a pasted error leads to its exception"),
        ("binascii.Error: Incorrect padding", "library/binascii.html#binascii.Error", "of many errors the one named"),
        ("words.split(',')", "library/stdtypes.html#str.split", "a method of somebody's variable"),
        ("a // b", "reference/expressions.html#binary-arithmetic-operations", "the operator of an expression"),
        ("PyList_Append", "c-api/list.html#c.PyList_Append", "the C interface is found when it is asked for"),
    ],
)
def test_the_right_entry_comes_first(engine: Engine, typed: str, first: str, reason: str) -> None:
    assert engine.search(typed).hits[0].target == first, reason


def test_a_hit_says_all_that_a_face_shows(engine: Engine) -> None:
    hit = engine.search("json.dumps").hits[0]
    assert (hit.docset, hit.version, hit.kind, hit.name) == ("python", "3.11", "function", "json.dumps")
    assert hit.signature.startswith("json.dumps(obj, *, skipkeys=False")
    assert hit.summary.startswith("Serialize obj to a JSON formatted str")
    assert hit.url == "/docs/python/3.11/library/json.html#json.dumps"
    assert hit.original_url == "https://docs.python.org/3.11/library/json.html#json.dumps"
    assert hit.why[0].startswith("named exactly")


@pytest.mark.parametrize(
    ("typed", "corrected", "first"),
    [
        ("logging.getLoger", "logging.getlogger", "logging.getLogger"),
        ("itertools.gruopby", "itertools.groupby", "itertools.groupby"),
        ("walrus opertor", "walrus operator", "Assignment expressions"),
        ("pthlib", "pathlib", "pathlib"),
        ("subproces, run", "subprocess, run", "subprocess.run"),
    ],
)
def test_spelling_is_corrected_and_said(engine: Engine, typed: str, corrected: str, first: str) -> None:
    result = engine.search(typed)
    assert (result.query, result.corrected) == (typed, corrected)
    assert result.hits[0].name == first


@pytest.mark.parametrize("typed", ["asyncio.gat", "json.dumps", "sort a list", ":=", "pytest", "df.groupby"])
def test_what_is_found_as_typed_is_not_corrected(engine: Engine, typed: str) -> None:
    assert engine.search(typed).corrected is None


def test_a_filter_limits_the_hits(engine: Engine) -> None:
    assert {hit.kind for hit in engine.search("path", filters=Filters(kind="method")).hits} == {"method"}
    assert {hit.kind for hit in engine.search("kind:module path").hits} == {"module"}
    assert engine.search("open", filters=Filters(docset="perl")).hits == ()


@pytest.mark.parametrize(("asked", "given_"), [(1, 1), (5, 5), (0, 1), (10_000, MAX_LIMIT)])
def test_limits_are_kept(engine: Engine, asked: int, given_: int) -> None:
    assert len(engine.search("path", limit=asked).hits) == given_


def test_a_smaller_limit_gives_the_beginning_of_a_larger_ones_answer(engine: Engine) -> None:
    assert engine.search("path", limit=50).hits[:5] == engine.search("path", limit=5).hits


@pytest.mark.parametrize("typed", ["", "   ", "\x00", "\ud800"])
def test_an_empty_query_has_an_empty_answer(engine: Engine, typed: str) -> None:
    assert engine.search(typed).hits == ()


def test_nothing_like_it_is_an_empty_answer_too(engine: Engine) -> None:
    assert engine.search("qzxwvjkqzxwvjk").hits == ()


@pytest.mark.parametrize("typed", ['"', '""', '"open', "a*", "NEAR(a b)", "-x", "name:open", "a AND", "OR OR", "^a"])
@pytest.mark.parametrize(
    "rest", ["", " (", "'; DROP TABLE entry; --", "<script>alert(1)</script>", " 😀 İ ǅ", " {}%_\\"]
)
def test_signs_of_any_query_language_are_only_text(engine: Engine, typed: str, rest: str) -> None:
    assert body(engine.search(typed + rest))["query"] == (typed + rest).strip()


@given(st.text(st.characters(), max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
def test_any_text_has_an_answer(engine: Engine, text: str) -> None:
    result = engine.search(text, limit=10)
    assert len(result.hits) <= 10
    assert len({hit.id for hit in result.hits}) == len(result.hits)
    result.query.encode()
