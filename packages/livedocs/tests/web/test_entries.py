"""What is shown of an entry beside the results it was found among."""

from __future__ import annotations

import pytest
from httpx2 import AsyncClient
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from livedocs.web.entries.excerpt import excerpt
from livedocs.web.entries.signatures import laid_out

PAGE = "/docs/jinja/3.1.x/api.html"
ENTRY = "/entry/jinja/3.1.x/api.html?anchor=jinja2.Environment.get_template"
PARTIAL = {"HX-Request-Type": "partial"}


async def test_an_entry_names_kind_place_and_signature_and_links_to_its_page_and_the_original(client: AsyncClient):
    answer = await client.get(ENTRY)
    shown = LexborHTMLParser(answer.text)
    assert "<html" not in answer.text
    assert shown.css_first(".kind").text() == "method"
    assert shown.css_first("h2").text() == "jinja2.Environment.get_template"
    assert shown.css_first(".hit-place").text().startswith("Jinja 3.1.x")
    assert "get_template(name, parent=None" in " ".join(shown.css_first(".signature").text().split())
    address = f"{PAGE}#jinja2.Environment.get_template"
    assert shown.css_first("h2 a").attributes["href"] == address
    assert shown.css_first("[data-key=y]").attributes["data-copy-link"] == address
    assert shown.css_first(".reading").attributes["lang"] == "en"
    assert "Changed in version 3.0" in shown.css_first(".reading .versionmodified").text()


async def test_links_in_an_entry_stay_inside_the_app_and_it_brings_no_ids(client: AsyncClient):
    shown = LexborHTMLParser((await client.get("/entry/jinja/3.1.x/api.html?anchor=jinja2.Environment")).text)
    links = [link.attributes["href"] or "" for link in shown.css(".reading a.internal")]
    assert links
    assert all(link.startswith("/docs/jinja/3.1.x/") for link in links)
    assert shown.css(".reading [id]") == []


async def test_an_entry_is_replayed_validated_and_missed_in_words(client: AsyncClient):
    first = await client.get(ENTRY)
    again = await client.get(f"{ENTRY}&utm_source=x")
    assert again.headers["age"]
    assert again.text == first.text
    kept = await client.get(ENTRY, headers={"If-None-Match": first.headers["etag"]})
    assert kept.status_code == 304
    for address in (f"{ENTRY}x", "/entry/jinja/3.1.x/api.htm?anchor=x", "/entry/jinja/9/api.html"):
        missed = await client.get(address, headers=PARTIAL)
        assert missed.status_code == 404
        assert "has no such entry" in missed.text


async def test_a_whole_search_page_shows_the_selected_entry_else_the_first(client: AsyncClient):
    whole = await client.get("/search?q=get_template")
    first, second = LexborHTMLParser(whole.text).css("#app-results a")[:2]
    for selected, expected in (
        ("", first),
        ("gone/1/gone.html", first),
        ((second.attributes["href"] or "")[6:], second),
    ):
        answer = await client.get("/search", params={"q": "get_template", "selected": selected})
        page = LexborHTMLParser(answer.text)
        current = page.css("#app-results a[aria-current=true]")
        assert [hit.attributes["href"] for hit in current] == [expected.attributes["href"]]
        entry = page.css_first("#app-pane article")
        assert f"/docs/{entry.attributes['data-entry']}" == expected.attributes["href"]
        assert page.css("[role=option]") == []
        driven = LexborHTMLParser((await client.get(answer.url, headers=PARTIAL)).text)
        options = driven.css("#app-results[role=listbox] a[role=option][aria-selected=true]")
        assert [hit.attributes["href"] for hit in options] == [expected.attributes["href"]]
        assert driven.css("article") == []


async def test_where_nothing_is_found_nothing_stands_beside_it(client: AsyncClient):
    for query in ("qqzzxxvvkk", "  "):
        page = LexborHTMLParser((await client.get("/search", params={"q": query})).text)
        assert page.css_first("#app-pane").child is None


def test_ids_are_left_out_and_links_to_them_lead_to_the_page():
    html = '<p id="app-query">text id="x" <a class="a" href="#a&amp;b" id="z">1</a> <a href="/docs/q#r">2</a></p>'
    assert excerpt(html, "/docs/x/1/y.html").html == (
        '<p>text id="x" <a class="a" href="/docs/x/1/y.html#a&amp;b">1</a> <a href="/docs/q#r">2</a></p>'
    )


@pytest.mark.parametrize(
    ("html", "longest", "shown"),
    [
        ("<p>One</p><p>Two</p>", 20, "<p>One</p><p>Two</p>"),
        ("<p>One</p><p>Two</p>", 19, "<p>One</p>"),
        ("<ul><li>One<br></li><li>Two</li></ul>", 24, "<ul><li>One<br></li></ul>"),
        ("<table><tr><td>1</td></tr><tr><td>2</td></tr></table>", 40, "<table><tr><td>1</td></tr></table>"),
        ("<pre><span>a</span>\n<span>b</span>\n<span>c</span></pre>", 40, "<pre><span>a</span>\n<span>b</span></pre>"),
        ("<pre>one two\nthree four</pre>", 20, "<pre>one two\nthree</pre>"),
        ("words and more of them", 12, "words and"),
        ('<p class="long">One</p>', 12, ""),
    ],
)
def test_a_long_entry_ends_behind_an_element(html: str, longest: int, shown: str):
    part = excerpt(html, "", longest=longest)
    assert part.html == shown
    assert part.is_whole == (shown == html)


elements = st.recursive(
    st.text("ab &lt;", max_size=8).map(lambda text: text.replace("<", "")),
    lambda inner: st.builds(
        lambda name, attribute, content: f"<{name}{attribute}>{''.join(content)}</{name}>",
        st.sampled_from(["p", "li", "span", "table", "tr", "em"]),
        st.sampled_from(["", ' id="x"', ' class="a b"']),
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)


@given(elements, st.integers(1, 200))
def test_whatever_is_cut_is_short_enough_and_closed(html: str, longest: int):
    part = excerpt(html, "", longest=longest)
    for name in ("p", "li", "span", "table", "tr", "em"):
        assert part.html.count(f"<{name}>") + part.html.count(f"<{name} ") == part.html.count(f"</{name}>")
    assert len(part.html) <= longest + part.html.count("<") * len("</table>")


@pytest.mark.parametrize(
    ("signature", "lines"),
    [
        ("open(file)", ["open(file)"]),
        (f"f({'x' * 80})", ["f(", f"    {'x' * 80},", ")"]),
        (
            f"f(a=(1, 2), b={'x' * 70}) -> dict[str, int]",
            ["f(", "    a=(1, 2),", f"    b={'x' * 70},", ") -> dict[str, int]"],
        ),
        (f"range(start{'t' * 60}[, stop[, step]])", ["range(", f"    start{'t' * 60}[, stop[, step]],", ")"]),
        (f"f(a='(', b={'x' * 70})", [f"f(a='(', b={'x' * 70})"]),
        ("x" * 90, ["x" * 90]),
    ],
)
def test_a_long_signature_has_a_line_for_each_parameter(signature: str, lines: list[str]):
    assert laid_out(signature).splitlines() == lines
