"""What a library that was embedded adds: at once on a whole page and in the API, below the hits while one types."""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from asgi_lifespan import LifespanManager
from httpx2 import ASGITransport, AsyncClient
from selectolax.lexbor import LexborHTMLParser

from livedocs.library.embedding import embed_library
from livedocs.semantic.embedder import Embedder
from livedocs.settings import Settings
from livedocs.web.app import create_app
from livedocs.web.served import ServedLibrary

QUESTION = "forbid dangerous operations of untrusted code"
RARE_WORDS = "vulnerabilities attackers"
"""Hardly an entry holds these words; one is close to them in meaning."""
NO_WORDS = "hyperlinks anchors"
"""No entry holds these words; one is close to them in meaning."""
FRAGMENT = {"HX-Request-Type": "partial"}
ASKS_FOR_MEANING = "#app-results li[hx-get]"


@pytest.fixture(scope="session")
async def embedded(embedded_library: Path, semantic_cache: Path, anyio_backend: str) -> AsyncGenerator[AsyncClient]:
    app = create_app(Settings(library_path=embedded_library, cache_folder=semantic_cache))
    async with LifespanManager(app), AsyncClient(transport=ASGITransport(app), base_url="http://livedocs") as client:
        yield client


async def parsed(client: AsyncClient, address: str, **headers: str) -> LexborHTMLParser:
    answer = await client.get(address, headers=headers)
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text)


def targets(page: LexborHTMLParser) -> list[str | None]:
    return [hit.attributes["href"] for hit in page.css("a.hit")]


async def test_while_one_types_words_answer_and_the_page_asks_for_meaning_behind_the_last_hit(embedded: AsyncClient):
    page = await parsed(embedded, f"/search?q={QUESTION} kind:section&explain=1", **FRAGMENT)
    items = page.css("#app-results > li")
    asks = items[-1]
    assert asks.attributes["hx-get"] == (
        "/search/meaning?q=forbid%20dangerous%20operations%20of%20untrusted%20code%20kind%3Asection&explain=1"
    )
    assert asks.attributes["hx-swap"] == "outerHTML settle:0"
    assert "delay" in (asks.attributes["hx-trigger"] or "")
    assert len(page.css(ASKS_FOR_MEANING)) == 1
    assert all("its meaning" not in why.text() for why in page.css(".hit-why"))


@pytest.mark.parametrize(
    "query", ["template", "get_template", "jinja2.Environment", ":=", "KeyError: 'a b'", " a ", ""]
)
async def test_nothing_is_asked_of_meaning_where_it_cannot_help(embedded: AsyncClient, query: str):
    page = LexborHTMLParser((await embedded.get("/search", params={"q": query}, headers=FRAGMENT)).text)
    assert page.css(ASKS_FOR_MEANING) == []


async def test_a_library_without_vectors_asks_nothing_and_adds_nothing(client: AsyncClient):
    assert (await parsed(client, f"/search?q={QUESTION}", **FRAGMENT)).css(ASKS_FOR_MEANING) == []
    assert (await client.get(f"/search/meaning?q={QUESTION}")).text.strip() == ""


async def test_a_whole_page_needs_no_second_answer(embedded: AsyncClient):
    page = await parsed(embedded, f"/search?q={QUESTION}&explain=1")
    assert page.css(ASKS_FOR_MEANING) == []
    assert any("its meaning" in why.text() for why in page.css(".hit-why"))


async def test_what_is_added_is_new_numbered_on_and_at_most_five(embedded: AsyncClient):
    typed = await parsed(embedded, f"/search?q={QUESTION}", **FRAGMENT)
    added = await parsed(embedded, f"/search/meaning?q={QUESTION}")
    shown, more = targets(typed), targets(added)
    assert 1 <= len(more) <= 5
    assert not set(shown) & set(more)
    ids = [hit.attributes["id"] for hit in (*typed.css("a.hit"), *added.css("a.hit"))]
    assert ids == [f"app-hit-{number + 1}" for number in range(len(shown) + len(more))]
    assert added.css_first(".hits-divider").attributes["aria-hidden"] == "true"
    status = added.css_first("#app-status")
    assert status.text() == f"{len(ids)} results, {len(more)} of them close in meaning."
    assert status.attributes["hx-swap-oob"] == "innerHTML"


