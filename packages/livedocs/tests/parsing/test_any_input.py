"""Pages come from anywhere: whatever they hold, there is a result."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedocs.parsing.general_index import parse_general_index
from livedocs.parsing.models import PageContext
from livedocs.parsing.page import parse_page
from livedocs.parsing.tree import MAX_DEPTH

CONTEXT = PageContext(
    "a/b.html",
    "/docs/x/1/",
    {
        "module-a": (("py:module", "a", "a"),),
        "a": (("py:function", "a", "a"), ("std:label", "a", "a")),
        "b": (("std:cmdoption", "x.-b", "x.-b"),),
    },
    frozenset({"a"}),
)

TAGS = ["section", "div", "dl", "dt", "dd", "h1", "p", "a", "span", "pre", "ul", "li", "table", "td", "nav", "article"]
INLINE_TAGS = ["a", "b", "i", "code", "em", "strong", "span", "font", "nobr", "svg", "math", "br", "img"]
ATTRIBUTES = [
    "",
    ' id="a"',
    ' id="b"',
    ' id="module-a"',
    ' id=""',
    ' class="py function"',
    ' class="sig" id="a"',
    ' class="glossary"',
    ' class="versionadded"',
    ' class="target" id="module-a"',
    ' class="toctree-wrapper"',
    ' class="section" id="b"',
    ' role="main"',
    ' href="../c.html#d"',
    ' title="&quot; id=&quot;x"',
]
any_character = st.characters(exclude_categories=[])  # lone surrogates among them, which "text" leaves out of itself
any_text = st.text(any_character)
opening = st.builds("<{}{}>".format, st.sampled_from(TAGS + INLINE_TAGS), st.sampled_from(ATTRIBUTES))
closing = st.builds("</{}>".format, st.sampled_from(TAGS + INLINE_TAGS))
nested = st.builds("{}{}".format, st.lists(opening, min_size=5, max_size=20).map("".join), any_text)
markup = st.lists(st.one_of(opening, closing, nested, st.text(any_character, max_size=5)), max_size=40).map("".join)


def check(page) -> None:
    anchors = [entry.anchor for entry in page.entries]
    assert anchors
    assert len(anchors) == len(set(anchors))
    inside = [anchor for entry in page.entries for anchor in entry.anchors]
    assert len(inside) == len(set(inside))
    assert not set(anchors) & set(inside)
    for entry in page.entries:
        assert entry.html.count("<") == entry.html.count(">")
        assert entry.html == "".join(page.html[start:end] for start, end in entry.spans)
        assert len(entry.summary) <= 402


@given(markup)
def test_broken_markup_gives_entries_with_unique_anchors(html):
    check(parse_page(html, CONTEXT))


@given(any_text)
def test_any_text_gives_a_page(text):
    check(parse_page(text, CONTEXT))


@given(st.one_of(any_text, markup))
def test_any_text_gives_an_index(text):
    assert isinstance(parse_general_index(text, "genindex.html"), tuple)


def test_lone_surrogates_are_no_obstacle():
    assert parse_page("<main><p>a\ud800b</p></main>", CONTEXT).entries[0].text == "a?b"


def test_blocks_as_deep_as_is_allowed_are_parsed():
    levels = "<div>" * (MAX_DEPTH - 10)
    page = parse_page("<main><p>Tea.</p>" + "<p>x</p>" * 5_000 + levels + "<p>deep</p>", CONTEXT)
    assert page.entries[0].text == "Tea.\n" + "x\n" * 5_000 + "deep"


@pytest.mark.parametrize(
    "level", ["<div>", "<h1><b>", "<div></p></x>", "<section id='s'>", "<dl><dt>x<dd>", "<span>", "<x-y>"]
)
def test_a_bottomless_page_is_cut_off(level):
    page = parse_page("<main><p>Tea.</p>" + level * 200_000 + "<p>deep</p>", CONTEXT)
    assert page.entries[0].text.startswith("Tea.")
    assert page.html.count(level.partition(">")[0].partition(" ")[0]) <= MAX_DEPTH


def test_a_long_page_is_read_to_its_end():
    page = parse_page("<main>" + "<div><p>Tea.</p></div>" * 50_000 + "<p>End.</p></main>", CONTEXT)
    assert page.entries[0].text.endswith("Tea.\nEnd.")


def test_hundreds_of_nested_objects_are_parsed():
    levels = "".join(f"<dl class='py class'><dt class='sig' id='n{n}'>n{n}</dt><dd>" for n in range(900))
    assert len(parse_page(f"<main>{levels}<p>deep</p>", CONTEXT).entries) == 900


def test_hundreds_of_nested_sections_keep_breadcrumbs_short():
    levels = "".join(f"<section id='n{n}'><h1>n{n}</h1>" for n in range(450))
    entries = parse_page(f"<main>{levels}<p>deep</p>", CONTEXT).entries
    assert entries[-1].level == 450
    assert max(len(entry.breadcrumb) for entry in entries) < 30
