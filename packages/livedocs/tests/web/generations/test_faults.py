"""A database that stops, hangs or is reached through PgBouncer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from own_servers import PostgresServer, new_pgbouncer, new_postgres
from sqlalchemy import make_url

from fastapi_data import PostgresDatabase
from fastapi_data.testing.provisioning import in_thread
from livedocs.errors import LibraryDatabaseError
from livedocs.library.postgres.connecting import opened
from livedocs.library.postgres.migrating import migrate
from livedocs.library.postgres.publishing import publishing
from livedocs.settings import Settings
from livedocs.web.generations import PostgresLibrary

Publish = Callable[[Path], Awaitable[None]]
Running = Callable[[Settings], AbstractAsyncContextManager[tuple[FastAPI, AsyncClient]]]


@pytest.fixture(scope="module")
def server(jinja_library: Path) -> Iterator[PostgresServer]:
    """A server of the tests' own, on which a library is published."""
    with new_postgres() as server:
        server.initialise()
        server.start()
        in_thread(_publish(server.url, jinja_library))
        yield server


async def _publish(url: str, library: Path) -> None:
    await migrate(PostgresDatabase(url))
    async with opened(PostgresDatabase(url)) as engine, publishing(engine) as publisher:
        await publisher.publish(library)


@pytest.fixture
def own_settings(server: PostgresServer, tmp_path: Path) -> Iterator[Settings]:
    yield Settings(library_path=tmp_path / "none.sqlite", cache_folder=tmp_path, database_url=server.url)
    if not server.is_running:  # as a test that failed may leave it
        server.start()


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    with anyio.fail_after(60):
        while not await holds():
            await anyio.lowlevel.checkpoint()


async def test_while_the_database_is_away_answers_say_when_to_ask_again_and_then_go_on(
    running: Running, own_settings: Settings, server: PostgresServer
):
    async with running(own_settings) as (_, client):

        async def answers() -> bool:
            found = await client.get("/api/v1/search", params={"q": "environment"})
            return found.status_code == 200 and bool(found.json()["hits"])

        assert await answers()
        await anyio.to_thread.run_sync(server.stop)
        for address in ("/api/v1/search?q=environment", "/search?q=environment", "/docs/jinja/3.1.x/api.html"):
            away = await client.get(address)
            assert away.status_code == 503, address
            assert int(away.headers["Retry-After"]) > 0
            assert str(server.port) not in away.text  # where it is concerns nobody
        unready = await client.get("/readyz")
        assert unready.status_code == 503
        assert unready.json()["reasons"] == ["The database that holds the library does not answer."]
        assert (await client.get("/healthz")).status_code == 200
        await anyio.to_thread.run_sync(server.start)
        await _until(answers)
        assert (await client.get("/readyz")).status_code == 200


async def test_a_server_that_starts_before_its_database_serves_when_that_is_there(
    running: Running, own_settings: Settings, server: PostgresServer
):
    await anyio.to_thread.run_sync(server.stop)
    async with running(own_settings) as (_, client):
        assert (await client.get("/readyz")).status_code == 503
        await anyio.to_thread.run_sync(server.start)

        async def is_ready() -> bool:
            return (await client.get("/readyz")).status_code == 200

        await _until(is_ready)
        assert (await client.get("/search", params={"q": "environment"})).status_code == 200


@pytest.fixture
async def impatient(own_settings: Settings, anyio_backend: str) -> AsyncIterator[PostgresLibrary]:
    library = PostgresLibrary(own_settings, read_seconds=0.5)
    await library.load()
    yield library
    await library.dispose()


async def test_a_database_that_hangs_is_waited_for_no_longer_than_it_may_take(
    impatient: PostgresLibrary, server: PostgresServer
):
    def docsets(session: object, served: object) -> int:
        return len(served.candidates(session).vocabulary())

    known = await impatient.read(docsets)
    server.freeze()
    try:
        for _ in range(3):
            with pytest.raises(LibraryDatabaseError, match=r"within 0\.5 seconds"):
                await impatient.read(docsets)
    finally:
        server.thaw()

    async def answers() -> bool:
        try:
            return await impatient.read(docsets) == known
        except LibraryDatabaseError:
            return False

    await _until(answers)


async def test_through_pgbouncer_searches_share_few_connections_and_follow_what_is_published(
    running: Running, settings: Settings, publish: Publish, jinja_library: Path, versions_library: Path
):
    await publish(jinja_library)
    queries = [f"{word} {other}" for word in ("template", "filter", "loader", "block") for other in "abcdefghij"]
    with new_pgbouncer(make_url(settings.database_url.get_secret_value())) as address:
        through = settings.model_copy(
            update={"database_url": type(settings.database_url)(str(address)), "database_pgbouncer": True}
        )
        async with running(through) as (_, client), running(settings) as (_, direct):

            async def ask(query: str) -> None:
                found = await client.get("/api/v1/search", params={"q": query})
                assert found.json() == (await direct.get("/api/v1/search", params={"q": query})).json()

            async with anyio.create_task_group() as tasks:
                for query in queries:
                    tasks.start_soon(ask, query)
            await publish(versions_library)

            async def is_followed() -> bool:
                return "trap" in (await client.get("/api/v1/docsets")).text

            await _until(is_followed)
