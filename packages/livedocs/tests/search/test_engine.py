"""Queries over Python 3.11: what comes first, and why."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedocs.errors import QueryError
from livedocs.library import snapshot
from livedocs.library.analysis import stem
from livedocs.search.arrays import Values
from livedocs.search.body import body
from livedocs.search.candidates import CandidateReader
from livedocs.search.engine import MAX_LIMIT, Engine
from livedocs.search.evidence import Evidence
from livedocs.search.models import Hit
from livedocs.search.opening import open_engine
from livedocs.search.query import Query
from livedocs.search.reading import MAX_QUERY_CHARS
from livedocs.search.resident import Resident
from livedocs.search.sqlite import SqliteCandidates

JUDGED_FILE = Path(__file__).resolve().parents[4] / "benchmarks" / "judged" / "python.jsonl"
JUDGED = [json.loads(line)["query"] for line in JUDGED_FILE.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("typed", "first", "reason"),
    [
        ("open", "library/functions.html#open", "a full name beats every suffix such as os.open"),
        ("OPEN", "library/functions.html#open", "case does not matter where nothing else is written so"),
        ("path.join", "library/os.path.html#os.path.join", "a dotted suffix names its object"),
        ("Path.read_text", "library/pathlib.html#pathlib.Path.read_text", "of a class's method, too"),
        ("mock.patch", "library/unittest.mock.html#unittest.mock.patch", "whatever people import it as"),
        ("str.join", "library/stdtypes.html#str.join", "built-in types have methods"),
        ("os.path.join(a, b)", "library/os.path.html#os.path.join", "a call names what is called"),
        ("from pathlib import Path", "library/pathlib.html#pathlib.Path", "an import names what is imported"),
        ("from os import path", "library/os.path.html#module-os.path", "of a module as well"),
        ("import xml.etree.ElementTree as ET", "library/xml.etree.elementtree.html#module-xml.etree.ElementTree", "as"),
        ("asyncio.ga", "library/asyncio-task.html#asyncio.gather", "a beginning finds the most linked name"),
        ("enumer", "library/functions.html#enumerate", "of a built-in one, too"),
        ("json", "library/json.html#module-json", "a module by its name"),
        ("EAFP", "glossary.html#term-EAFP", "glossary terms are names"),
        (":=", "reference/expressions.html#assignment-expressions", "the general index knows the sign"),
        ("walrus operator", "reference/expressions.html#assignment-expressions", "the general index knows the words"),
        ("--check-hash-based-pycs", "using/cmdline.html#cmdoption-check-hash-based-pycs", "options are names"),
        ("PYTHONHASHSEED", "using/cmdline.html#envvar-PYTHONHASHSEED", "environment variables are names"),
        ("BINARY_OP", "library/dis.html#opcode-BINARY_OP", "opcodes are names"),
        ("exception hierarchy", "library/exceptions.html#exception-hierarchy", "a section by its title"),
        ("KeyError: 'name'", "library/exceptions.html#KeyError", "a pasted error leads to its exception"),
        ("shutil.Error: out of reach", "library/shutil.html#shutil.Error", "of many errors the one named"),
        ("words.split(',')", "library/stdtypes.html#str.split", "a method of somebody's variable"),
        ("a // b", "reference/expressions.html#binary-arithmetic-operations", "the operator of an expression"),
        ("json dumps", "library/json.html#json.dumps", "a space may stand for a dot"),
        ("urllib parse urlparse", "library/urllib.parse.html#urllib.parse.urlparse", "and for two"),
        ("dict get", "library/stdtypes.html#dict.get", "also for a built-in type's"),
        ("TestCase assertEqual", "library/unittest.html#unittest.TestCase.assertEqual", "in any case"),
        ("read text", "library/pathlib.html#pathlib.Path.read_text", "parts of a name with underscores"),
        ("csv dict reader", "library/csv.html#csv.DictReader", "parts of a name in camel case"),
        ("assert almost equal", "library/unittest.html#unittest.TestCase.assertAlmostEqual", "many parts of one"),
        ("shallow copying", "library/copy.html#module-copy", "other forms of the same words"),
    ],
)
def test_the_right_entry_comes_first(engine: Engine, typed: str, first: str, reason: str) -> None:
    assert engine.search(typed).hits[0].target == first, reason


@pytest.mark.parametrize("typed", ["print", "len", "zip", "type", "map", "input", "dict", "str", "ValueError", "None"])
def test_a_builtin_typed_exactly_is_first(engine: Engine, typed: str) -> None:
    first = engine.search(typed).hits[0]
    assert (first.name, first.kind in {"function", "class", "exception", "data"}) == (typed, True)
    assert first.page in {"library/functions.html", "library/stdtypes.html", "library/exceptions.html"} | {
        "library/constants.html"
    }


@pytest.mark.parametrize(
    "typed", ["for", "with", "lambda", "yield", "try", "async def", "not in", "**", "//", "->", "@"]
)
def test_a_keyword_or_operator_typed_exactly_leads_to_the_language_reference(engine: Engine, typed: str) -> None:
    assert engine.search(typed).hits[0].page.startswith("reference/")


@pytest.mark.parametrize(("typed", "entry"), [("queue.Queue", "queue.Queue"), ("copy.copy", "copy.copy")])
def test_a_module_that_merely_begins_the_query_never_beats_the_name_itself(
    engine: Engine, typed: str, entry: str
) -> None:
    assert engine.search(typed).hits[0].name == entry


@pytest.mark.parametrize(
    ("typed", "first"), [("Path", "pathlib.Path"), ("Queue", "queue.Queue"), ("Enum", "enum.Enum")]
)
def test_capitals_that_were_typed_decide_between_names(engine: Engine, typed: str, first: str) -> None:
    assert engine.search(typed).hits[0].name == first
    assert engine.search(typed.lower()).hits[0].name != first


@pytest.mark.parametrize(
    ("typed", "documented"), [("delete a folder ", "shutil.rmtree"), ("sleep for a while ", "time.sleep")]
)
def test_other_words_for_the_same_are_found(engine: Engine, typed: str, documented: str) -> None:
    assert documented in [hit.name for hit in engine.search(typed).hits[:5]]


def test_words_that_belong_together_need_not_stand_in_order(engine: Engine) -> None:
    one, other = (engine.search(typed).hits for typed in ("temporary directory ", "directory temporary "))
    assert {hit.name for hit in one[:5]} & {hit.name for hit in other[:5]} >= {"tempfile.TemporaryDirectory"}


@pytest.mark.parametrize(("asked", "given_"), [(1, 1), (5, 5), (0, 1), (10_000, MAX_LIMIT)])
def test_limits_are_kept(engine: Engine, asked: int, given_: int) -> None:
    assert len(engine.search("path", limit=asked).hits) == given_


@pytest.mark.parametrize("typed", ["path", "sort a list", '"context manager"', "kind:class"])
def test_a_smaller_limit_gives_the_beginning_of_a_larger_ones_answer(engine: Engine, typed: str) -> None:
    assert engine.search(typed, limit=50).hits[:5] == engine.search(typed, limit=5).hits


@pytest.mark.parametrize("typed", ["", "   ", "\x00", "\ud800"])
def test_an_empty_query_has_an_empty_answer(engine: Engine, typed: str) -> None:
    assert engine.search(typed).hits == ()


def test_nothing_like_it_is_an_empty_answer_too(engine: Engine) -> None:
    assert engine.search("qzxwvjkqzxwvjk").hits == ()


def test_a_query_that_is_too_long_is_refused_with_a_hint(engine: Engine) -> None:
    with pytest.raises(QueryError, match="Paste the last line"):
        engine.search("x" * (MAX_QUERY_CHARS + 1))


@pytest.mark.parametrize("typed", ['"', '""', '"open', "a*", "NEAR(a b)", "-x", "name:open", "a AND", "OR OR", "^a"])
@pytest.mark.parametrize(
    "rest", ["", " (", "'; DROP TABLE entry; --", "<script>alert(1)</script>", " 😀 İ ǅ", " {}%_\\"]
)
def test_signs_of_any_query_language_are_only_text(engine: Engine, typed: str, rest: str) -> None:
    assert body(engine.search(typed + rest))["query"] == (typed + rest).strip()


@given(st.text(st.characters(), max_size=200))
@settings(deadline=None, max_examples=200)
def test_any_text_has_an_answer(engine: Engine, text: str) -> None:
    result = engine.search(text, limit=10)
    assert len(result.hits) <= 10
    assert len({hit.id for hit in result.hits}) == len(result.hits)
    result.query.encode()


def test_a_name_is_found_in_texts_that_hold_every_part_of_it(engine: Engine, reader: CandidateReader) -> None:
    parts = [reader.postings([stem(part)], all_entries=True)[0] for part in ("asyncio", "gather")]
    both = set.intersection(*[set(part.postings.entry_ids.tolist()) for part in parts])
    hits = engine.search("asyncio.gather ", limit=100).hits
    assert 3 < len(hits) <= len(both)
    assert {hit.id for hit in hits} <= both


def test_an_unknown_name_with_underscores_is_looked_for_by_its_parts_that_say_something(engine: Engine) -> None:
    hits = engine.search("copy_the_file ").hits
    assert "shutil.copyfile" in [hit.name for hit in hits[:3]]
    assert [hit.id for hit in hits] == [hit.id for hit in engine.search("copy_my_file ").hits]


# What people ask


def test_no_judged_query_has_an_empty_answer(engine: Engine) -> None:
    assert [typed for typed in JUDGED if not engine.search(typed, limit=1).hits] == []


@pytest.mark.parametrize("typed", JUDGED[:: len(JUDGED) // 30])
def test_every_beginning_of_a_query_has_an_answer(engine: Engine, typed: str) -> None:
    answers = [engine.search(typed[:length], limit=5) for length in range(1, len(typed) + 1)]
    assert len(answers) == len(typed)
    assert answers[-1].hits == engine.search(typed, limit=5).hits


def test_the_words_to_mark_are_those_that_were_looked_for(engine: Engine) -> None:
    assert set(engine.search("How do I copy a file").terms) >= {"copy", "file"}
    assert "asyncio.gather" in engine.search("asynico.gather").terms


# Why it is so


def test_explanations_are_given_only_when_they_are_asked_for(engine: Engine) -> None:
    plain, explained = (engine.search("open", explain=choice).hits for choice in (False, True))
    assert all(hit.why == () for hit in plain)
    assert [hit._replace(why=()) for hit in explained] == list(plain)


@pytest.mark.parametrize(
    ("typed", "name", "tiers"),
    [
        ("os.path.join", "os.path.join", "found by its name and its text"),
        ("asyncio.gathe", "asyncio.gather", "found by the beginning of its name and its text"),
        ("kind:class", "str", "found by the filters"),
        ("count how often each word occurs", None, "found by its text"),
    ],
)
def test_a_hit_says_which_tiers_found_it(engine: Engine, typed: str, name: str | None, tiers: str) -> None:
    first = engine.search(typed, explain=True).hits[0]
    assert name is None or first.name == name
    assert first.why[0] == tiers


def _points(hit: Hit) -> list[float]:
    return [float(reason.rpartition(" ")[2]) for reason in hit.why[1:]]


@pytest.mark.parametrize("typed", ["path", "sort a list", "->", "TypeError: bad operand", "kind:class", "json dumps"])
def test_the_points_of_all_rules_together_are_the_order(engine: Engine, typed: str) -> None:
    hits = engine.search(typed, limit=50, explain=True).hits
    sums = [sum(_points(hit)) for hit in hits]
    assert len(set(sums)) > 1
    rounding = 0.05 * 2 * 9
    assert all(sums[place] >= sums[place + 1] - rounding for place in range(len(sums) - 1))


def test_the_rules_are_named_the_strongest_first_and_those_without_a_say_are_left_out(engine: Engine) -> None:
    for hit in engine.search("path", explain=True).hits:
        strengths = [abs(points) for points in _points(hit)]
        assert strengths == sorted(strengths, reverse=True)
        assert all(strengths)
    assert engine.search("Path", explain=True).hits[0].why[1].startswith("named exactly +")


class _NoPreference:
    name = "no preference"

    def points(self, query: Query, evidence: Evidence) -> Values:
        return np.zeros(len(evidence))


def test_among_equals_the_shorter_name_comes_first_then_the_earlier_entry(engine: Engine) -> None:
    hits = engine.with_rules([_NoPreference()]).search("path", limit=MAX_LIMIT).hits
    order = [(len(hit.name), hit.id) for hit in hits]
    assert order == sorted(order)
    assert len({length for length, _ in order}) < len(order)


def test_other_rules_give_another_order_of_the_same_library(engine: Engine) -> None:
    assert engine.with_rules([_NoPreference()]).search("path").hits != engine.search("path").hits


# One library, several threads


def test_threads_that_share_what_is_in_memory_get_the_same_answers(engine: Engine, python_library: Path) -> None:
    reading = snapshot.connect(python_library)
    resident = Resident.load(SqliteCandidates(reading))
    reading.close()
    queries = [*JUDGED[::5], "kind:class in:asyncio", "new:3.11 task", "asynico.gather", '"context manager" -with']

    def answers(order: Sequence[str]) -> dict[str, tuple[Hit, ...]]:
        connection = snapshot.connect(python_library)
        try:
            of_thread = Engine(SqliteCandidates(connection), resident)
            return {typed: of_thread.search(typed).hits for typed in order}
        finally:
            connection.close()

    expected = {typed: engine.search(typed).hits for typed in queries}
    with ThreadPoolExecutor(2) as threads:
        for given_ in threads.map(answers, [queries, queries[::-1]]):
            assert given_ == expected


def test_an_engine_straight_from_a_file_says_the_same(engine: Engine, python_library: Path) -> None:
    with open_engine(python_library) as opened:
        assert opened.search("json dumps") == engine.search("json dumps")
