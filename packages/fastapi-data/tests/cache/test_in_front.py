"""A cache in front of the whole application."""

from itertools import count

import pytest
from asgi_lifespan import LifespanManager
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import FastAPIDeprecationWarning
from httpx2 import ASGITransport, AsyncClient
from starlette.types import ASGIApp, Receive, Scope, Send

from fastapi_data import CacheUsageError, MemoryStore, ResponseCache, cache_response, never_cache


class CountingMiddleware:
    """Stands for whatever an application does on every request."""

    requests = 0

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        CountingMiddleware.requests += scope["type"] == "http"
        await self.app(scope, receive, send)


def application(calls: list[str]) -> FastAPI:
    app = FastAPI()
    app.add_middleware(CountingMiddleware)

    @app.get("/items")
    @cache_response
    async def items() -> list[str]:
        calls.append("items")
        return ["one"]

    @app.get("/uncached")
    async def uncached() -> str:
        calls.append("uncached")
        return "always new"

    return app


def client_of(app: ASGIApp) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app), base_url="http://test")


async def test_a_hit_runs_neither_the_route_nor_any_middleware() -> None:
    calls: list[str] = []
    async with client_of(ResponseCache().in_front_of(application(calls))) as client:
        first = await client.get("/items")
        before = CountingMiddleware.requests
        second = await client.get("/items")
    assert calls == ["items"]
    assert CountingMiddleware.requests == before
    assert (second.json(), second.headers["etag"]) == (first.json(), first.headers["etag"])


async def test_everything_else_reaches_the_application() -> None:
    calls: list[str] = []
    async with client_of(ResponseCache().in_front_of(application(calls))) as client:
        for _ in range(2):
            assert (await client.get("/uncached")).json() == "always new"
        assert (await client.get("/nowhere")).status_code == 404
    assert calls == ["uncached", "uncached"]


async def test_the_lifespan_runs_and_a_wrong_mark_stops_it() -> None:
    app = FastAPI()
    cached = ResponseCache().in_front_of(app)

    @cache_response
    @app.get("/wrong")
    async def wrong() -> str:
        return "never"

    with pytest.raises(CacheUsageError):
        async with LifespanManager(cached):
            pass


async def test_routes_are_found_below_the_servers_root_path() -> None:
    calls: list[str] = []
    transport = ASGITransport(ResponseCache().in_front_of(application(calls)), root_path="/api")
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        for _ in range(2):
            assert (await client.get("/api/items")).json() == ["one"]
    assert calls == ["items"]


async def test_the_root_path_that_the_application_names_counts_as_it_does_for_its_routes() -> None:
    with pytest.warns(FastAPIDeprecationWarning, match="root_path"):
        app = FastAPI(root_path="/api")
    calls = count()

    @app.get("/items")
    @never_cache
    async def items() -> int:
        return next(calls)

    @app.get("/api/items")
    async def never_reached() -> str:
        return "not this one"

    async with client_of(ResponseCache().in_front_of(app, every_route=True)) as client:
        assert [(await client.get("/api/items")).json() for _ in range(2)] == [0, 1]


async def test_a_stale_answer_stands_in_for_an_error_that_the_application_has_answered_itself(clock, caplog) -> None:
    app = FastAPI()
    calls = count()

    @app.get("/")
    @cache_response(ttl_seconds=10, stale_if_error_seconds=20)
    async def number() -> int:
        if next(calls):
            raise RuntimeError("It failed.")
        return 0

    async with client_of(ResponseCache(MemoryStore(clock=clock)).in_front_of(app)) as client:
        await client.get("/")
        clock.seconds += 29.9
        answer = await client.get("/")
        assert (answer.status_code, answer.json(), answer.headers["age"]) == (200, 0, "29")
        assert "It failed." in caplog.text
        clock.seconds += 0.1
        with pytest.raises(RuntimeError, match="It failed"):
            await client.get("/")


async def test_every_route_can_be_meant() -> None:
    calls: list[str] = []
    async with client_of(ResponseCache().in_front_of(application(calls), every_route=True)) as client:
        for _ in range(2):
            await client.get("/uncached")
    assert calls == ["uncached"]


def test_a_cache_is_in_one_place_only() -> None:
    cache, app = ResponseCache(), FastAPI()
    app.include_router(APIRouter())
    cache.install(app)
    with pytest.raises(CacheUsageError, match="already"):
        cache.in_front_of(app)
