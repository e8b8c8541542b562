"""How much one request, and one client, may ask for."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import anyio
import pytest
from asgi_lifespan import LifespanManager
from httpx2 import ASGITransport, AsyncClient

from livedocs.settings import Settings
from livedocs.web.app import create_app
from livedocs.web.limits.rates import _client

Serve = Callable[..., AbstractAsyncContextManager[AsyncClient]]


@pytest.fixture
def serve(jinja_library: Path, anyio_backend: str) -> Serve:
    """The application with other limits, asked from an address."""

    @asynccontextmanager
    async def serving(address: str = "192.0.2.7", **settings: object) -> AsyncGenerator[AsyncClient]:
        app = create_app(Settings(library_path=jinja_library, **settings))

        @app.get("/api/v1/endless")
        async def endless() -> None:
            await anyio.sleep_forever()

        transport = ASGITransport(app, client=(address, 1))
        async with LifespanManager(app), AsyncClient(transport=transport, base_url="http://livedocs") as client:
            yield client

    return serving


async def test_a_client_that_asks_too_often_is_told_when_to_ask_again(serve: Serve):
    async with serve(rate_limit="2/hour") as client:
        answers = [await client.get("/api/v1/search", params={"q": "Environment"}) for _ in range(3)]
        page = await client.get("/search", params={"q": "Environment"})
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"default";q=2;w=3600'}
    left = [re.fullmatch(r'"default";r=(\d+);t=(\d+)', answer.headers["RateLimit"]) for answer in answers]
    assert [found and int(found[1]) for found in left] == [1, 0, 0]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 3600
    assert answers[2].headers["Content-Type"] == "application/problem+json"
    assert answers[2].headers["Cache-Control"] == "no-store"
    assert answers[2].headers["X-Request-ID"]
    assert page.status_code == 429
    assert "Too Many Requests" in page.text
    assert "Content-Security-Policy" in page.headers


async def test_answers_from_the_cache_count_and_health_does_not(serve: Serve):
    async with serve(rate_limit="2/hour") as client:
        assert [(await client.get("/")).status_code for _ in range(3)] == [200, 200, 429]
        for free in ("/healthz", "/readyz", "/metrics"):
            answer = await client.get(free)
            assert answer.status_code == 200
            assert "RateLimit" not in answer.headers


async def test_without_a_limit_nothing_is_said_of_one(serve: Serve):
    async with serve() as client:
        assert "RateLimit" not in (await client.get("/")).headers


def test_a_client_is_an_address_or_the_network_that_ipv6_gives_one():
    assert _client("192.0.2.7") != _client("192.0.2.8")
    assert _client("2001:db8::1") == _client("2001:db8::ffff:1")
    assert _client("2001:db8::1") != _client("2001:db8:0:1::1")
    assert _client("::ffff:192.0.2.7") == _client("192.0.2.7")


async def test_an_address_that_is_too_long_is_refused(serve: Serve):
    async with serve(max_target_bytes=1024) as client:
        answer = await client.get("/api/v1/search", params={"q": "a" * 1024})
        assert answer.status_code == 414
        assert "1024 bytes" in answer.json()["detail"]
        assert (await client.get("/search", params={"q": "a" * 900})).status_code == 200


async def test_headers_that_are_too_long_together_are_refused(serve: Serve):
    async with serve(max_target_bytes=1024) as client:
        headers = {f"X-{number}": "a" * 1000 for number in range(20)}
        answer = await client.get("/api/v1/docsets", headers=headers)
        assert (answer.status_code, answer.headers["Content-Type"]) == (431, "application/problem+json")
        assert (await client.get("/api/v1/docsets", headers={"X-1": "a" * 1000})).status_code == 200


async def test_a_body_that_is_too_large_or_of_unknown_length_is_refused(serve: Serve):
    async def parts() -> AsyncGenerator[bytes]:
        yield b"x"

    async with serve(max_body_bytes=10) as client:
        assert (await client.request("GET", "/api/v1/docsets", content=b"x" * 10)).status_code == 200
        refused = await client.request("GET", "/api/v1/docsets", content=b"x" * 11)
        assert (refused.status_code, refused.headers["Connection"]) == (413, "close")
        assert (await client.request("GET", "/api/v1/docsets", content=parts())).status_code == 411


async def test_an_answer_that_does_not_begin_in_time_is_given_up(serve: Serve):
    async with serve(request_timeout_seconds=0.05) as client:
        answer = await client.get("/api/v1/endless")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "0.05 s" in answer.json()["detail"]
