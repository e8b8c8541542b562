"""Databases with a catalogue, and libraries to publish."""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from fastapi_data import PostgresDatabase
from fastapi_data.testing.provisioning import in_thread, new_database
from livedocs.library.postgres.catalogue import Generation
from livedocs.library.postgres.connecting import opened
from livedocs.library.postgres.migrating import migrate
from livedocs.library.postgres.publishing import publishing


@pytest.fixture(scope="module")
def database_url(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A new database with a catalogue that is empty at first."""
    with new_database(postgres_server, tmp_path_factory.mktemp("database")) as url:
        in_thread(migrate(PostgresDatabase(url)))
        yield url


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    async with opened(PostgresDatabase(database_url)) as engine:
        yield engine


@pytest.fixture(scope="session")
def other_library(jinja_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Like `jinja_library`, with a docset of another name. Tests read it only."""
    path = Path(shutil.copy(jinja_library, tmp_path_factory.mktemp("other-library")))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE docset SET name = 'other'")
        connection.commit()
    return path


@pytest.fixture
def schemas(engine: AsyncEngine) -> Callable[[], Awaitable[list[str]]]:
    """Asks for the schemas of all generations, the oldest first."""

    async def ask() -> list[str]:
        names = text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'livedocs%' ORDER BY oid")
        async with engine.connect() as connection:
            return list(await connection.scalars(names))

    return ask


@pytest.fixture
def publish(engine: AsyncEngine) -> Callable[[Path], Awaitable[Generation]]:
    """Publishes a snapshot."""

    async def publish(path: Path) -> Generation:
        async with publishing(engine) as publisher:
            return (await publisher.publish(path)).generation

    return publish
