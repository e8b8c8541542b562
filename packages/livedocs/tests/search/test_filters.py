"""Phrases, excluded words and filters over Python 3.11."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedocs.library.analysis import stem
from livedocs.library.keys import fold
from livedocs.search.candidates import CandidateReader
from livedocs.search.engine import Engine
from livedocs.search.models import Filters, Hit
from livedocs.search.reading import parse
from livedocs.search.sqlite import SqliteCandidates


def _names(hits: tuple[Hit, ...]) -> list[str]:
    return [hit.name for hit in hits]


# Phrases and excluded words


@pytest.mark.parametrize(
    "phrase", ["context manager", "raised when a", "Raised When", "shallow copy", "not thread-safe", "json.dumps(obj"]
)
def test_every_hit_of_a_phrase_holds_it_as_it_stands(engine: Engine, reader: CandidateReader, phrase: str) -> None:
    hits = engine.search(f'"{phrase}"').hits
    assert hits
    texts = reader.texts([hit.id for hit in hits])
    assert all(fold(phrase) in fold(text) for text in texts.values())


def test_without_quotes_the_same_words_find_more(engine: Engine) -> None:
    quoted, plain = (set(_names(engine.search(typed, limit=100).hits)) for typed in ('"when a key"', "when a key"))
    assert quoted
    assert plain - quoted


def test_several_phrases_must_all_be_there(engine: Engine, reader: CandidateReader) -> None:
    hits = engine.search('"context manager" used "with statement"', limit=50).hits
    assert hits
    for text in reader.texts([hit.id for hit in hits]).values():
        assert "context manager" in fold(text)
        assert "with statement" in fold(text)


def test_a_phrase_that_stands_nowhere_finds_nothing(engine: Engine) -> None:
    assert engine.search('"manager context with"').hits == ()


def test_no_hit_holds_an_excluded_word_in_any_form(engine: Engine, reader: CandidateReader) -> None:
    (postings,) = reader.postings([stem("asyncio")], all_entries=True)
    holding = set(postings.postings.entry_ids.tolist())
    with_it, without = (engine.search(typed, limit=100).hits for typed in ("queue", "queue -asyncio"))
    assert holding & {hit.id for hit in with_it}
    assert without
    assert not holding & {hit.id for hit in without}
    assert "copying" not in " ".join(hit.summary for hit in engine.search("shallow -copy").hits)


def test_a_dash_inside_a_word_or_before_the_first_excludes_nothing(engine: Engine) -> None:
    assert engine.search("built-in functions").hits[0].name.lower() == "built-in functions"
    assert engine.search("--check-hash-based-pycs").hits


# Filters


@pytest.mark.parametrize(
    ("typed", "kinds"),
    [("kind:class path", {"class"}), ("kind:module path", {"module"}), ("kind:Exception timeout", {"exception"})],
)
def test_a_kind_limits_the_hits(engine: Engine, typed: str, kinds: set[str]) -> None:
    hits = engine.search(typed).hits
    assert {hit.kind for hit in hits} == kinds
    assert hits[0].name.rpartition(".")[2].lower() in typed


@pytest.mark.parametrize(("typed", "first"), [("in:asyncio queue", "asyncio.Queue"), ("queue in:queue", "queue")])
def test_a_module_limits_the_hits(engine: Engine, typed: str, first: str) -> None:
    hits = engine.search(typed, limit=100).hits
    module = first.partition(".")[0]
    assert hits[0].name == first
    assert all(hit.name.startswith(module) for hit in hits if hit.kind not in {"section", "term"})


def test_a_module_includes_the_modules_inside_it(engine: Engine) -> None:
    names = _names(engine.search("in:email kind:module", limit=100).hits)
    assert {"email.message", "email.mime.text"} <= set(names) or {"email.message", "email.policy"} <= set(names)


def test_new_means_added_in_that_version(engine: Engine) -> None:
    assert engine.search("new:3.11 task group").hits[0].name == "asyncio.TaskGroup"
    assert "asyncio.TaskGroup" not in _names(engine.search("new:3.9 task group").hits)
    assert engine.search("new:9.9 task").hits == ()


def test_deprecated_things_are_asked_for_or_left_out(engine: Engine) -> None:
    only, without, both = (
        engine.search(f"{chosen}open", limit=100).hits for chosen in ("deprecated:yes ", "deprecated:no ", "")
    )
    assert only
    assert all(hit.deprecated for hit in only)
    assert not any(hit.deprecated for hit in without)
    assert {hit.deprecated for hit in both} == {True, False}
    assert engine.search("deprecated:true open").hits[0] == only[0]


@pytest.mark.parametrize("typed", ["docset:python open", "python@3.11: open", "docset:python@3.11 open"])
def test_a_docset_that_is_there_changes_nothing_else(engine: Engine, typed: str) -> None:
    assert engine.search(typed).hits[0] == engine.search("open").hits[0]


@pytest.mark.parametrize("typed", ["docset:perl open", "python@2.7: open", "docset:python@2.7 open", "kind:poem open"])
def test_what_is_not_there_has_nothing(engine: Engine, typed: str) -> None:
    assert engine.search(typed).hits == ()


def test_several_filters_hold_together(engine: Engine) -> None:
    hits = engine.search("kind:exception in:asyncio deprecated:no", limit=100).hits
    assert {"asyncio.QueueFull", "asyncio.InvalidStateError"} <= set(_names(hits))
    assert {(hit.kind, hit.deprecated, hit.name.startswith("asyncio.")) for hit in hits} == {("exception", False, True)}


def test_filters_beside_the_text_hold_and_those_inside_it_win(engine: Engine) -> None:
    assert {hit.kind for hit in engine.search("path", filters=Filters(kind="method")).hits} == {"method"}
    assert {hit.kind for hit in engine.search("kind:module path", filters=Filters(kind="method")).hits} == {"module"}
    assert engine.search("open", filters=Filters(docset="perl")).hits == ()


@pytest.mark.parametrize("typed", ["colour:red path", "kind: class", "deprecated:maybe", "http://example", "a:b"])
def test_unknown_filters_are_plain_words(engine: Engine, typed: str) -> None:
    hits = engine.search(typed).hits
    assert len({hit.kind for hit in hits}) > 1


def test_a_filter_looks_beyond_what_an_unfiltered_query_would_look_at(engine: Engine) -> None:
    unfiltered = engine.search("the", limit=100).hits
    filtered = engine.search("kind:opcode the", limit=100).hits
    assert len(filtered) > 20
    assert not {hit.id for hit in filtered} & {hit.id for hit in unfiltered}
    assert len(engine.search("kind:opcode s").hits) > len(
        [hit for hit in engine.search("s").hits if hit.kind == "opcode"]
    )


def test_a_filter_looks_at_every_name_that_begins_so(engine: Engine) -> None:
    exceptions = engine.search("kind:exception", limit=100).hits
    begin_so = {hit.id for hit in exceptions if hit.name.startswith("C")}
    assert len(begin_so) > 3
    assert begin_so <= {hit.id for hit in engine.search("kind:exception c", limit=100).hits}


def test_a_filter_looks_at_more_entries_of_one_name(python_library: Path, tmp_path: Path) -> None:
    crowded = tmp_path / "library.sqlite"
    shutil.copyfile(python_library, crowded)
    with closing(sqlite3.connect(crowded)) as connection:
        alike = "INSERT INTO name_key SELECT 'qzxwvjk', id, 1, {} FROM entry WHERE kind = '{}' ORDER BY id LIMIT {}"
        connection.execute(alike.format(1000, "function", 150))
        connection.execute(alike.format(0, "opcode", 1))
        connection.commit()
        hits = Engine(SqliteCandidates(connection)).search("kind:opcode qzxwvjk").hits
    assert [hit.kind for hit in hits] == ["opcode"]


TYPED = ["open", "asynico.gather", "sort a list", "queue", ":=", "(", "-file", '"context manager"']
LIMITS = ["kind:class", "kind:function", "in:os", "in:asyncio", "new:3.9", "deprecated:yes", "deprecated:no"]
DOCSETS = ["docset:python", "python@3.11:"]


@given(st.lists(st.sampled_from([*TYPED, *LIMITS, *DOCSETS]), min_size=1, max_size=5), st.booleans())
@settings(deadline=None)
def test_every_hit_passes_the_filters_whatever_they_stand_beside(
    engine: Engine,
    pieces: list[str],
    finished: bool,  # noqa: FBT001
) -> None:
    typed = " ".join(pieces) + " " * finished
    filters = parse(typed).filters
    for hit in engine.search(typed).hits:
        assert filters.kind in {"", hit.kind}
        assert filters.deprecated in {None, bool(hit.deprecated)}
        assert filters.docset in {"", hit.docset}


# Filters alone


@pytest.mark.parametrize("typed", ["kind:class", "in:asyncio", "new:3.11", "deprecated:yes", "docset:python"])
def test_filters_alone_list_the_most_linked_first(engine: Engine, reader: CandidateReader, typed: str) -> None:
    hits = engine.search(typed, limit=100).hits
    assert len(hits) > 40
    columns = reader.columns()
    main = [hit for hit in hits if columns["area"][hit.id - 1] == 0 and not hit.deprecated]
    links = [min(255, int(columns["links"][hit.id - 1])) for hit in main if hit.kind in {"class", "method"}]
    assert links == sorted(links, reverse=True)


def test_what_is_linked_most_of_all_is_listed_first(engine: Engine, reader: CandidateReader) -> None:
    columns, labels = reader.columns(), reader.labels()
    links = {
        position + 1: int(columns["links"][position])
        for position, kind in enumerate(columns["kind"].tolist())
        if labels[kind] == "function"
    }
    first = engine.search("kind:function").hits[0]
    assert links[first.id] >= sorted(links.values())[-5] > 20


def test_filters_alone_hold(engine: Engine) -> None:
    assert {hit.kind for hit in engine.search("kind:class", limit=100).hits} == {"class"}
    assert all(hit.deprecated for hit in engine.search("deprecated:yes", limit=100).hits)
    assert engine.search("kind:poem").hits == ()
    assert engine.search("", filters=Filters(kind="class")).hits == engine.search("kind:class").hits


# What few read


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("asyncio", "asyncio"),
        ("open", "open"),
        ("pickle", "pickle"),
    ],
)
def test_news_the_c_api_and_what_is_deprecated_come_later(
    engine: Engine, reader: CandidateReader, typed: str, first: str
) -> None:
    hits = engine.search(typed).hits
    area = reader.columns()["area"]
    assert first in _names(hits[:3])
    assert [int(area[hit.id - 1]) for hit in hits[:3]] == [0, 0, 0]
    assert not any(hit.deprecated for hit in hits[:3])


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("PyList_Append", "c-api/list.html"),
        ("What's New In Python 3.9", "whatsnew/3.9.html"),
        ("what's new in 3.1", "whatsnew/3.1.html"),
        ("what's new in 3.6", "whatsnew/3.6.html"),
        ("what's new in 3.9", "whatsnew/3.9.html"),
        ("what's new in asyncio", "whatsnew/"),
        ("python c api exception handling", "c-api/exceptions.html#exception-handling"),
        ("changelog", "whatsnew/"),
        ("C API", "c-api/"),
        ("asyncore", "library/asyncore.html"),
    ],
)
def test_they_come_first_when_they_are_asked_for(engine: Engine, typed: str, page: str) -> None:
    assert engine.search(typed).hits[0].target.startswith(page)
