"""Pages made to keep a parser busy: none takes longer than its length allows, and honest pages lose nothing by it."""

import faulthandler
from collections.abc import Iterator

import pytest

from livedocs.parsing.models import PageContext, ParsedPage
from livedocs.parsing.page import parse_page

HANG_SECONDS = 240
"""Each page here takes a second or two; before it was bounded it took minutes, or all the memory there is."""

MANY = 20_000


@pytest.fixture(autouse=True)
def end_when_hanging() -> Iterator[None]:
    faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


def parse(html: str, objects: dict | None = None) -> ParsedPage:
    return parse_page(html, PageContext("a.html", "/docs/x/1/", objects or {}))


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param("</main>" + "<footer>" * 3_000 + "x" * 600_000, id="footers in footers"),
        pytest.param("<a href=x><b>" * 40_000, id="bold in links"),
        pytest.param("".join(f"<b class=c{n}>x<p>" for n in range(MANY)), id="bold in every paragraph"),
        pytest.param("<table>" + "".join(f"<b class=c{n}>x<tr>" for n in range(MANY)), id="bold outside of cells"),
        pytest.param("<span>" * 100_000 + "</em>" * 100_000, id="ends of nothing"),
        pytest.param("<x-y>" * 100_000 + "</y-x>" * 100_000, id="unknown elements"),
        pytest.param("<p " + "".join(f" a{n}=1" for n in range(200_000)) + ">y", id="attributes"),
        pytest.param("<br " + "".join(f" a{n}=1" for n in range(200_000)) + ">y", id="attributes of a line break"),
        pytest.param("<p " + "".join(f" a{n}" for n in range(200_000)) + ">y", id="attributes without values"),
        pytest.param("<pre>" + " " * 1_000_000 + "x</pre>", id="spaces in code"),
        pytest.param("<div class=versionadded>" * 900 + "x y " * 200_000, id="notes in notes"),
        pytest.param("".join(f"<section id=s{n}><h1>" for n in range(450)) + "x y " * 200_000, id="headings"),
        pytest.param("<table><tr><td><a href=x.html>" * 450 + "x y " * 200_000, id="links in links"),
        pytest.param("<script>" * 100_000, id="scripts"),
        pytest.param("<!--" * 200_000, id="comments"),
        pytest.param("<a b='" * 200_000, id="quotes"),
        pytest.param("<a " * 200_000, id="tags without end"),
    ],
)
def test_a_hostile_page_is_read(hostile: str) -> None:
    page = parse(f"<main><p>Tea.</p>{hostile}")
    assert page.entries[0].text.startswith("Tea.")
    assert len(page.html) < 20 * len(hostile)
    assert sum(len(entry.text) + len(entry.name) for entry in page.entries) < 3 * len(hostile)
    assert sum(len(note.text) for entry in page.entries for note in entry.notes) < 4 * len(hostile)
    assert sum(len(link.text) for link in page.links) < 2 * len(hostile)


@pytest.mark.parametrize(
    "honest",
    [
        pytest.param("<li>x" * MANY, id="list items without end tags"),
        pytest.param("<p>x" * MANY, id="paragraphs without end tags"),
        pytest.param("<table>" + "<tr><td>x" * MANY + "</table>", id="cells without end tags"),
        pytest.param("<dl>" + "<dt>x<dd>y" * MANY + "</dl>", id="terms without end tags"),
        pytest.param("<a name=x>x" * MANY, id="old anchors without end tags"),
        pytest.param("<p>x<br>y<img src=z.png></p>" * MANY, id="elements that need no end"),
        pytest.param("<svg>" + "<path d='z'/>" * MANY + "</svg>", id="a drawing"),
        pytest.param("<b>" * 5 + "<p>x</p>" * MANY, id="bold that was left open"),
        pytest.param("<script>" + "s += '<div>';" * MANY + "</script>", id="markup in a script"),
        pytest.param("<!--" + "<div>" * MANY + "-->", id="markup in a comment"),
        pytest.param("<p title='" + "<div>" * MANY + "'>x</p>", id="markup in an attribute"),
        pytest.param("<p><img src='data:image/png;base64," + "/+a=" * MANY + "'></p>", id="a picture in an attribute"),
    ],
)
def test_an_honest_page_is_read_to_its_end(honest: str) -> None:
    assert parse(f"<main>{honest}</p><p>End.</p></main>").entries[0].text.endswith("End.")


def test_objects_inside_a_long_description_cost_no_copies_of_it() -> None:
    places = "".join(f"<span id=p{n}></span>" for n in range(300))
    objects = {f"p{n}": (("js:data", f"p{n}", ""),) for n in range(300)}
    page = parse(f"<main><section id=a><h1>A</h1><p>Tea.</p>{places}{'<p>word</p>' * 50_000}", objects)
    assert len(page.entries) == 301
    assert {entry.summary for entry in page.entries} == {"Tea."}
    assert sum(len(entry.html) for entry in page.entries) <= 2 * len(page.html)


def test_many_names_over_a_long_description_cost_no_copies_of_it() -> None:
    names = "".join(f"<dt class=sig id=n{n}>n{n}()</dt>" for n in range(300))
    page = parse(f"<main><dl class='py function'>{names}<dd><p>Tea.</p>{'<p>word</p>' * 50_000}</dd></dl>")
    assert len(page.entries) == 300
    assert {entry.summary for entry in page.entries} == {"Tea."}
    assert len(page.entries[0].text) > 200_000
    assert sum(len(entry.html) for entry in page.entries) <= 2 * len(page.html)


def test_a_long_title_is_not_repeated_in_full_above_everything_on_its_page() -> None:
    sections = "".join(f"<section id=s{n}><h1>s{n}</h1></section>" for n in range(1_000))
    page = parse(f"<main><section id=a><h1>{'tea ' * 10_000}</h1>{sections}</section></main>")
    assert len(page.entries) == 1_001
    assert max(len(step) for entry in page.entries for step in entry.breadcrumb) < 500


def test_many_names_over_many_places_hold_each_place_once() -> None:
    names = "".join(f"<dt class=sig id=n{n}>n{n}()</dt>" for n in range(MANY))
    places = "".join(f"<i id=p{n}></i>" for n in range(MANY))
    page = parse(f"<main><dl class='py function'>{names}<dd>{places}</dd></dl>")
    assert [len(entry.anchors) for entry in page.entries] == [MANY] + [0] * (MANY - 1)
