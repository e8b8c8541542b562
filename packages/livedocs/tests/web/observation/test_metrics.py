"""``/metrics``: what is counted, under which names, and who may see it."""

from __future__ import annotations

from pathlib import Path

import pytest
from asgi_lifespan import LifespanManager
from httpx2 import ASGITransport, AsyncClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from livedocs.settings import Settings
from livedocs.web.app import create_app

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    return found.get((name, frozenset((labels | {"worker": "1"}).items())), 0.0)


def requests_to(found: Samples, route: str, *, method: str = "GET", status: str = "200") -> float:
    return value(found, "livedocs_request_seconds_count", method=method, route=route, status=status)


@pytest.fixture
async def scrape(client: AsyncClient):
    async def scraping() -> Samples:
        answer = await client.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        return samples(answer.text)

    return scraping


async def test_requests_are_counted_by_the_template_of_their_route(client: AsyncClient, scrape):
    before = await scrape()
    for _ in range(3):
        await client.get("/search", params={"q": "counted by template"})  # the second and third from the cache
    await client.get("/api/v1/entries/1")
    await client.get("/docs/jinja/3.1.x/no-such-page.html")
    await client.head("/api/v1/entries/2")
    await client.get("/static/no-such-file.js")
    await client.get("/wp-login.php")
    after = await scrape()
    routes = {dict(labels)["route"] for name, labels in after if name == "livedocs_request_seconds_count"}

    def counted(route: str, **labels: str) -> float:
        return requests_to(after, route, **labels) - requests_to(before, route, **labels)

    assert counted("/search") == 3
    assert counted("/api/v1/entries/{entry_id}") == 1
    assert counted("/api/v1/entries/{entry_id}", method="HEAD") == 1
    assert counted("/static/", status="404") == 1
    assert requests_to(after, "(none)", status="404") >= 1
    assert not any("no-such-page" in route or "wp-login" in route for route in routes)


async def test_searches_are_timed_by_tier_and_only_when_the_cache_has_no_answer(client: AsyncClient, scrape):
    before = await scrape()
    for _ in range(2):
        await client.get("/search", params={"q": "Environment.get_template timed"})
    await client.get("/api/v1/search", params={"q": "Environment"})
    after = await scrape()
    for tier in ("names", "text", "ranking"):
        name = "livedocs_search_seconds_count"
        assert value(after, name, tier=tier) - value(before, name, tier=tier) == 2


async def test_library_cache_and_connections_are_told_of(client: AsyncClient, scrape):
    found = await scrape()
    docsets = (await client.get("/api/v1/docsets")).json()["docsets"]
    assert value(found, "livedocs_library_loaded") == 1
    assert value(found, "livedocs_library_docsets") == len(docsets)
    assert value(found, "livedocs_library_entries") == docsets[0]["entry_count"]
    (library,) = [labels for name, labels in found if name == "livedocs_library_info"]
    assert len(dict(library)["hash"]) > 32
    assert value(found, "livedocs_response_cache_requests_total", outcome="misses") > 0
    assert value(found, "livedocs_database_connections", database="library", state="limit") > 0


async def test_no_query_is_in_any_name_or_label(client: AsyncClient):
    await client.get("/search", params={"q": "zanzibar"})
    await client.get("/search", params={"q": "zanzibar"}, headers={"X-Request-ID": "zanzibar"})
    await client.request("ZANZIBAR", "/zanzibar")
    assert "zanzibar" not in (await client.get("/metrics")).text.lower()


async def test_with_a_token_only_who_sends_it_sees_metrics(jinja_library: Path, anyio_backend: str):
    token = "mK3rUq0zvYt1-b7Wc"
    app = create_app(Settings(library_path=jinja_library, metrics_token=SecretStr(token)))
    async with LifespanManager(app), AsyncClient(transport=ASGITransport(app), base_url="http://livedocs") as client:
        refused = await client.get("/metrics")
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"] == "Bearer"
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert (await client.get("/metrics", headers={"Authorization": "Bearer wrong"})).status_code == 401
        assert (await client.get("/metrics", headers={"Authorization": f"Bearer {token}"})).status_code == 200


async def test_metrics_can_be_switched_off(jinja_library: Path, anyio_backend: str):
    app = create_app(Settings(library_path=jinja_library, metrics=False))
    async with LifespanManager(app), AsyncClient(transport=ASGITransport(app), base_url="http://livedocs") as client:
        assert (await client.get("/metrics")).status_code == 404
        assert (await client.get("/search", params={"q": "Environment"})).status_code == 200
