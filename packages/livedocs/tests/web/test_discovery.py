"""How browsers learn of livedocs."""

from __future__ import annotations

import struct
from xml.etree import ElementTree as ET

import pytest
from httpx2 import AsyncClient
from selectolax.lexbor import LexborHTMLParser

OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
PNG = b"\x89PNG\r\n\x1a\n"


async def test_the_address_bar_learns_where_to_search_and_where_to_ask_for_suggestions(client: AsyncClient):
    page = LexborHTMLParser((await client.get("/")).text)
    link = page.css_first('link[rel="search"]').attributes
    answer = await client.get(link["href"])
    assert answer.headers["content-type"].split(";")[0] == link["type"] == "application/opensearchdescription+xml"
    description = ET.fromstring(answer.text)
    assert description.tag == f"{OPENSEARCH}OpenSearchDescription"
    assert len(description.findtext(f"{OPENSEARCH}ShortName")) <= 16
    assert "Jinja 3.1.x" in description.findtext(f"{OPENSEARCH}Description")
    templates = {url.get("rel"): url.get("template") for url in description.iter(f"{OPENSEARCH}Url")}
    assert set(templates) == {"results", "suggestions", "self"}
    assert (await client.get(templates["self"])).text == answer.text
    assert "jinja2.Environment" in (await client.get(templates["results"].replace("{searchTerms}", "Environ"))).text
    image = await client.get(description.findtext(f"{OPENSEARCH}Image"), follow_redirects=True)
    assert image.status_code == 200


async def test_suggestions_are_names_with_what_they_are_and_where(client: AsyncClient):
    answer = await client.get("/suggestions", params={"q": "Environ"})
    assert answer.headers["content-type"] == "application/x-suggestions+json"
    query, names, descriptions, addresses = answer.json()
    assert query == "Environ"
    assert names[0] == "jinja2.Environment"
    assert len(names) == len(set(names)) == len(descriptions) == len(addresses) <= 8
    assert descriptions[0] == "class, jinja 3.1.x"
    assert addresses[0] == "http://livedocs/docs/jinja/3.1.x/api.html#jinja2.Environment"


async def test_suggestions_are_replayed_to_whoever_types_the_same(client: AsyncClient):
    await client.get("/suggestions?q=loader")
    assert "age" in (await client.get("/suggestions?q=loader&client=other")).headers


@pytest.mark.parametrize("query", ["", "   ", "qqqzzzxxx", "\x00"])
async def test_without_anything_found_there_are_no_suggestions(client: AsyncClient, query: str):
    answer = await client.get("/suggestions", params={"q": query})
    assert answer.json() == [query, [], [], []]


async def test_the_manifest_names_icons_of_the_size_it_says(client: AsyncClient):
    page = LexborHTMLParser((await client.get("/")).text)
    answer = await client.get(page.css_first('link[rel="manifest"]').attributes["href"])
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert manifest["name"] == "livedocs"
    purposes = set()
    for icon in manifest["icons"]:
        image = await client.get(icon["src"])
        assert image.headers["content-type"] == icon["type"]
        purposes.add(icon.get("purpose", "any"))
        if icon["sizes"] != "any":
            assert image.content.startswith(PNG)
            width, height = struct.unpack_from(">II", image.content, 16)
            assert f"{width}x{height}" == icon["sizes"]
    assert purposes == {"any", "maskable"}


async def test_pages_link_icons_for_every_browser(client: AsyncClient):
    page = LexborHTMLParser((await client.get("/")).text)
    icons = page.css('link[rel="icon"], link[rel="apple-touch-icon"]')
    assert [link.attributes["rel"] for link in icons] == ["icon", "icon", "apple-touch-icon"]
    for link in icons:
        assert (await client.get(link.attributes["href"])).status_code == 200
    content = (await client.get("/favicon.ico", follow_redirects=True)).content
    reserved, kind, count = struct.unpack_from("<HHH", content)
    assert (reserved, kind, count) == (0, 1, 3)
    for index in range(count):
        pixels, _, _, _, _, _, size, offset = struct.unpack_from("<BBBBHHII", content, 6 + 16 * index)
        assert content[offset : offset + 8] == PNG
        assert struct.unpack_from(">I", content, offset + 16) == (pixels,)
        assert offset + size <= len(content)


@pytest.mark.parametrize("address", ["/", "/search?q=loader", "/docs/jinja/3.1.x/api.html", "/nowhere"])
async def test_every_page_has_a_title_a_description_and_colours_for_the_browser_around_it(
    client: AsyncClient, address: str
):
    page = LexborHTMLParser((await client.get(address)).text)
    assert "livedocs" in page.css_first("title").text()
    assert page.css_first("meta[name=description]").attributes["content"]
    assert len(page.css("meta[name=theme-color]")) == 2
    assert all(page.css_first(landmark) for landmark in ("body > header", "main", "body > footer"))
