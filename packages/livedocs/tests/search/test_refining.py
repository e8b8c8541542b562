"""Steps from one query to the next."""

from __future__ import annotations

import pytest

from livedocs.search.models import Hit
from livedocs.search.reading import MAX_QUERY_CHARS
from livedocs.search.refining import applied, suggested


def hit(kind: str = "class", docset: str = "python", *, deprecated: bool = False) -> Hit:
    return Hit(1, docset, "3.11", kind, "x", "", "", "x.html", "x", "", None, deprecated=deprecated)


@pytest.mark.parametrize(
    ("query", "steps"),
    [
        ("json", []),
        ("kind:class json", [("kind:class", "json")]),
        ("json kind:class deprecated:no", [("kind:class", "json deprecated:no"), ("deprecated:no", "json kind:class")]),
        ("python@3.11: json", [("python@3.11:", "json")]),
        ("KeyError: 'x' deprecated:perhaps", []),
        ("kind:class", [("kind:class", "")]),
    ],
)
def test_filters_a_query_holds_can_be_taken_out(query: str, steps: list[tuple[str, str]]):
    assert [(step.words, step.query) for step in applied(query)] == steps


def test_filters_that_part_the_hits_are_suggested_the_most_frequent_first():
    hits = [hit(), hit("method"), hit("method"), hit("data", "jinja", deprecated=True), hit("term"), hit("term")]
    assert [step.words for step in suggested("json ", hits)] == [
        *("docset:python", "docset:jinja"),
        *("kind:method", "kind:term", "kind:class"),
        "deprecated:no",
    ]
    assert suggested("json ", hits)[0].query == "json docset:python"


def test_versions_are_told_apart_where_hits_are_of_several():
    hits = [hit(), hit(), hit()._replace(version="3.13"), hit(docset="jinja")]
    assert [step.words for step in suggested("json", hits)] == [
        "docset:python@3.11",
        "docset:python@3.13",
        "docset:jinja",
    ]


@pytest.mark.parametrize("query", ["json kind:method", "json python@3.11: kind:x", "x docset:python kind:y"])
def test_a_sort_of_filter_that_is_there_is_not_suggested_again(query: str):
    hits = [hit(), hit("method"), hit(docset="jinja")]
    words = {step.words.partition(":")[0] for step in suggested(query, hits)}
    assert words == ({"docset"} if "@" not in query and "docset" not in query else set())


def test_nothing_is_suggested_where_all_hits_are_alike_or_the_query_is_full():
    assert suggested("json", [hit(), hit()]) == []
    assert suggested("x" * (MAX_QUERY_CHARS - 5), [hit(), hit("method")]) == []
