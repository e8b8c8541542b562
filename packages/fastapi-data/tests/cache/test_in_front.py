"""A cache in front of the whole application."""

import pytest
from asgi_lifespan import LifespanManager
from fastapi import APIRouter, FastAPI
from httpx2 import ASGITransport, AsyncClient
from starlette.types import ASGIApp, Receive, Scope, Send

from fastapi_data import CacheUsageError, ResponseCache, cache_response


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
