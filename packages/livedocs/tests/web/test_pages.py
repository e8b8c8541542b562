"""What people get: home, search, reading, and pages that say what is wrong."""

from __future__ import annotations

import pytest
from httpx2 import AsyncClient
from selectolax.lexbor import LexborHTMLParser

FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}
TEMPLATES = "/docs/jinja/3.1.x/templates.html"


async def html(client: AsyncClient, address: str, **headers: str) -> LexborHTMLParser:
    answer = await client.get(address, headers=headers)
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text)


async def test_home_focuses_the_box(client: AsyncClient):
    page = await html(client, "/")
    assert "autofocus" in page.css_first("#app-query").attributes


async def test_home_is_replayed_from_the_cache_whatever_a_link_adds_and_whoever_comes(client: AsyncClient):
    first = await client.get("/")
    for address, cookie in (("/", ""), ("/?utm_source=newsletter", ""), ("/", "session=1"), ("/?q=x", "a=b")):
        again = await client.get(address, headers={"Cookie": cookie} if cookie else {})
        assert "age" in again.headers
        assert again.text == first.text


async def test_a_hit_names_kind_signature_summary_docset_and_place_and_links_to_its_anchor(client: AsyncClient):
    page = await html(client, "/search?q=Environment.get_template")
    hit = page.css_first("#app-results a")
    assert hit.attributes["href"] == "/docs/jinja/3.1.x/api.html#jinja2.Environment.get_template"
    assert hit.css_first(".kind").text() == "method"
    assert hit.css_first(".hit-heading b").text() == "jinja2.Environment.get_template"
    assert "(name, parent=None, globals=None)" in hit.css_first(".hit-heading").text()
    assert hit.css_first(".hit-summary").text().startswith("Load a template by name")
    assert hit.css_first(".hit-place").text().startswith("jinja 3.1.x")


async def test_what_was_searched_for_is_marked(client: AsyncClient):
    page = await html(client, "/search?q=get_template")
    assert page.css_first("#app-results a mark").text().lower() == "get_template"


async def test_htmx_gets_only_the_part_that_changes(client: AsyncClient):
    whole = await client.get("/search?q=loader")
    part = await client.get("/search?q=loader", headers=FRAGMENT)
    assert "<html" in whole.text
    assert "<html" not in part.text
    assert part.text.startswith("<title>loader · livedocs</title>")
    shown = [
        [(hit.attributes["href"], hit.text()) for hit in LexborHTMLParser(answer.text).css("#app-results a")]
        for answer in (whole, part)
    ]
    assert shown[0] == shown[1] != []
    for answer in (whole, part):
        assert sorted(answer.headers["vary"].lower().split(", ")) == ["hx-request-type"]


async def test_an_answer_is_stored_once_and_replayed(client: AsyncClient):
    first = await client.get("/search?q=what+is+asked+twice", headers=FRAGMENT)
    again = await client.get("/search?q=what+is+asked+twice&utm_source=x", headers=FRAGMENT | {"Cookie": "theme=dark"})
    assert "age" not in first.headers
    assert again.headers["age"]
    assert again.text == first.text
    for other in ("&selected=jinja/3.1.x/api.html", "&explain=1"):
        assert "age" not in (await client.get(f"/search?q=what+is+asked+twice{other}", headers=FRAGMENT)).headers
    assert "age" not in (await client.get("/search?q=what+is+asked+twice")).headers


async def test_the_number_of_results_is_announced(client: AsyncClient):
    page = await html(client, "/search?q=loader")
    count = len(page.css("#app-results a"))
    status = page.css_first("#app-status")
    assert status.attributes["role"] == "status"
    assert status.text() == f"{count} results for loader."
    description = page.css_first('meta[name="description"]').attributes["content"] or ""
    assert description.startswith(status.text())


async def test_a_correction_is_announced_and_the_original_query_stays_in_the_box(client: AsyncClient):
    page = await html(client, "/search?q=get_tmeplate")
    assert page.css_first("#app-corrected").text().startswith("Showing results for get_template.")
    assert page.css_first("#app-status").text().startswith("Showing results for get_template.")
    assert page.css_first("#app-query").attributes["value"] == "get_tmeplate"


@pytest.mark.parametrize(
    ("address", "as_typed"),
    [
        ("/search?q=get_tmeplate", "/search?q=%22get_tmeplate%22"),
        ("/search?q=get_tmeplate&explain=1", "/search?q=%22get_tmeplate%22&explain=1"),
        ("/search?q=get_tmeplate kind:method", "/search?q=%22get_tmeplate%22%20kind%3Amethod"),
        ("/search?q=docset:jinja get_tmeplate -loader", "/search?q=%22get_tmeplate%22%20docset%3Ajinja%20-loader"),
    ],
)
async def test_a_correction_is_taken_back_by_the_link_beside_it(client: AsyncClient, address: str, as_typed: str):
    page = await html(client, address)
    link = page.css_first("#app-corrected a")
    assert link.attributes["href"] == as_typed
    literal = await html(client, as_typed)
    assert literal.css("#app-corrected") == []
    assert "Nothing found" in literal.css_first("h1").text()
    assert "Only what says “get_tmeplate” just so was searched." in literal.css_first("#app-advice").text()


