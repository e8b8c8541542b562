"""Searches on a library in PostgreSQL with a real streaming replica, whichever of the two servers is there."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import anyio.lowlevel
import pytest
from anyio import to_thread
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from own_servers import PostgresServer, new_postgres
from sqlalchemy import text

from fastapi_data import PostgresDatabase
from fastapi_data.testing.provisioning import in_thread
from livedocs.library.postgres.connecting import opened
from livedocs.library.postgres.migrating import migrate
from livedocs.library.postgres.publishing import publishing
from livedocs.settings import Settings
from livedocs.web.app import create_app

PORT = text("SELECT current_setting('port')::int")
Servers = tuple[PostgresServer, PostgresServer]


async def publish(primary: PostgresServer, library: Path) -> None:
    async with opened(PostgresDatabase(primary.url)) as engine, publishing(engine) as publisher:
        await publisher.publish(library)


@pytest.fixture(scope="module")
def servers(small_library: Path) -> Iterator[Servers]:
    """A primary with a published library, and a replica of it."""
    with new_postgres() as primary, new_postgres() as replica:
        primary.initialise()
        primary.start()
        in_thread(migrate(PostgresDatabase(primary.url)))
        in_thread(publish(primary, small_library))
        replica.copy_of(primary)
        replica.start()
        yield primary, replica


@pytest.fixture(scope="module")
async def app(servers: Servers, anyio_backend: str) -> AsyncGenerator[FastAPI]:
    primary, replica = servers
    app = create_app(Settings(database_url=primary.url, replica_urls=replica.url))
    async with LifespanManager(app, startup_timeout=60, shutdown_timeout=60):
        yield app


@pytest.fixture
async def client(app: FastAPI, servers: Servers) -> AsyncGenerator[AsyncClient]:
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://livedocs") as client:
        await until_read_from(app, servers[1])
        yield client


async def port(app: FastAPI) -> int:
    return await app.state.library.read(lambda session, _: session.execute(PORT).scalar_one())


async def found(client: AsyncClient, query: str) -> list[str]:
    """What is found by asking the database: the API's answers are not kept."""
    answer = await client.get("/api/v1/search", params={"q": query})
    assert answer.status_code == 200
    return [hit["name"] for hit in answer.json()["hits"]]


async def until_read_from(app: FastAPI, server: PostgresServer) -> None:
    while await port(app) != server.port:
        await anyio.lowlevel.checkpoint()


async def until(client: AsyncClient, status: str) -> dict[str, dict[str, str]]:
    """How the parts are once the report says this."""
    while (report := await client.get("/readyz")).json()["status"] != status:
        assert report.status_code == 200
    return report.json()["dependencies"]


async def test_searches_read_from_the_replica(client: AsyncClient, app: FastAPI, servers: Servers):
    assert "kettle.boil" in await found(client, "boil")
    assert await port(app) == servers[1].port
    dependencies = await until(client, "ready")
    assert {"primary", "replicas"} <= dependencies.keys()


async def test_a_replica_that_lacks_the_library_is_left_out_until_it_has_it(
    client: AsyncClient, app: FastAPI, servers: Servers, small_library: Path, versions_library: Path
):
    primary, replica = servers
    for library, name in ((versions_library, "trap.spring"), (small_library, "kettle.boil")):
        await to_thread.run_sync(replica.sql, "SELECT pg_wal_replay_pause()")
        await publish(primary, library)
        while name not in await found(client, name):
            await anyio.lowlevel.checkpoint()
        assert await port(app) == primary.port
        assert (await until(client, "degraded"))["replicas"]["reason"] == "Of 1 replicas are left out: 1 behind."
        await to_thread.run_sync(replica.sql, "SELECT pg_wal_replay_resume()")
        await until_read_from(app, replica)
        await until(client, "ready")


async def test_searches_go_on_with_the_primary_gone_and_the_report_says_so(
    client: AsyncClient, app: FastAPI, servers: Servers
):
    primary, replica = servers
    await to_thread.run_sync(primary.kill)
    dependencies = await until(client, "degraded")
    assert dependencies["primary"]["status"] == "failed"
    assert dependencies["library"]["status"] == "ok"
    assert "kettle.boil" in await found(client, "boil")
    assert await port(app) == replica.port
    await to_thread.run_sync(primary.start)
    await until(client, "ready")


async def test_searches_go_on_with_the_replica_gone_and_return_to_it(
    client: AsyncClient, app: FastAPI, servers: Servers
):
    primary, replica = servers
    await to_thread.run_sync(replica.kill)
    assert "kettle.boil" in await found(client, "boil")
    assert await port(app) == primary.port
    assert (await until(client, "degraded"))["replicas"]["reason"] == "Of 1 replicas are left out: 1 away."
    await to_thread.run_sync(replica.start)
    await until_read_from(app, replica)
