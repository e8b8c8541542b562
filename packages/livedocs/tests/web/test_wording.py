"""How hits are put into words and marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from livedocs.search.models import Hit
from livedocs.web.wording import Heading, heading, kind_label, mark_matches


def hit(name: str, signature: str, kind: str = "function") -> Hit:
    return Hit(1, "python", "3.11", kind, name, signature, "", "library/x.html", name, "", None)


@pytest.mark.parametrize(
    ("text", "terms", "marked"),
    [
        ("json.dump", ("dump",), "json.<mark>dump</mark>"),
        ("json.dump", ("DUMP",), "json.<mark>dump</mark>"),
        ("asyncio.gather", ("asyncio.ga", "asyncio"), "<mark>asyncio.ga</mark>ther"),
        ("read_text", ("text",), "read_<mark>text</mark>"),
        ("OpenerDirector.open", ("open",), "<mark>Open</mark>erDirector.<mark>open</mark>"),
        ("urlopen", ("open",), "url<mark>open</mark>"),
        ("urlopen and open", ("open",), "urlopen and <mark>open</mark>"),
        ("a := b", (":=",), "a <mark>:=</mark> b"),
        ("<b>", ("b",), "&lt;<mark>b</mark>&gt;"),
        ("nothing here", (), "nothing here"),
        ("nothing here", ("",), "nothing here"),
    ],
)
def test_what_was_searched_for_is_marked_where_words_begin(text: str, terms: tuple[str, ...], marked: str):
    assert mark_matches(text, terms) == marked


@given(st.text(), st.lists(st.text(max_size=5), max_size=4))
def test_marking_loses_no_character_and_lets_no_markup_through(text: str, terms: list[str]):
    marked = mark_matches(text, terms)
    assert Markup(marked.replace("<mark>", "").replace("</mark>", "")) == Markup.escape(text)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (hit("json.dump", "json.dump(obj, fp)"), Heading("", "json.dump", "(obj, fp)")),
        (hit("io.open", "open(file)"), Heading("", "io.open", "(file)")),
        (hit("asyncio.gather", "awaitable asyncio.gather(*aws)"), Heading("awaitable ", "asyncio.gather", "(*aws)")),
        (hit("json.JSONEncoder", "class json.JSONEncoder(*, a)", "class"), Heading("", "json.JSONEncoder", "(*, a)")),
        (hit("enum.unique", "@enum.unique"), Heading("@", "enum.unique", "")),
        (hit("slots", "object.__slots__", "data"), Heading("", "slots", " object.__slots__")),
        (hit("Open a file", "", "section"), Heading("", "Open a file", "")),
        (hit("...", "", "section"), Heading("", "...", "")),
    ],
)
def test_a_heading_says_the_name_once(found: Hit, said: Heading):
    assert heading(found) == said


@pytest.mark.parametrize(
    ("kind", "label"),
    [("class", "class"), ("c-function", "C function"), ("envvar", "environment variable"), ("new", "new")],
)
def test_kinds_are_said_in_words(kind: str, label: str):
    assert kind_label(kind) == label
