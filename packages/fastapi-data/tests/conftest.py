"""Databases of every kind, over real SQLite files."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import URL, create_engine, event
from sqlalchemy.ext.asyncio import create_async_engine

from fastapi_data import Database, InMemoryDatabase
from fastapi_data.engines import Engines


class FileDatabase(Database):
    """The least a database that can be written to needs: it proves what ``Database`` says about commits."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    async def _open(self) -> Engines:
        url = URL.create("sqlite", database=str(self._path))
        # One connection each: whoever comes next gets the connection the one before left.
        async_engine = create_async_engine(url.set(drivername="sqlite+aiosqlite"), pool_size=1, max_overflow=0)
        sync_engine = create_engine(url, pool_size=1, max_overflow=0)
        for engine in (async_engine.sync_engine, sync_engine):
            event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys = on"))
        return Engines(async_engine, sync_engine, threads=1)


KINDS: dict[str, Callable[[Path], Database]] = {"memory": InMemoryDatabase, "file": FileDatabase}


def write_users(path: Path, *names: str) -> Path:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE user (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
        connection.execute(
            "CREATE TABLE email (user_id INTEGER REFERENCES user DEFERRABLE INITIALLY DEFERRED, address TEXT)"
        )
        connection.executemany("INSERT INTO user (name) VALUES (?)", [(name,) for name in names])
    return path


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def users_file(tmp_path: Path) -> Path:
    return write_users(tmp_path / "users.db", "Ada", "Grace", "Barbara")


@pytest.fixture
def make_users_file(tmp_path: Path) -> Callable[..., Path]:
    return lambda file_name, *names: write_users(tmp_path / file_name, *names)


@pytest.fixture(params=sorted(KINDS))
def unready_database(request: pytest.FixtureRequest, users_file: Path) -> Database:
    """One of each kind, not set up."""
    return KINDS[request.param](users_file)


@pytest.fixture
async def database(unready_database: Database) -> AsyncIterator[Database]:
    """One of each kind, set up."""
    async with unready_database.lifespan():
        yield unready_database


@pytest.fixture
async def writable_database(users_file: Path) -> AsyncIterator[Database]:
    database = FileDatabase(users_file)
    async with database.lifespan():
        yield database


@pytest.fixture
def client_of() -> Callable[[FastAPI], httpx2.AsyncClient]:
    """A client of an application in this process; a failure in a route is a 500, as it is for a browser."""

    def make(app: FastAPI) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        return httpx2.AsyncClient(transport=transport, base_url="http://testserver")

    return make
