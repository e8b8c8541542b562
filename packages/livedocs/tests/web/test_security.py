"""Headers on every answer, and documentation that means harm."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from httpx2 import AsyncClient
from selectolax.lexbor import LexborHTMLParser

from livedocs.web.security import SECURITY_HEADERS


@pytest.fixture(scope="module")
async def hostile(
    hostile_library: Path, serve: Callable[[Path], AbstractAsyncContextManager[AsyncClient]], anyio_backend: str
) -> AsyncGenerator[AsyncClient]:
    async with serve(hostile_library) as client:
        yield client


ENTRY = "/entry/jinja/3.1.x/api.html?anchor=jinja2.Environment"


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/search?q=loader", "/search/meaning?q=loader", ENTRY, "/docs/jinja/3.1.x/api.html", "/nowhere"),
        *("/opensearch.xml", "/suggestions?q=loader", "/manifest.webmanifest", "/favicon.ico", "/build"),
        *("/api/v1/docsets", "/api/v1/no", "/healthz", "/readyz"),
    ],
)
async def test_every_answer_carries_the_security_headers(client: AsyncClient, address: str):
    answer = await client.get(address)
    assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


async def test_an_answer_that_was_not_modified_carries_them_too(client: AsyncClient):
    etag = (await client.get("/")).headers["etag"]
    answer = await client.get("/", headers={"If-None-Match": etag})
    assert answer.status_code == 304
    assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


async def test_the_cache_refusing_to_have_an_answer_made_carries_them_too(client: AsyncClient):
    answer = await client.get("/search?q=asked+by+nobody", headers={"Cache-Control": "only-if-cached"})
    assert answer.status_code == 504
    assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


def test_the_policy_allows_no_inline_code_and_no_eval():
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; ")


@pytest.mark.parametrize(
    "address", ["/", "/search?q=loader", "/search?q=qqqzzzxxx", "/docs/jinja/3.1.x/api.html", ENTRY]
)
async def test_pages_need_no_inline_code(client: AsyncClient, address: str):
    page = LexborHTMLParser((await client.get(address)).text)
    assert not page.css("script:not([src]), style, [style]")
    attributes = {name for element in page.css("*") for name in element.attributes}
    assert not {name for name in attributes if name.startswith("on")}


async def test_what_acts_in_a_page_of_documentation_is_gone(hostile: AsyncClient):
    page = LexborHTMLParser((await hostile.get("/docs/trap/1.0/index.html")).text)
    article = page.css_first("article.reading")
    assert article.css_first("h1").text().strip() == "Trap"
    assert not article.css("script, style, iframe, form, input, svg, [style], [onerror], [onload]")
    assert not article.css("[x-data], [x-init], [hx-get], [data-hx-get], [hx-trigger]")
    assert not article.css("a[href^=javascript]")


async def test_markup_in_a_summary_is_shown_as_text(hostile: AsyncClient):
    page = LexborHTMLParser((await hostile.get("/search?q=spring")).text)
    assert "<script>" in page.css_first(".hit-summary").text()


async def test_an_svg_image_is_served_in_a_sandbox(hostile: AsyncClient):
    image = await hostile.get("/docs/trap/1.0/_images/drawing.svg")
    assert image.headers["content-type"] == "image/svg+xml"
    assert image.headers["content-security-policy"].endswith("; sandbox")
    assert image.headers["x-content-type-options"] == "nosniff"