async def test_why_hits_stand_where_they_do_is_one_link_away_and_back(client: AsyncClient):
    plain = await html(client, "/search?q=loader kind:class")
    assert plain.css(".hit-why") == []
    toggle = plain.css_first("#app-explain")
    assert toggle.text() == "Why this order?"
    assert toggle.attributes["href"] == "/search?q=loader%20kind%3Aclass&explain=1"
    explained = await html(client, toggle.attributes["href"] or "")
    hits = explained.css("a.hit")
    assert len(explained.css(".hit-why")) == len(hits) == len(plain.css("a.hit"))
    first = hits[0].css_first(".hit-why").text().split(" · ")
    assert first[0].startswith("found by ")
    assert all(reason.rpartition(" ")[2][0] in "+-" for reason in first[1:])
    assert explained.css_first("form input[name=explain]").attributes["value"] == "1"
    assert explained.css_first("#app-explain").text() == "Hide why"
    assert explained.css_first("#app-explain").attributes["href"] == "/search?q=loader%20kind%3Aclass"


async def test_typing_goes_on_explaining(client: AsyncClient):
    answer = await client.get("/search?q=loader&explain=1", headers=FRAGMENT)
    assert LexborHTMLParser(answer.text).css(".hit-why")


async def test_nothing_found_says_what_was_searched_and_what_to_try(client: AsyncClient):
    page = await html(client, "/search?q=qqzzxxvvkk")
    assert "Nothing found for “qqzzxxvvkk”" in page.css_first("#app-main").text()
    advice = page.css_first("#app-advice").text()
    assert "Jinja 3.1.x" in advice
    assert "Only" not in advice
    assert "Filters are written" not in advice


@pytest.mark.parametrize(
    ("address", "said", "instead"),
    [
        ("qqzz kind:class", "Only entries of the kind class were searched.", "/search?q=qqzz"),
        ("qqzz kind:nosuch", "the kind nosuch were searched. There are: ", "/search?q=qqzz"),
        ("qqzz docset:flask", "Only the docset flask was searched. The library holds: jinja@3.1.x.", "/search?q=qqzz"),
        ("jinja@3.1.x: qqzz", "Only the docset jinja@3.1.x was searched.", "/search?q=qqzz"),
        ("jinja@2: qqzz", "jinja@2 was searched. The library holds: jinja@3.1.x.", "/search?q=qqzz"),
        ("qqzz in:jinja2.nodes", "Only the module jinja2.nodes was searched.", "/search?q=qqzz"),
        ("qqzz new:3.1", "Only what came in version 3.1 was searched", "/search?q=qqzz"),
        ("qqzz deprecated:yes", "Only what is deprecated was searched.", "/search?q=qqzz"),
        ('"no such words"', "Only what says “no such words” just so was searched.", "/search?q=no%20such%20words"),
        ("kind:nosuch", "Only entries of the kind nosuch were searched.", None),
        ("typ:qqzz", "Filters are written kind:class", None),
    ],
)
async def test_nothing_found_names_each_limit_and_offers_to_search_everything(
    client: AsyncClient, address: str, said: str, instead: str | None
):
    advice = (await html(client, f"/search?q={address}")).css_first("#app-advice")
    assert said in advice.text()
    assert [link.attributes["href"] for link in advice.css("a")] == ([instead] if instead else [])


@pytest.mark.parametrize(
    "query",
    ["loader kind:class", "kind:class loader", "in:jinja2 kind:class loader", "jinja@3.1.x: loader kind:Class"],
)
async def test_filters_in_the_query_reach_the_page_the_fragment_and_the_api(client: AsyncClient, query: str):
    whole = await client.get("/search", params={"q": query})
    part = await client.get("/search", params={"q": query}, headers=FRAGMENT)
    for answer in (whole, part):
        assert {kind.text() for kind in LexborHTMLParser(answer.text).css("#app-results .kind")} == {"class"}
    hits = (await client.get("/api/v1/search", params={"q": query})).json()["hits"]
    assert {hit["kind"] for hit in hits} == {"class"}


