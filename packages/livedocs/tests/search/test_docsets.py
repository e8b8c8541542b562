"""Queries over two docsets, Python and Jinja."""

import pytest

from livedocs.search.engine import Engine


@pytest.mark.parametrize("typed", ["escape", "sort", "list", "string", "for", "map", "format", "default"])
def test_the_languages_own_comes_first_among_equals(engine_of_two: Engine, typed: str) -> None:
    hits = engine_of_two.search(typed, limit=100).hits
    assert hits[0].docset == "python"
    assert "jinja" in {hit.docset for hit in hits}


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("jinja2.Environment", "jinja2.Environment"),
        ("FileSystemLoader", "jinja2.FileSystemLoader"),
        ("jinja-filters.batch", "jinja-filters.batch"),
        ("template inheritance", "Template Inheritance"),
    ],
)
def test_another_docset_is_found_without_being_named(engine_of_two: Engine, typed: str, first: str) -> None:
    hit = engine_of_two.search(typed).hits[0]
    assert (hit.docset, hit.name) == ("jinja", first)


@pytest.mark.parametrize("typed", ["docset:jinja escape", "docset:Jinja@3.1.x escape", "jinja@3.1.x: escape"])
def test_a_docset_limits_the_hits(engine_of_two: Engine, typed: str) -> None:
    hits = engine_of_two.search(typed, limit=100).hits
    assert hits[0].name == "jinja-filters.escape"
    assert {hit.docset for hit in hits} == {"jinja"}


@pytest.mark.parametrize("typed", ["docset:jinja", "docset:jinja kind:class", "docset:jinja templ"])
def test_a_docset_limits_lists_and_beginnings_too(engine_of_two: Engine, typed: str) -> None:
    hits = engine_of_two.search(typed, limit=100).hits
    assert len(hits) > 10
    assert {hit.docset for hit in hits} == {"jinja"}


def test_a_version_that_is_not_there_has_nothing(engine_of_two: Engine) -> None:
    assert engine_of_two.search("docset:jinja@2.0 escape").hits == ()


@pytest.mark.parametrize(
    "typed", ["open", "asyncio.gather", ":=", "json dumps", "KeyError: 'x'", "lambda", "asynico.gather", "str.join"]
)
def test_a_second_docset_does_not_change_what_comes_first(engine: Engine, engine_of_two: Engine, typed: str) -> None:
    alone, beside = engine.search(typed), engine_of_two.search(typed)
    assert beside.hits[0].url == alone.hits[0].url
    assert beside.corrected == alone.corrected


def test_names_of_any_docset_are_corrected(engine_of_two: Engine) -> None:
    result = engine_of_two.search("FileSytemLoader")
    assert result.corrected
    assert result.hits[0].name == "jinja2.FileSystemLoader"


def test_an_address_says_which_docset_it_is_in(engine_of_two: Engine) -> None:
    hit = engine_of_two.search("jinja2.Environment").hits[0]
    assert hit.url.startswith("/docs/jinja/3.1.x/")
    assert engine_of_two.search("os.path.join").hits[0].url.startswith("/docs/python/3.11/")
