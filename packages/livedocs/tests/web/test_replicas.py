"""Searches on a library in PostgreSQL with a real streaming replica, whichever of the two servers is there."""

from __future__ import annotations

import os
import subprocess
import sys
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

from livedocs.settings import Settings
from livedocs.web.app import create_app

PORT = text("SELECT current_setting('port')::int")
Servers = tuple[PostgresServer, PostgresServer]


def livedocs(primary: PostgresServer, *arguments: str) -> None:
    command = [str(Path(sys.executable).with_name("livedocs")), *arguments]
    subprocess.run(command, env=os.environ | {"LIVEDOCS_DATABASE_URL": primary.url}, check=True, capture_output=True)


@pytest.fixture(scope="module")
def servers(jinja_library: Path) -> Iterator[Servers]:
    """A primary with a published library, and a replica of it."""
    with new_postgres() as primary, new_postgres() as replica:
        primary.initialise()
        primary.start()
        livedocs(primary, "migrate")
        livedocs(primary, "publish", str(jinja_library))
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


async def until_read_from(app: FastAPI, server: PostgresServer) -> None:
    while await port(app) != server.port:
        await anyio.lowlevel.checkpoint()


async def until(client: AsyncClient, status: str) -> dict[str, dict[str, str]]:
    """How the parts are once the report says this."""
    while (report := await client.get("/readyz")).json()["status"] != status:
        assert report.status_code == 200
    return report.json()["dependencies"]


async def test_searches_read_from_the_replica(client: AsyncClient, app: FastAPI, servers: Servers):
    assert "jinja2.Template" in (await client.get("/search?q=jinja2.Template")).text
    assert await port(app) == servers[1].port
    dependencies = await until(client, "ready")
    assert {"primary", "replicas"} <= dependencies.keys()


async def test_a_replica_that_lacks_the_library_is_left_out_until_it_has_it(
    client: AsyncClient, app: FastAPI, servers: Servers, jinja_library: Path, hostile_library: Path
):
    primary, replica = servers
    for library, found in ((hostile_library, "trap.spring"), (jinja_library, "jinja2.Template")):
        await to_thread.run_sync(replica.sql, "SELECT pg_wal_replay_pause()")
        await to_thread.run_sync(livedocs, primary, "publish", str(library))
        while found not in (await client.get(f"/search?q={found}")).text:
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
    assert "jinja2.Environment" in (await client.get("/search?q=jinja2.Environment")).text
    assert await port(app) == replica.port
    await to_thread.run_sync(primary.start)
    await until(client, "ready")


async def test_searches_go_on_with_the_replica_gone_and_return_to_it(
    client: AsyncClient, app: FastAPI, servers: Servers
):
    primary, replica = servers
    await to_thread.run_sync(replica.kill)
    assert "jinja2.Undefined" in (await client.get("/search?q=jinja2.Undefined")).text
    assert await port(app) == primary.port
    assert (await until(client, "degraded"))["replicas"]["reason"] == "Of 1 replicas are left out: 1 away."
    await to_thread.run_sync(replica.start)
    await until_read_from(app, replica)
