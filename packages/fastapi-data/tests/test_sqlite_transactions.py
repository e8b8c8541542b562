"""A transaction of SQLite's is kept as a whole or not at all, even when SQLite ends it by itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import anyio
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fastapi_data import DatabaseError, DatabaseUnavailableError, SQLiteDatabase, StatementTimeoutError

FIRST = text("INSERT INTO person (name) VALUES ('first')")
SECOND = text("INSERT INTO person (name) VALUES ('second')")
ENDLESS_WRITE = text(
    "INSERT INTO person (name) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
)


class GivenUpError(Exception):
    """Raised in a transaction, so that it is rolled back."""


@pytest.fixture
async def sqlite(users_file):
    """A database with one connection for each use: whoever comes next gets the last one's."""
    database = SQLiteDatabase(
        users_file, pool_size=1, threads=1, statement_timeout_seconds=0.1, busy_timeout_seconds=0.01
    )
    async with database.lifespan():
        yield database


@pytest.fixture
def added(users_file):
    """The names that were added, as another connection sees them."""

    def names() -> list[str]:
        with closing(sqlite3.connect(users_file)) as connection:
            return [name for (name,) in connection.execute("SELECT name FROM person WHERE id > 3 ORDER BY id")]

    return names


@pytest.fixture
def writer(users_file):
    """Another connection that holds the write lock until it is rolled back."""
    with closing(sqlite3.connect(users_file, isolation_level=None, check_same_thread=False)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


async def test_a_statement_after_a_busy_begin_is_rolled_back_with_its_session(sqlite, writer, added):
    async def transaction() -> None:
        async with sqlite.begin() as session:
            with pytest.raises(DatabaseUnavailableError):
                await session.execute(FIRST)
            writer.rollback()
            await session.execute(SECOND)
            raise GivenUpError

    with pytest.raises(GivenUpError):
        await transaction()
    assert added() == []


async def test_a_statement_after_a_busy_begin_is_rolled_back_with_its_work(sqlite, writer, added):
    def work(session) -> None:
        with pytest.raises(DatabaseUnavailableError):
            session.execute(FIRST)
        writer.rollback()
        session.execute(SECOND)
        raise GivenUpError

    with pytest.raises(GivenUpError):
        await sqlite.run(work)
    assert added() == []


async def test_a_statement_after_a_cancelled_first_one_is_rolled_back_with_its_session(sqlite, added):
    async def transaction() -> None:
        async with sqlite.begin() as session:
            await session.connection()
            with anyio.move_on_after(0):
                await session.execute(FIRST)
            await session.execute(SECOND)
            raise GivenUpError

    with pytest.raises(GivenUpError):
        await transaction()
    assert added() == []


async def test_a_session_whose_transaction_sqlite_rolled_back_sends_no_more_statements(sqlite, added):
    async with sqlite.session() as session:
        await session.execute(FIRST)
        with pytest.raises(StatementTimeoutError):
            await session.execute(ENDLESS_WRITE)
        for _ in range(2):
            with pytest.raises(DatabaseError, match="SQLite rolled the transaction back"):
                await session.execute(SECOND)
        await session.rollback()
        await session.execute(SECOND)
        await session.commit()
    assert added() == ["second"]


async def test_a_session_whose_caller_was_cancelled_in_a_write_sends_no_more_statements(sqlite, added):
    async def transaction() -> None:
        async with sqlite.begin() as session:
            await session.execute(FIRST)
            with anyio.move_on_after(0.02):
                await session.execute(ENDLESS_WRITE)
            await session.execute(SECOND)

    with pytest.raises(DatabaseError, match="SQLite rolled the transaction back"):
        await transaction()
    assert added() == []


async def test_a_transaction_that_sqlite_rolled_back_is_not_committed_in_silence(sqlite, added):
    async def transaction() -> None:
        async with sqlite.begin() as session:
            await session.execute(FIRST)
            with pytest.raises(StatementTimeoutError):
                await session.execute(ENDLESS_WRITE)

    with pytest.raises(DatabaseError, match="SQLite rolled the transaction back"):
        await transaction()
    async with sqlite.begin() as session:
        await session.execute(SECOND)
    assert added() == ["second"]


@pytest.mark.parametrize("statements_after", [[], [SECOND]])
async def test_work_whose_transaction_sqlite_rolled_back_ends_with_an_error(sqlite, added, statements_after):
    def work(session) -> None:
        session.execute(FIRST)
        with pytest.raises(StatementTimeoutError):
            session.execute(ENDLESS_WRITE)
        for statement in statements_after:
            session.execute(statement)

    with pytest.raises(DatabaseError, match="SQLite rolled the transaction back"):
        await sqlite.run(work)
    await sqlite.run(lambda session: session.execute(SECOND).close())
    assert added() == ["second"]


async def test_the_drivers_connection_sends_no_more_statements_either(sqlite, added):
    def work(session) -> None:
        raw = session.connection().connection.driver_connection
        raw.execute(str(FIRST))
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            raw.execute(str(ENDLESS_WRITE))
        with pytest.raises(sqlite3.OperationalError, match="SQLite rolled the transaction back"):
            raw.executemany(str(SECOND), [()])

    with pytest.raises(DatabaseError, match="SQLite rolled the transaction back"):
        await sqlite.run(work)
    assert added() == []


async def test_a_savepoint_does_not_survive_its_transaction(sqlite, added):
    async def transaction() -> None:
        async with sqlite.begin() as session:
            await session.execute(FIRST)
            async with session.begin_nested():
                with pytest.raises(StatementTimeoutError):
                    await session.execute(ENDLESS_WRITE)

    with pytest.raises(DatabaseError, match="SQLite rolled the transaction back"):
        await transaction()
    assert added() == []


async def test_a_statement_that_only_fails_leaves_its_transaction_open(sqlite, added):
    async with sqlite.begin() as session:
        await session.execute(FIRST)
        with pytest.raises(DBAPIError):
            await session.execute(text("INSERT INTO person (id, name) VALUES (1, 'twice')"))
        await session.execute(SECOND)
    assert added() == ["first", "second"]
