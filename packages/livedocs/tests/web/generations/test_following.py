"""What a process keeps of the library it follows: leases for as long as it reads, and nothing after that."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from livedocs.errors import LibraryMissingError, LibraryVersionError
from livedocs.library.postgres.catalogue import State, generation_reader, library_generation
from livedocs.settings import Settings
from livedocs.web import generations
from livedocs.web.generations import PostgresLibrary

Publish = Callable[[Path], Awaitable[None]]


@pytest.fixture
async def following(
    settings: Settings, publish: Publish, jinja_library: Path, anyio_backend: str
) -> AsyncIterator[PostgresLibrary]:
    """Follows a database in which a library is published."""
    await publish(jinja_library)
    library = PostgresLibrary(settings)
    await library.load()
    yield library
    await library.dispose()


async def _let_leases_run_out(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE generation_reader SET expires_at = now()"))


async def _leases(engine: AsyncEngine) -> int:
    """How many there are that are not over."""
    async with engine.connect() as connection:
        found = select(generation_reader.c.id).where(generation_reader.c.expires_at > text("now()"))
        return len((await connection.execute(found)).all())


async def test_what_another_version_publishes_costs_nobody_the_library_that_is_served(
    following: PostgresLibrary, engine: AsyncEngine, publish: Publish, versions_library: Path
):
    await publish(versions_library)
    published = library_generation.c.state == State.PUBLISHED
    async with engine.begin() as connection:
        await connection.execute(update(library_generation).where(published).values(schema_version=10_000))
    await _let_leases_run_out(engine)
    assert following._taken is not None
    following._taken.renewed_at = float("-inf")
    with pytest.raises(LibraryVersionError):
        await following.refresh()
    assert await _leases(engine) == 1
    assert following.current.docsets[0].name == "jinja"


async def test_leases_are_renewed_while_a_library_is_loaded(
    following: PostgresLibrary, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(generations, "SECONDS_BETWEEN_RENEWALS", 0)
    assert following._taken is not None
    await _let_leases_run_out(engine)
    async with following._keeping(following._taken.lease):
        with anyio.fail_after(30):
            while not await _leases(engine):
                await anyio.lowlevel.checkpoint()


async def test_a_process_that_ends_leaves_no_lease_behind_of_what_it_serves_or_of_what_it_served(
    following: PostgresLibrary, engine: AsyncEngine, publish: Publish, versions_library: Path
):
    with following.holding():
        await publish(versions_library)
        assert await following.refresh()
        assert not await following.refresh()
        assert await _leases(engine) == 2
        await following.dispose()
    assert await _leases(engine) == 0


async def test_requests_that_find_no_library_leave_nothing_behind(settings: Settings, anyio_backend: str):
    library = PostgresLibrary(settings)
    await library.load()
    depths: list[int] = []
    for _ in range(5):
        with pytest.raises(LibraryMissingError) as error:
            _ = library.current
        depths.append(len(error.traceback))
    assert len(set(depths)) == 1
    await library.dispose()
