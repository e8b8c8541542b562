"""Databases that exist for as long as one process of a test run."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import URL, MetaData, create_engine, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from fastapi_data.postgres_options import PostgresOptions, parse_url
from fastapi_data.postgres_parameters import driver_arguments, postgres_url

T = TypeVar("T")


class Address(str):
    """A URL whose ``repr``, which pytest puts into its reports, hides the password."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(str(parse_url(self).set(query={})))


def in_thread(coroutine: Coroutine[Any, Any, T]) -> T:
    """Wait for a coroutine where another loop may be the thread's own."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(asyncio.run, coroutine).result()


@contextmanager
def new_database(server: str, folder: Path) -> Generator[str]:
    """A new, empty database, deleted afterwards.

    Args:
        server: a URL of PostgreSQL, on whose server the database is made; of SQLite, for a file of its own. The
            database it names stays as it is.
        folder: where a SQLite file goes.

    Yields:
        The new database's URL.
    """
    url = parse_url(server)
    # Each process of pytest-xdist has databases of its own, and so has each of several runs at the same time.
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{uuid4().hex[:12]}"
    if url.get_backend_name() == "sqlite":
        yield f"sqlite:///{folder / name}.sqlite"
        return
    in_thread(_execute(url, f'CREATE DATABASE "{name}"'))
    try:
        yield Address(url.set(database=name).render_as_string(hide_password=False))
    finally:
        in_thread(_execute(url, f'DROP DATABASE "{name}" WITH (FORCE)'))


def create_tables(database: str, metadata: MetaData) -> None:
    """Make all tables of the models, without migrations."""
    url = parse_url(database)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, poolclass=NullPool)
        metadata.create_all(engine)
    else:
        in_thread(_create_tables(url, metadata))


async def _create_tables(url: URL, metadata: MetaData) -> None:
    engine = _engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)


async def _execute(url: URL, statement: str) -> None:
    engine = _engine(url)
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text(statement))


def _engine(url: URL) -> AsyncEngine:
    address, arguments = driver_arguments(postgres_url(url), PostgresOptions())
    return create_async_engine(address, connect_args=arguments, poolclass=NullPool)
