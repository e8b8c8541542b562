"""An application with a cache and a clock that only the test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from fastapi_data import MemoryStore, ResponseCache


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> MemoryStore:
    return MemoryStore(clock=clock)


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