async def test_where_words_find_nothing_meaning_is_asked_all_the_same(embedded: AsyncClient):
    typed = await parsed(embedded, f"/search?q={NO_WORDS}", **FRAGMENT)
    assert "Nothing found" in typed.css_first("h1").text()
    assert len(typed.css(ASKS_FOR_MEANING)) == 1
    added = await parsed(embedded, f"/search/meaning?q={NO_WORDS}")
    assert added.css_first("a.hit").attributes["id"] == "app-hit-1"
    assert targets(added) == targets(await parsed(embedded, f"/search?q={NO_WORDS}"))


async def test_nonsense_is_near_to_nothing(embedded: AsyncClient):
    nonsense = "xyzzy plugh frotz"
    page = await parsed(embedded, f"/search?q={nonsense}")
    assert "Nothing found" in page.css_first("h1").text()
    assert (await embedded.get(f"/search/meaning?q={nonsense}")).text.strip() == ""


async def test_filters_and_explanations_hold_for_what_is_added(embedded: AsyncClient):
    added = await parsed(embedded, f"/search/meaning?q={RARE_WORDS} kind:section&explain=1")
    assert {kind.text() for kind in added.css(".kind")} == {"section"}
    whys = added.css(".hit-why")
    assert len(whys) == len(added.css("a.hit")) > 0
    assert all("its meaning" in why.text() for why in whys)
    assert targets(await parsed(embedded, f"/search/meaning?q={RARE_WORDS} docset:nosuch")) == []


async def test_the_api_compares_meanings_and_says_so_when_asked(embedded: AsyncClient, client: AsyncClient):
    question = {"q": QUESTION, "explain": "1"}
    by_both = (await embedded.get("/api/v1/search", params=question)).json()["hits"]
    by_words = (await client.get("/api/v1/search", params=question)).json()["hits"]
    assert [hit["target"] for hit in by_both] != [hit["target"] for hit in by_words]
    assert any(reason.startswith("means it ") for hit in by_both for reason in hit["why"])
    one_word = {"q": "template"}
    names = [
        [hit["name"] for hit in (await asked.get("/api/v1/search", params=one_word)).json()["hits"]]
        for asked in (embedded, client)
    ]
    assert names[0] == names[1]


@pytest.mark.parametrize("query", ["x" * 10_000, "x " * 2_000])
async def test_a_query_that_is_too_long_is_refused(embedded: AsyncClient, query: str):
    answer = await embedded.get("/search/meaning", params={"q": query}, headers=FRAGMENT)
    assert answer.status_code == 422
    assert "<html" not in answer.text


@pytest.mark.parametrize("address", [f"/search?q={QUESTION}", f"/api/v1/search?q={QUESTION}"])
async def test_embedding_changes_the_validator_of_every_answer(
    embedded: AsyncClient, client: AsyncClient, address: str
):
    before = (await client.get(address)).headers["etag"]
    after = await embedded.get(address, headers={"If-None-Match": before})
    assert after.status_code == 200
    assert after.headers["etag"] != before


async def test_a_library_embedded_while_it_is_served_is_then_searched_by_meaning(
    jinja_library: Path, vectors_of_jinja: Path, embedder: Embedder, models_folder: Path, tmp_path: Path
):
    path = shutil.copy(jinja_library, tmp_path / "library.sqlite")
    library = ServedLibrary(path, models_folder)
    await library.load()
    before = library.current
    assert before.meaning is None
    embed_library(path, embedder, shutil.copy(vectors_of_jinja, tmp_path / "vectors.sqlite"))
    assert await library.refresh()
    assert library.current.meaning is not None
    assert library.current.hash != before.hash
    await library.dispose()


async def test_without_the_extra_words_answer_with_one_warning_and_other_validators(
    embedded: AsyncClient,
    embedded_library: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    monkeypatch.setitem(sys.modules, "onnx", None)  # as if it were not installed
    with caplog.at_level(logging.WARNING, "livedocs"):
        app = create_app(Settings(library_path=embedded_library, cache_folder=tmp_path))
        async with LifespanManager(app), AsyncClient(transport=ASGITransport(app), base_url="http://livedocs") as other:
            page = await parsed(other, f"/search?q={QUESTION}", **FRAGMENT)
            assert page.css("a.hit")
            assert page.css(ASKS_FOR_MEANING) == []
            etags = [(await asked.get(f"/search?q={QUESTION}")).headers["etag"] for asked in (other, embedded)]
    assert etags[0] != etags[1]
    (record,) = caplog.records
    assert record.getMessage().startswith("Questions are answered by their words alone. ")
    assert "pip install 'livedocs[semantic]'" in record.getMessage()
