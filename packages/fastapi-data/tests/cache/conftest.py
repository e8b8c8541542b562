"""An application with a cache and a clock that only the test moves; and stores."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import anyio
import httpx2
import pytest
import redis
from fastapi import FastAPI

from fastapi_data import MemoryStore, RedisStore, ResponseCache, TieredStore, cache_response
from fastapi_data.cache.store import ResponseStore

HERE = Path(__file__).parent


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Gate:
    """A route that stands still until the test lets it go on."""

    def __init__(self) -> None:
        self.calls = 0
        self.entered = [anyio.Event() for _ in range(30)]
        self.open = [anyio.Event() for _ in range(30)]

    async def pass_through(self) -> int:
        number = self.calls
        self.calls += 1
        self.entered[number].set()
        await self.open[number].wait()
        return number

    def add_route(self, app: FastAPI, **options) -> None:
        """Have an application answer / with its number, and cache that."""

        @app.get("/")
        @cache_response(**options)
        async def number() -> int:
            return await self.pass_through()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bound every asynchronous test: a defect that leaves a request waiting fails it, and does not stop the run."""
    for item in items:
        if item.path.parent == HERE and inspect.iscoroutinefunction(item.obj):
            item.obj = bounded(item.obj)


def bounded(test):
    @functools.wraps(test)
    async def run(*args, **kwargs) -> None:
        with anyio.fail_after(60):
            await test(*args, **kwargs)

    return run


@pytest.fixture
def redis_prefix(redis_url) -> Iterator[str]:
    prefix = f"fastapi-data-test:{uuid4().hex}:"
    yield prefix
    with redis.Redis.from_url(redis_url) as client:
        for name in client.scan_iter(f"{prefix}*"):
            client.delete(name)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def make_redis_store(redis_url, redis_prefix, clock) -> AsyncIterator[Callable[..., RedisStore]]:
    """Makes stores that share their answers, as those of several processes do."""
    stores: list[RedisStore] = []

    def make(**options) -> RedisStore:
        # Long enough for a machine under load: these tests are about a Redis that is there.
        stores.append(RedisStore(redis_url, prefix=redis_prefix, clock=clock, timeout_seconds=10, **options))
        return stores[-1]

    yield make
    for store in stores:
        await store.close()


@pytest.fixture
def store(clock) -> MemoryStore:
    return MemoryStore(clock=clock)


@pytest.fixture(params=["memory", "redis", "tiered"])
def any_store(request, clock, make_redis_store) -> ResponseStore:
    if request.param == "memory":
        return MemoryStore(clock=clock)
    return make_redis_store() if request.param == "redis" else TieredStore(make_redis_store())


@pytest.fixture
def make_client(client_of) -> Callable[..., httpx2.AsyncClient]:
    """Makes a client of an application that serves given routes with a cache of its own, as one worker does."""

    def make(cache: ResponseCache, add_routes: Callable[[FastAPI], None]) -> httpx2.AsyncClient:
        app = FastAPI()
        cache.install(app)
        add_routes(app)
        return client_of(app)

    return make


@pytest.fixture
def until_waiting() -> Callable[[ResponseCache, int], Awaitable[None]]:
    """Waits until so many requests wait for another's answer."""

    async def wait(cache: ResponseCache, requests: int) -> None:
        while cache.stats().waiting < requests:
            await anyio.lowlevel.checkpoint()

    return wait


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def cache(store: MemoryStore) -> ResponseCache:
    return ResponseCache(store, ttl_seconds=60, max_body_bytes=10_000)


@pytest.fixture
def app(cache: ResponseCache) -> FastAPI:
    app = FastAPI()
    cache.install(app)
    return app


@pytest.fixture
async def client(app: FastAPI, client_of) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(app) as client:
        yield client
