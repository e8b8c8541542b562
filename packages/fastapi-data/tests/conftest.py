"""Databases of every kind, over real SQLite files and a real PostgreSQL server; and Redis servers."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import asyncpg
import httpx2
import pytest
import redis
from fastapi import FastAPI
from own_servers import RedisServer
from sqlalchemy import URL, make_url

from fastapi_data import Database, InMemoryDatabase, PostgresDatabase, SQLiteDatabase
from fastapi_data.testing.provisioning import new_database
from fastapi_data.testing.servers import database_server

KINDS = ["memory", "postgres", "shared", "sqlite"]
WRITABLE_KINDS = ["postgres", "sqlite"]


def write_users(path: Path, *names: str) -> Path:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
        connection.execute(
            "CREATE TABLE email (user_id INTEGER REFERENCES person DEFERRABLE INITIALLY DEFERRED, address TEXT)"
        )
        connection.executemany("INSERT INTO person (name) VALUES (?)", [(name,) for name in names])
    return path


PEOPLE_IN_POSTGRES = """
    DROP TABLE IF EXISTS email, person;
    CREATE TABLE person (id serial PRIMARY KEY, name text NOT NULL);
    CREATE TABLE email (user_id int REFERENCES person DEFERRABLE INITIALLY DEFERRED, address text);
    INSERT INTO person (name) VALUES ('Ada'), ('Grace'), ('Barbara');
"""


def execute(url: URL, statement: str) -> None:
    """Run statements in PostgreSQL, whether an event loop runs here or not."""

    async def connect_and_execute() -> None:
        connection = await asyncpg.connect(url.render_as_string(hide_password=False))
        await connection.execute(statement)
        await connection.close()

    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(asyncio.run, connect_and_execute()).result()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def users_file(tmp_path: Path) -> Path:
    return write_users(tmp_path / "users.db", "Ada", "Grace", "Barbara")


@pytest.fixture
def make_users_file(tmp_path: Path) -> Callable[..., Path]:
    return lambda file_name, *names: write_users(tmp_path / file_name, *names)


@pytest.fixture(scope="session")
def postgres_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    """A database of our own on the server at hand."""
    with database_server() as server, new_database(server, tmp_path_factory.mktemp("unused")) as url:
        yield make_url(url)


@pytest.fixture
def postgres_url(postgres_database: URL) -> URL:
    """A PostgreSQL database with what ``users_file`` holds."""
    execute(postgres_database, PEOPLE_IN_POSTGRES)
    return postgres_database


@pytest.fixture
def make_database(users_file: Path, request: pytest.FixtureRequest) -> Callable[..., Database]:
    """Makes a database of a kind that holds three people; not set up."""

    def make(kind: str, **options: object) -> Database:
        if kind == "postgres":
            return PostgresDatabase(request.getfixturevalue("postgres_url"), **options)
        if kind == "sqlite":
            return SQLiteDatabase(users_file, **options)
        return InMemoryDatabase(users_file, shared=kind == "shared", **options)

    return make


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Of databases."""
    return request.param


@pytest.fixture
def unready_database(kind: str, make_database: Callable[..., Database]) -> Database:
    """One of each kind, not set up."""
    return make_database(kind)


@pytest.fixture
async def database(unready_database: Database) -> AsyncIterator[Database]:
    """One of each kind, set up."""
    async with unready_database.lifespan():
        yield unready_database


@pytest.fixture(params=WRITABLE_KINDS)
def writable_kind(request: pytest.FixtureRequest) -> str:
    """Of databases that can be written to."""
    return request.param


@pytest.fixture
async def writable_database(writable_kind: str, make_database: Callable[..., Database]) -> AsyncIterator[Database]:
    """One of each kind that can be written to, with few connections: whoever comes next gets the last one's."""
    sizes = {"postgres": {"pool_max_size": 1}, "sqlite": {"pool_size": 1, "threads": 1}}
    database = make_database(writable_kind, **sizes[writable_kind])
    async with database.lifespan():
        yield database


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory) -> Iterator[str]:
    """The Redis of ``REDIS_URL``, else the local one, else one that is started."""
    url = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
    try:
        with redis.Redis.from_url(url) as client:
            client.ping()
    except redis.ConnectionError:
        assert "REDIS_URL" not in os.environ, "There is no Redis at REDIS_URL."
    else:
        yield url
        return
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server.url
    server.stop()


@pytest.fixture
def own_redis(tmp_path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client_of() -> Callable[[FastAPI], httpx2.AsyncClient]:
    """A client of an application in this process; a failure in a route is a 500, as it is for a browser."""

    def make(app: FastAPI) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        return httpx2.AsyncClient(transport=transport, base_url="http://testserver")

    return make
