"""The application on a library in PostgreSQL: every view, publishing under load, and a database that goes away."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from urllib.parse import quote

import anyio
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from livedocs.settings import Settings
from livedocs.web.generations import PostgresLibrary

Publish = Callable[[Path], Awaitable[None]]
Running = Callable[[Settings], AbstractAsyncContextManager[tuple[FastAPI, AsyncClient]]]

ADDRESSES = (
    "/",
    "/search?q=template",
    "/search?q=jinja2.Environmnet",
    '/search?q="template+designer"',
    "/search?q=undefined%20kind:class",
    "/search?q=temp%00late+%ED%A0%80+%F0%9F",
    "/search/meaning?q=how+to+render+a+page",
    "/docs/jinja",
    "/docs/jinja/3.1.x/api.html",
    "/docs/jinja/3.1.x/templates.html",
    "/docs/jinja/3.1.x/nowhere.html",
    "/docs/jinja/3.1.x/_static/nothing.png",
    "/docs/jinja/3.1.x/a%00b.html",
    "/api/v1/search?q=environment&explain=true",
    "/api/v1/search?q=a%00.%00b",
    "/api/v1/entries/17",
    "/api/v1/entries/99999",
    "/api/v1/entries/9223372036854775807",
    "/api/v1/docsets",
    "/readyz",
)


async def test_every_view_is_the_same_from_both_databases(
    client: AsyncClient, running: Running, settings: Settings, publish: Publish, jinja_library: Path
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
    running: Running, settings: Settings, publish: Publish, jinja_library: Path
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
    running: Running, settings: Settings, publish: Publish, jinja_library: Path, versions_library: Path
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
            for number in range(2):
                tasks.start_soon(ask_on, number)
            for library in (versions_library, jinja_library):
                before = answers
                await _publish_and_wait(app, publish, library)
                with anyio.fail_after(30):
                    while answers < before + 8:
                        await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()
    assert seen == {"jinja", "trap"}


async def test_another_library_with_the_same_number_is_taken_up(
    settings: Settings, publish: Publish, engine: AsyncEngine, jinja_library: Path
):
    await publish(jinja_library)
    library = PostgresLibrary(settings)
    await library.load()
    assert not await library.refresh()
    async with engine.begin() as connection:  # as when the database was made anew, and published to from the first
        await connection.execute(text("UPDATE library_generation SET library_hash = 'another'"))
    assert await library.refresh()
    assert library.current.hash.startswith("another-")
    await library.dispose()


async def test_what_was_made_of_a_library_goes_with_it_and_so_do_its_tables(
    running: Running, settings: Settings, publish: Publish, jinja_library: Path, versions_library: Path
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
            await publish(versions_library)
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


async def test_meaning_is_compared_as_it_is_from_a_file(
    running: Running, settings: Settings, publish: Publish, embedded_library: Path, semantic_cache: Path
):
    await publish(embedded_library)
    by_meaning = settings.model_copy(update={"cache_folder": semantic_cache})
    of_file = Settings(library_path=embedded_library, cache_folder=semantic_cache)
    async with running(by_meaning) as (_, client), running(of_file) as (_, other):
        for question in ("how do I stop text from being escaped", "render a page from strings"):
            for address in ("/search", "/search/meaning", "/api/v1/search"):
                found = await client.get(f"{address}?q={quote(question)}")
                assert found.text == (await other.get(f"{address}?q={quote(question)}")).text
        added = await client.get("/search/meaning", params={"q": "how do I stop text from being escaped"})
        assert "/docs/jinja/" in added.text


async def _generations(library: PostgresLibrary) -> int:
    async with library._control.session() as session:
        return await session.scalar(text("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'livedocs_g%'"))
