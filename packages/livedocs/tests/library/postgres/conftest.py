"""Databases with a catalogue, and libraries to publish."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from fastapi_data import PostgresDatabase
from fastapi_data.testing.provisioning import in_thread, new_database
from livedocs.library.build import build_docset
from livedocs.library.postgres.catalogue import Generation
from livedocs.library.postgres.connecting import opened
from livedocs.library.postgres.migrating import migrate
from livedocs.library.postgres.publishing import publishing
from livedocs.sources.documentation import Documentation


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
def other_library(jinja_documentation: Documentation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Like `jinja_library`, with a docset of another name. Tests read it only."""
    path = tmp_path_factory.mktemp("other-library") / "library.sqlite"
    build_docset(jinja_documentation, path, name="other")
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
