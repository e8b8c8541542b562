"""The reading view: what stands around a page, and the same place in another version."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient
from selectolax.lexbor import LexborHTMLParser


@pytest.fixture(scope="module")
async def versions(versions_library: Path, serve: Any, anyio_backend: str) -> AsyncGenerator[AsyncClient]:
    async with serve(versions_library) as client:
        yield client


async def test_the_pages_before_and_behind_are_named(client: AsyncClient):
    page = LexborHTMLParser((await client.get("/docs/jinja/3.1.x/api.html")).text)
    previous, following = page.css_first("a[rel=prev]"), page.css_first("a[rel=next]")
    assert previous.text().split() == ["Previous", "page", "Introduction"]
    assert following.text().split() == ["Next", "page", "Sandbox"]


async def test_a_page_is_described_by_its_first_paragraph_and_its_docset(client: AsyncClient):
    page = LexborHTMLParser((await client.get("/docs/jinja/3.1.x/sandbox.html")).text)
    description = page.css_first("meta[name=description]").attributes["content"]
    assert description.startswith("The Jinja sandbox can be used to render untrusted templates.")
    assert description.endswith("(Jinja 3.1.x)")


async def test_the_contents_list_sections_and_objects_as_lists_in_lists(client: AsyncClient):
    page = LexborHTMLParser((await client.get("/docs/jinja/3.1.x/api.html")).text)
    contents = page.css_first("#app-contents")
    assert contents.css_first("summary").text() == "On this page"
    lines = {link.text(): link.attributes["href"] for link in contents.css("details > ol > li > a")}
    assert lines["Basics"] == "#basics"
    inner = contents.css_first('a[href="#high-level-api"] + ol a')
    assert inner.text() == "jinja2.Environment"
    assert inner.attributes["class"] == "is-code"


async def test_a_page_of_one_version_offers_no_other(client: AsyncClient):
    page = LexborHTMLParser((await client.get("/docs/jinja/3.1.x/api.html")).text)
    assert page.css_first(".reading-versions") is None


async def test_other_versions_are_offered_newest_first(versions: AsyncClient):
    page = LexborHTMLParser((await versions.get("/docs/trap/1.0/index.html")).text)
    newest, own = page.css(".reading-versions li a")
    assert newest.attributes["href"] == "/docs/trap/2.0/index.html?from=1.0"
    assert (own.text(), own.attributes["aria-current"]) == ("Trap 1.0", "page")


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ("/docs/trap/2.0/index.html?from=1.0&anchor=trap.spring", "/docs/trap/2.0/spring.html#trap.spring"),
        ("/docs/trap/2.0/index.html?from=1.0", "/docs/trap/2.0/index.html"),
        ("/docs/trap/1.0/spring.html?from=2.0", "/docs/trap/1.0/index.html"),
        ("/docs/trap/1.0/spring.html?from=2.0&anchor=trap.spring", "/docs/trap/1.0/index.html#trap.spring"),
        ("/docs/trap/1.0/nowhere.html?from=2.0&anchor=%22%3E%0d%0aX", "/docs/trap/1.0/index.html"),
    ],
)
async def test_another_version_is_opened_where_the_same_stands(versions: AsyncClient, asked: str, place: str):
    answer = await versions.get(asked)
    assert (answer.status_code, answer.headers["location"]) == (307, place)


async def test_a_version_there_is_none_of_is_not_found(versions: AsyncClient):
    answer = await versions.get("/docs/trap/3.0/index.html?from=1.0&anchor=trap.spring")
    assert answer.status_code == 404
