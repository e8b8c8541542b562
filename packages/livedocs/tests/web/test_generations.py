"""The application on a library in PostgreSQL: every view, publishing under load, and a database that goes away."""

from __future__ import annotations

import gc
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import text

from fastapi_data import PostgresDatabase
from fastapi_data.testing.provisioning import in_thread, new_database
from livedocs.library.postgres.connecting import opened
from livedocs.library.postgres.migrating import migrate
from livedocs.library.postgres.publishing import publishing
from livedocs.settings import Settings
from livedocs.web.app import create_app
from livedocs.web.generations import PostgresLibrary

Publish = Callable[[Path], Awaitable[None]]


@pytest.fixture
def database_url(postgres_server: str, tmp_path: Path) -> Iterator[str]:
    """A database with a catalogue, in which nothing is published."""
    with new_database(postgres_server, tmp_path) as url:
        in_thread(migrate(PostgresDatabase(url)))
        yield url


@pytest.fixture
async def publish(database_url: str, anyio_backend: str) -> AsyncIterator[Publish]:
    async with opened(PostgresDatabase(database_url)) as engine:

        async def publish(library: Path) -> None:
            async with publishing(engine) as publisher:
                await publisher.publish(library)

        yield publish


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(library_path=tmp_path / "none.sqlite", cache_folder=tmp_path, database_url=database_url)


@asynccontextmanager
async def running(settings: Settings) -> AsyncGenerator[tuple[FastAPI, AsyncClient]]:
    app = create_app(settings)
    transport = ASGITransport(app)
    async with LifespanManager(app), AsyncClient(transport=transport, base_url="http://livedocs") as client:
        yield app, client


ADDRESSES = (
    "/",
    "/search?q=template",
    "/search?q=jinja2.Environmnet",
    '/search?q="template+designer"',
    "/search?q=undefined&kind=class",
    "/search/meaning?q=how+to+render+a+page",
    "/docs/jinja",
    "/docs/jinja/3.1/api.html",
    "/docs/jinja/3.1/nowhere.html",
    "/docs/jinja/3.1/_static/nothing.png",
    "/docs/jinja/3.1/a%00b.html",
    "/api/v1/search?q=environment&explain=true",
    "/api/v1/entries/17",
    "/api/v1/entries/99999",
    "/api/v1/entries/9223372036854775807",
    "/api/v1/docsets",
    "/readyz",
)


async def test_every_view_is_the_same_from_both_databases(
    client: AsyncClient, settings: Settings, publish: Publish, jinja_library: Path
):
    await publish(jinja_library)
    async with running(settings) as (_, other):
        for address in ADDRESSES:
            for headers in ({}, {"HX-Request-Type": "partial"}):
                expected = await client.get(address, headers=headers)
                found = await other.get(address, headers=headers)
                assert (found.status_code, found.headers.get("location")) == (
                    expected.status_code,
                    expected.headers.get("location"),
                ), (address, found.text)
                if expected.status_code != 404:
                    assert found.text == expected.text, address


async def test_what_is_published_first_is_served_without_a_restart(
    settings: Settings, publish: Publish, jinja_library: Path
):
    async with running(settings) as (app, client):
        waiting = await client.get("/api/v1/search", params={"q": "a"})
        assert waiting.status_code == 503
        assert "Retry-After" in waiting.headers
        unready = await client.get("/readyz")
        assert unready.status_code == 503
        assert "published" in unready.json()["reasons"][0]
        await _publish_and_wait(app, publish, jinja_library)
        assert (await client.get("/api/v1/search", params={"q": "environment"})).json()["hits"]
        assert (await client.get("/readyz")).status_code == 200


async def _publish_and_wait(app: FastAPI, publish: Publish, library: Path) -> None:
    swapped = anyio.Event()

    async def tell() -> None:
        swapped.set()

    app.state.library.after_swap(tell)
    await publish(library)
    with anyio.fail_after(30):
        await swapped.wait()


async def test_readers_see_one_library_whole_while_others_are_published(
    settings: Settings, publish: Publish, jinja_library: Path, hostile_library: Path
):
    await publish(jinja_library)
    seen: set[str] = set()
    answers = 0
    async with running(settings) as (app, client):

        async def ask_on(number: int) -> None:
            nonlocal answers
            turn = 0
            while True:
                turn += 1
                # Nobody asked before: the answer is not from the cache.
                page = await client.get("/search", params={"q": f"template trap {number} {turn}"})
                assert page.status_code == 200, page.text
                docsets = {name for name in ("jinja", "trap") if f'"/docs/{name}/' in page.text}
                assert len(docsets) == 1, docsets
                seen.update(docsets)
                answers += 1

        async with anyio.create_task_group() as tasks:
            for number in range(4):
                tasks.start_soon(ask_on, number)
            for library in (hostile_library, jinja_library, hostile_library):
                before = answers
                await _publish_and_wait(app, publish, library)
                with anyio.fail_after(30):
                    while answers < before + 8:
                        await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()
    assert seen == {"jinja", "trap"}


async def test_what_was_made_of_a_library_goes_with_it_and_so_do_its_tables(
    settings: Settings, publish: Publish, jinja_library: Path, hostile_library: Path
):
    await publish(jinja_library)
    library = PostgresLibrary(settings)
    await library.load()
    columns = weakref.ref(library.current.resident.columns)
    spelling = weakref.ref(library.current.resident.spelling)
    vocabulary = weakref.ref(library.current.resident.vocabulary)
    await library.read(lambda session, served: served.resident.columns.promise(0))
    gc.disable()  # a server freezes what it has: nothing may depend on the collector
    try:
        with library.holding():
            await publish(hostile_library)
            assert await library.refresh()
            assert library.current.docsets[0].name == "jinja"
            assert await _generations(library) == 2
        await library.refresh()
        assert library.current.docsets[0].name == "trap"
        assert await _generations(library) == 1
        assert (columns(), spelling(), vocabulary()) == (None, None, None)
    finally:
        gc.enable()
        await library.dispose()


async def _generations(library: PostgresLibrary) -> int:
    async with library._control.session() as session:
        return await session.scalar(text("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'livedocs_g%'"))
