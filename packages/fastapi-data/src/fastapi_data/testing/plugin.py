"""Fixtures for pytest: a real database, undone after each test.

pytest finds them by itself once fastapi-data is installed. Async tests need anyio's plugin
(``anyio_mode = "auto"``) or pytest-asyncio's (``asyncio_mode = "auto"``). A project says in its ``conftest.py`` what is
its own, by fixtures of these names:

- ``app``: its application, made with the fixture ``database``; needed by ``client``.
- ``migrations`` (the folder) or ``metadata`` (of its models): where the tables come from.
- ``database_url``: return ``"sqlite://"`` for SQLite; a PostgreSQL server is found unless it is overridden.
- ``application_database``: the ``Database`` of its module, if the application is not made with a database.

Nothing is imported before a test asks for it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from fastapi import FastAPI
    from httpx2 import AsyncClient
    from sqlalchemy import MetaData
    from sqlalchemy.ext.asyncio import AsyncSession

    from fastapi_data.database import Database
    from fastapi_data.testing.transactions import OneTransaction


@pytest.fixture(scope="session")
def database_url() -> Generator[str]:
    """The server tests run on; the database it names is not touched."""
    from fastapi_data.testing.servers import database_server

    with database_server() as url:
        yield url


@pytest.fixture(scope="session")
def migrations() -> Path | None:
    """The folder of Alembic migrations that make the tables."""
    return None


@pytest.fixture(scope="session")
def metadata() -> MetaData | None:
    """The models whose tables are made, when there are no migrations."""
    return None


@pytest.fixture(scope="session")
def application_database() -> Database | None:
    """The database object the application under test uses; a new one if None."""
    return None


@pytest.fixture(scope="session")
def migrated_url(
    database_url: str,
    migrations: Path | None,
    metadata: MetaData | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Generator[str]:
    """A database of this process with all tables, and nothing in them but what the migrations put there."""
    from fastapi_data.testing.provisioning import create_tables, in_thread, new_database

    with new_database(database_url, tmp_path_factory.mktemp("database")) as url:
        if migrations is not None:
            from fastapi_data.migrations import upgrade

            in_thread(upgrade(url, migrations))
        elif metadata is not None:
            create_tables(url, metadata)
        yield url


@pytest.fixture
async def one_transaction(
    migrated_url: str, application_database: Database | None
) -> AsyncGenerator[tuple[Database, OneTransaction]]:
    """What ``database`` and ``session`` share."""
    from fastapi_data.database import Database
    from fastapi_data.testing.transactions import undone

    opened = Database.from_url(migrated_url)
    used = application_database or opened
    async with opened.lifespan(), undone(opened, used) as engines:
        yield used, engines


@pytest.fixture
def database(one_transaction: tuple[Database, OneTransaction]) -> Database:
    """A database, set up; everything a test does with it is undone afterwards, commits too."""
    return one_transaction[0]


@pytest.fixture
async def session(one_transaction: tuple[Database, OneTransaction]) -> AsyncGenerator[AsyncSession]:
    """A session of the test's own; the application sees what it flushed, committed or not."""
    async with one_transaction[1].savepoint() as session:
        yield session


@pytest.fixture
async def client(app: FastAPI, one_transaction: object) -> AsyncGenerator[AsyncClient]:
    """A client of the application, which has started; what a route raises and nobody handles, the request raises."""
    from httpx2 import ASGITransport, AsyncClient

    del one_transaction
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        async with AsyncClient(transport=ASGITransport(with_state), base_url="http://testserver") as client:
            yield client
