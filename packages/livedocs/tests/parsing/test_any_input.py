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
opening = st.builds("<{}{}>".format, st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES))
closing = st.builds("</{}>".format, st.sampled_from(TAGS))
markup = st.lists(st.one_of(opening, closing, st.text(max_size=5)), max_size=40).map("".join)


def check(page) -> None:
    anchors = [entry.anchor for entry in page.entries]
    assert anchors
    assert len(anchors) == len(set(anchors))
    inside = [anchor for entry in page.entries for anchor in entry.anchors]
    assert len(inside) == len(set(inside))
    assert not set(anchors) & set(inside)
    for entry in page.entries:
        assert entry.html.count("<") == entry.html.count(">")
        assert len(entry.summary) <= 402


@given(markup)
def test_broken_markup_gives_entries_with_unique_anchors(html):
    check(parse_page(html, CONTEXT))


@given(st.text())
def test_any_text_gives_a_page(text):
    check(parse_page(text, CONTEXT))


@given(st.one_of(st.text(), markup))
def test_any_text_gives_an_index(text):
    assert isinstance(parse_general_index(text, "genindex.html"), tuple)


def test_lone_surrogates_are_no_obstacle():
    assert parse_page("<main><p>a\ud800b</p></main>", CONTEXT).entries[0].text == "a?b"


def test_thousands_of_nested_blocks_are_parsed():
    page = parse_page("<main><p>Tea.</p>" + "<div>" * (MAX_DEPTH - 10) + "<p>deep</p>", CONTEXT)
    assert page.entries[0].text == "Tea.\ndeep"


@pytest.mark.parametrize("level", ["<div>", "<h1><b>", "<div></p></x>", "<section id='s'>", "<dl><dt>x<dd>"])
def test_a_bottomless_page_is_cut_off(level):
    page = parse_page("<main><p>Tea.</p>" + level * 200_000 + "<p>deep</p>", CONTEXT)
    assert page.entries[0].text.startswith("Tea.")
    assert page.html.count(level.partition(">")[0].partition(" ")[0]) <= MAX_DEPTH


def test_a_long_page_is_read_to_its_end():
    page = parse_page("<main>" + "<div><p>Tea.</p></div>" * 50_000 + "<p>End.</p></main>", CONTEXT)
    assert page.entries[0].text.endswith("Tea.\nEnd.")


def test_thousands_of_nested_objects_are_parsed():
    levels = "".join(f"<dl class='py class'><dt class='sig' id='n{n}'>n{n}</dt><dd>" for n in range(3_000))
    assert len(parse_page(f"<main>{levels}<p>deep</p>", CONTEXT).entries) == 3_000


def test_thousands_of_nested_sections_keep_breadcrumbs_short():
    levels = "".join(f"<section id='n{n}'><h1>n{n}</h1>" for n in range(3_000))
    entries = parse_page(f"<main>{levels}<p>deep</p>", CONTEXT).entries
    assert entries[-1].level == 3_000
    assert max(len(entry.breadcrumb) for entry in entries) < 30
