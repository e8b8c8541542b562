"""A file that the workers of one host map into memory instead of copying it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from blockbuster import blockbuster_ctx
from sqlalchemy import text

from fastapi_data import (
    DatabaseFileError,
    InMemoryDatabase,
    PoolExhaustedError,
    ReadOnlyDatabaseError,
    StatementTimeoutError,
)
from fastapi_data.sqlite_map import MappedFile

NAMES = text("SELECT name FROM person ORDER BY id")


def names(session) -> list[str]:
    return list(session.scalars(NAMES))


@pytest.fixture
async def shared(users_file):
    database = InMemoryDatabase(users_file, shared=True, threads=2, pool_size=2)
    async with database.lifespan():
        yield database


async def test_readers_from_before_a_reload_stay_with_the_old_file_and_later_ones_see_the_new(
    shared, users_file, make_users_file
):
    async with shared.session() as session:
        make_users_file("newer.db", "Ida").replace(users_file)
        # Until it is told to, the database does not look at the path again.
        assert await shared.run(names) == ["Ada", "Grace", "Barbara"]
        await shared.reload()
        assert list(await session.scalars(NAMES)) == ["Ada", "Grace", "Barbara"]
        assert await shared.run(names) == ["Ida"]
    async with shared.session() as session:
        assert list(await session.scalars(NAMES)) == ["Ida"]
    assert shared.generation == 2


async def test_cancelled_and_slow_statements_cost_no_connection(users_file):
    database = InMemoryDatabase(users_file, shared=True, threads=1, pool_size=1, statement_timeout_seconds=0.01)
    endless = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
    async with database.lifespan():
        for _ in range(3):
            with pytest.raises(StatementTimeoutError):
                await database.run(lambda session: session.execute(endless).all())
            async with database.session() as session:
                with pytest.raises(StatementTimeoutError):
                    await session.execute(endless)
        assert await database.run(names) == ["Ada", "Grace", "Barbara"]


@pytest.mark.parametrize("use", [InMemoryDatabase.ping, lambda database: database.run(names)])
async def test_a_first_use_that_is_cancelled_at_any_moment_costs_no_connection(users_file, use):
    step, done = 0, False
    while not done:
        database = InMemoryDatabase(users_file, shared=True, threads=1, pool_size=1, pool_timeout_seconds=5)
        async with database.lifespan():
            # More often than there are connections.
            for _ in range(3):
                first = asyncio.create_task(use(database))
                for _ in range(step):
                    await asyncio.sleep(0)
                done = first.done()
                first.cancel()
                await asyncio.wait([first])
            await database.ping()
            assert await database.run(names) == ["Ada", "Grace", "Barbara"]
        step += 1


async def test_a_caller_who_is_cancelled_while_a_connection_is_opened_costs_none(users_file, monkeypatch):
    opening, go_on = threading.Event(), threading.Event()
    connect = MappedFile.connect

    def slow_connect(mapped):
        connection = connect(mapped)
        opening.set()
        go_on.wait()
        return connection

    monkeypatch.setattr(MappedFile, "connect", slow_connect)
    database = InMemoryDatabase(users_file, shared=True, threads=1, pool_size=1, pool_timeout_seconds=5)
    async with database.lifespan():
        for _ in range(3):
            opening.clear()
            go_on.clear()
            ping = asyncio.create_task(database.ping())
            assert await asyncio.to_thread(opening.wait, 5)
            ping.cancel()
            # The caller is told when the connection is there, which is after it was cancelled.
            await asyncio.sleep(0)
            go_on.set()
            await asyncio.wait([ping])
            assert ping.cancelled()
        await database.ping()
        assert await database.run(names) == ["Ada", "Grace", "Barbara"]


def test_connections_that_are_closed_are_given_out_again_once_each(users_file):
    mapped = MappedFile(users_file, 1, timeout_seconds=0)
    connection = mapped.connect()
    with pytest.raises(PoolExhaustedError, match="All 1 connections are in use"):
        mapped.connect()
    connection.close()
    connection.close()
    assert mapped.connect() is connection
    with pytest.raises(PoolExhaustedError):
        mapped.connect()
    mapped.close()


async def test_a_write_says_how_the_file_is_changed(shared):
    with pytest.raises(ReadOnlyDatabaseError, match="put it in its place"):
        await shared.run(lambda session: session.execute(text("DELETE FROM person")))


async def test_a_database_that_is_partly_in_its_log_is_refused(users_file):
    with closing(sqlite3.connect(users_file)) as writer:
        writer.execute("PRAGMA journal_mode = wal")
        writer.execute("INSERT INTO person (name) VALUES ('Edsger')")
        writer.commit()
        with pytest.raises(DatabaseFileError, match="write-ahead log"):
            await InMemoryDatabase(users_file, shared=True).setup()
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database = InMemoryDatabase(users_file, shared=True)
        async with database.lifespan():
            assert (await database.run(names))[-1] == "Edsger"


@pytest.mark.parametrize("size", [0, 50, 4096])
async def test_a_broken_file_is_refused_and_the_old_one_stays(shared, make_users_file, size):
    broken = make_users_file("broken.db", "Mallory")
    os.truncate(broken, size)
    with pytest.raises(DatabaseFileError, match=r"broken\.db"):
        await shared.reload(broken)
    assert await shared.run(names) == ["Ada", "Grace", "Barbara"]


def test_a_file_that_is_replaced_while_it_is_opened_is_refused(users_file, make_users_file, monkeypatch):
    identities = iter([(1, 1), (1, 2)])
    monkeypatch.setattr("fastapi_data.sqlite_map._identity", lambda _path: next(identities))
    with pytest.raises(DatabaseFileError, match="was replaced while it was opened"):
        MappedFile(users_file, 2)


async def test_nothing_blocks_the_event_loop(users_file):
    database = InMemoryDatabase(users_file, shared=True)
    with blockbuster_ctx():
        await database.setup()
        await database.run(names)
        async with database.session() as session:
            await session.execute(NAMES)
        await database.reload()
        await database.dispose()


PRIVATE_KIB = """
import asyncio, sys
from sqlalchemy import text
from fastapi_data import InMemoryDatabase

def private_kib():
    # A mapped page of a file is the operating system's: it is there once however many processes map it.
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("RssAnon"))

async def main():
    database = InMemoryDatabase(sys.argv[1], shared=sys.argv[2] == "shared", threads=2, pool_size=2)
    before = private_kib()
    async with database.lifespan():
        await database.run(lambda session: session.execute(text("SELECT sum(length(name)) FROM person")).one())
        print(private_kib() - before)

asyncio.run(main())
"""


def test_a_worker_holds_no_copy_of_its_own(make_users_file):
    file: Path = make_users_file("large.db", *["x" * 10_000] * 4_000)

    def private_bytes(mode: str) -> int:
        command = [sys.executable, "-c", PRIVATE_KIB, str(file), mode]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) * 1024

    assert private_bytes("copied") > file.stat().st_size
    assert private_bytes("shared") < 10_000_000
