"""Requests that several processes count together in Redis, which comes and goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from asgi_lifespan import LifespanManager
from httpx2 import ASGITransport, AsyncClient
from own_servers import RedisServer
from pydantic import SecretStr

from livedocs.settings import Settings
from livedocs.web.app import create_app


@pytest.fixture
def running_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


async def test_processes_count_together_and_nobody_is_refused_or_kept_waiting_without_redis(
    running_redis: RedisServer, jinja_library: Path, anyio_backend: str
):
    settings = Settings(library_path=jinja_library, redis_url=SecretStr(running_redis.url), rate_limit="2/hour")
    async with AsyncExitStack() as stack:
        clients: list[AsyncClient] = []
        for _ in range(2):
            app = create_app(settings)
            await stack.enter_async_context(LifespanManager(app))
            clients.append(AsyncClient(transport=ASGITransport(app), base_url="http://livedocs"))
        one, other = clients
        assert [(await client.get("/")).status_code for client in (one, other, one, other)] == [200, 200, 429, 429]
        assert (await one.get("/readyz")).json()["dependencies"]["redis"] == {"status": "ok", "reason": None}
        running_redis.stop()
        for _ in range(3):
            answer = await one.get("/search?q=without+Redis")
            assert answer.status_code == 200
            assert "RateLimit" not in answer.headers
        ready = await one.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        assert "Redis does not answer" in ready.json()["dependencies"]["redis"]["reason"]
        running_redis.start()