async def test_filters_are_links_that_write_themselves_into_the_query_and_out_of_it(client: AsyncClient):
    page = await html(client, "/search?q=loader&explain=1")
    suggested = {chip.text(): chip.attributes["href"] for chip in page.css(".chip")}
    assert suggested["kind:class"] == "/search?q=loader%20kind%3Aclass&explain=1"
    assert not any(words.startswith("docset:") for words in suggested), "there is one docset only"
    limited = await html(client, suggested["kind:class"] or "")
    assert {kind.text() for kind in limited.css("#app-results .kind")} == {"class"}
    chip = limited.css_first(".chip.is-applied")
    assert chip.attributes["aria-label"] == "Remove the filter kind:class"
    assert chip.attributes["href"] == "/search?q=loader&explain=1"
    assert len(limited.css(".chip")) == 1


async def test_a_filter_that_leaves_nothing_can_be_taken_out(client: AsyncClient):
    page = await html(client, "/search?q=get_template docset:flask")
    assert page.css_first("#app-advice a").attributes["href"] == "/search?q=get_template"
    assert page.css_first(".chip.is-applied").attributes["href"] == "/search?q=get_template"


async def test_without_a_query_the_search_page_shows_the_library(client: AsyncClient):
    assert "In this library" in (await client.get("/search?q=%20%20")).text


async def test_a_page_is_read_in_place_with_its_source_licence_and_original_named(client: AsyncClient):
    page = await html(client, TEMPLATES)
    article = page.css_first("article.reading")
    assert article.css_first("h1").text().startswith("Template Designer Documentation")
    assert article.css_first("#list-of-control-structures")
    assert page.css_first("nav[aria-label=Breadcrumb] a").attributes["href"] == "/docs/jinja/3.1.x/index.html"
    assert "Pallets" in page.css_first("#app-main").text()
    assert "python-jinja2-doc" in page.css_first("#app-main").text()
    assert page.css_first("a[rel=next]").attributes["href"].startswith("/docs/jinja/3.1.x/")


async def test_links_inside_a_page_stay_inside_the_app(client: AsyncClient):
    page = await html(client, TEMPLATES)
    inside = [
        link.attributes["href"] for link in page.css("article a.internal") if "html" in (link.attributes["href"] or "")
    ]
    assert inside
    assert all(href.startswith("/docs/jinja/3.1.x/") for href in inside)


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("/docs", "/"),
        ("/docs/", "/"),
        ("/docs/jinja", "/docs/jinja/3.1.x/index.html"),
        ("/docs/jinja/", "/docs/jinja/3.1.x/index.html"),
        ("/docs/jinja/3.1.x", "/docs/jinja/3.1.x/index.html"),
        ("/docs/jinja/3.1.x/", "/docs/jinja/3.1.x/index.html"),
    ],
)
async def test_an_address_above_the_pages_leads_to_the_nearest_first_page(
    client: AsyncClient, address: str, leads_to: str
):
    answer = await client.get(address)
    assert answer.status_code == 307
    assert answer.headers["location"] == leads_to


async def test_images_of_the_documentation_are_served(client: AsyncClient):
    index = await html(client, "/docs/jinja/3.1.x/index.html")
    source = index.css_first("article img").attributes["src"]
    image = await client.get(source)
    assert image.status_code == 200
    assert image.headers["content-type"].startswith("image/")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/docs/jinja/3.1.x/nowhere.html", "no such place: a page nowhere.html"),
        ("/docs/jinja/3.1.x/nowhere.png", "no such place: a file nowhere.png"),
        ("/docs/flask/9/index.html", "There is no docset flask 9"),
        ("/docs/flask/9/", "There is no docset flask 9"),
        ("/docs/flask", "There is no docset flask in"),
        ("/docs/jinja/9", "There is no docset jinja 9"),
        ("/nowhere", "Nothing matches the given URI"),
    ],
)
async def test_an_address_that_leads_nowhere_gets_a_page_that_says_so(client: AsyncClient, address: str, said: str):
    answer = await client.get(address)
    assert answer.status_code == 404
    assert said in answer.text
    assert LexborHTMLParser(answer.text).css_first("#app-query")


async def test_a_query_that_is_too_long_is_refused_in_words(client: AsyncClient):
    for headers in ({}, FRAGMENT):
        answer = await client.get("/search", params={"q": "x" * 10_000}, headers=headers)
        assert answer.status_code == 422
        assert "at most 1000 can be answered" in answer.text
        assert "This query cannot be answered" in LexborHTMLParser(answer.text).css_first("h1").text()


@pytest.mark.parametrize(
    "address", ["/docs/jinja/3.1.x/{}.html", "/docs/jinja/{}/index.html", "/docs/{}", "/{}", "/api/v1/{}"]
)
async def test_a_long_address_that_leads_nowhere_is_not_repeated_whole(client: AsyncClient, address: str):
    answer = await client.get(address.format("x" * 30_000))
    assert answer.status_code == 404
    assert "x" * 201 not in answer.text
