"""Libraries published in PostgreSQL, and the application on them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncEngine

from fastapi_data import PostgresDatabase
from fastapi_data.testing.provisioning import in_thread, new_database
from livedocs.library.postgres.connecting import opened
from livedocs.library.postgres.migrating import migrate
from livedocs.library.postgres.publishing import publishing
from livedocs.settings import Settings
from livedocs.web.app import create_app


@pytest.fixture
def database_url(postgres_server: str, tmp_path: Path) -> Iterator[str]:
    """A database with a catalogue, in which nothing is published."""
    with new_database(postgres_server, tmp_path) as url:
        in_thread(migrate(PostgresDatabase(url)))
        yield url


@pytest.fixture
async def engine(database_url: str, anyio_backend: str) -> AsyncIterator[AsyncEngine]:
    async with opened(PostgresDatabase(database_url)) as engine:
        yield engine


@pytest.fixture
def publish(engine: AsyncEngine) -> Callable[[Path], Awaitable[None]]:
    """Publishes a snapshot."""

    async def publish(library: Path) -> None:
        async with publishing(engine) as publisher:
            await publisher.publish(library)

    return publish


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(library_path=tmp_path / "none.sqlite", cache_folder=tmp_path, database_url=database_url)


@pytest.fixture
def running() -> Callable[[Settings], AbstractAsyncContextManager[tuple[FastAPI, AsyncClient]]]:
    """Runs the application for as long as a block; gives it and the client that asks it."""

    @asynccontextmanager
    async def running(settings: Settings) -> AsyncGenerator[tuple[FastAPI, AsyncClient]]:
        app = create_app(settings)
        transport = ASGITransport(app)
        async with LifespanManager(app), AsyncClient(transport=transport, base_url="http://livedocs") as client:
            yield app, client

    return running
