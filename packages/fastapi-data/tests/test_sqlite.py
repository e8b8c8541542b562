"""A durable SQLite file, and the driver all SQLite databases share."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from time import monotonic

import anyio
import pytest
from blockbuster import BlockingError, blockbuster_ctx
from sqlalchemy import Integer, String, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from fastapi_data import DatabaseFileError, DatabaseUnavailableError, SQLiteDatabase
from fastapi_data.sqlite_connection import connect_sqlite

COUNT = text("SELECT count(*) FROM person")
MANY = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2500) SELECT i FROM n ORDER BY i")


class Base(DeclarativeBase):
    """Of the tables here."""


class Person(Base):
    """A row of ``person``."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String)


@pytest.fixture
async def sqlite(users_file):
    database = SQLiteDatabase(users_file)
    async with database.lifespan():
        yield database


async def test_setup_makes_the_file_in_wal_mode_with_foreign_keys_enforced(tmp_path):
    database = SQLiteDatabase(tmp_path / "new % #.db")
    async with database.lifespan():
        for pragma, value in {"journal_mode": "wal", "foreign_keys": 1}.items():
            async with database.session() as session:
                assert (await session.execute(text(f"PRAGMA {pragma}"))).scalar_one() == value
            assert await database.run(lambda session, pragma: session.scalar(text(f"PRAGMA {pragma}")), pragma) == value
    assert database.path.exists()


async def test_what_was_committed_is_there_after_another_start(sqlite, users_file):
    async with sqlite.begin() as session:
        await session.execute(text("INSERT INTO person (name) VALUES ('Ida')"))
    await sqlite.dispose()
    await sqlite.setup()
    async with sqlite.session() as session:
        assert (await session.execute(COUNT)).scalar_one() == 4
    with closing(sqlite3.connect(users_file)) as other:
        assert other.execute("SELECT count(*) FROM person").fetchone() == (4,)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"no database at all, but long enough", "not a SQLite database"), (None, "folder does not")],
)
async def test_a_file_that_cannot_be_used_is_named(tmp_path, content, reason):
    path = tmp_path / "folder" / "shop.db"
    if content is not None:
        path.parent.mkdir()
        path.write_bytes(content * 100)
    with pytest.raises(DatabaseFileError, match=reason) as refused:
        await SQLiteDatabase(path).setup()
    assert refused.value.path == path


async def test_readers_are_not_in_the_way_of_a_writer_and_see_nothing_uncommitted(sqlite):
    async with sqlite.begin() as writer:
        await writer.execute(text("INSERT INTO person (name) VALUES ('Ida')"))
        async with sqlite.read_session() as reader:
            assert (await reader.execute(COUNT)).scalar_one() == 3
    async with sqlite.read_session() as reader:
        assert (await reader.execute(COUNT)).scalar_one() == 4


async def test_a_database_answers_a_ping_while_another_writes_to_it(users_file):
    database = SQLiteDatabase(users_file, busy_timeout_seconds=0)
    async with database.lifespan(), database.begin() as writer:
        await writer.execute(text("INSERT INTO person (name) VALUES ('Ida')"))
        await database.ping()


async def test_work_that_only_reads_waits_for_no_writer(users_file):
    database = SQLiteDatabase(users_file, busy_timeout_seconds=0, threads=1)
    async with database.lifespan():
        async with database.begin() as writer:
            await writer.execute(text("INSERT INTO person (name) VALUES ('Ida')"))
            with pytest.raises(DatabaseUnavailableError, match="locked"):
                await database.run(lambda session: session.execute(COUNT).scalar_one())
            assert await database.run_read(lambda session: session.execute(COUNT).scalar_one()) == 3
        # On the same connection.
        await database.run(lambda session: session.execute(text("DELETE FROM person")).close())
        assert await database.run_read(lambda session: session.execute(COUNT).scalar_one()) == 0


async def test_transactions_that_read_and_then_write_take_turns(sqlite):
    async def add_one() -> None:
        async with sqlite.begin() as session:
            number = (await session.execute(COUNT)).scalar_one()
            await anyio.lowlevel.checkpoint()
            await session.execute(insert(Person).values(name=f"number {number + 1}"))

    def add_one_in_run(session) -> None:
        number = session.execute(COUNT).scalar_one()
        session.execute(insert(Person).values(name=f"number {number + 1}"))

    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(add_one)
            tasks.start_soon(sqlite.run, add_one_in_run)
    async with sqlite.read_session() as session:
        names = list(await session.scalars(select(Person.name).order_by(Person.id)))
    assert names[3:] == [f"number {number}" for number in range(4, 24)]


async def test_the_orm_and_core_work_through_the_driver(sqlite):
    async with sqlite.begin() as session:
        session.add_all([Person(name="Ida"), Person(name="Edsger")])
        await session.flush()
        returned = await session.execute(insert(Person).returning(Person.id), [{"name": "a"}, {"name": "b"}])
        assert returned.scalars().all() == [6, 7]
        await session.execute(text("INSERT INTO person (name) VALUES (:name)"), [{"name": "c"}, {"name": "d"}])
        changed = await session.execute(text("UPDATE person SET name = upper(name) WHERE id > 5"))
        assert changed.rowcount == 4
        first = await session.execute(select(Person.name).order_by(Person.id))
        assert first.first() == ("Ada",)
        result = await session.execute(select(Person.id).order_by(Person.id))
        assert result.fetchmany(2) == [(1,), (2,)]
        assert result.fetchone() == (3,)
        assert len(result.fetchall()) == 6
        assert (await session.execute(text("SELECT floor(1.5), 'Ada' REGEXP '^A', NULL REGEXP 'a'"))).one() == (
            1,
            1,
            None,
        )


async def test_a_savepoint_that_is_rolled_back_leaves_the_rest_of_its_transaction(sqlite):
    async with sqlite.begin() as session:
        session.add(Person(name="kept"))
        savepoint = await session.begin_nested()
        await session.execute(insert(Person).values(name="undone"))
        with pytest.raises(IntegrityError):
            await session.execute(insert(Person).values(id=1, name="twice"))
        await savepoint.rollback()
    async with sqlite.read_session() as session:
        assert list(await session.scalars(select(Person.name).where(Person.id > 3))) == ["kept"]


async def test_rows_are_streamed(sqlite):
    async with sqlite.read_session() as session:
        rows = await session.stream(MANY, execution_options={"yield_per": 1000})
        assert [row.i async for row in rows] == list(range(1, 2501))
        rows = await session.stream(MANY)
        assert await rows.fetchone() == (1,)
        assert await rows.fetchmany(2) == [(2,), (3,)]
        assert len(await rows.all()) == 2497
        rows = await session.stream(MANY)
        await rows.close()
        assert (await session.execute(COUNT)).scalar_one() == 3


async def test_an_error_in_a_statement_ends_its_session_only(sqlite):
    async with sqlite.session() as session:
        with pytest.raises(DBAPIError, match="no such table"):
            await session.execute(text("SELECT * FROM missing"))
        with pytest.raises(DBAPIError, match="no such table"):
            await session.execute(text("INSERT INTO missing VALUES (:a)"), [{"a": 1}, {"a": 2}])
        assert (await session.execute(COUNT)).scalar_one() == 3


async def test_a_session_that_sends_no_statement_leaves_nothing_behind(sqlite):
    async with sqlite.session() as session:
        await session.connection()
        await session.rollback()
    assert sqlite.pool_status().in_use == 0


async def test_a_stream_that_fails_or_never_begins_ends_in_silence(sqlite, caplog):
    async with sqlite.read_session() as session:
        with pytest.raises(DBAPIError, match="no such table"):
            await session.stream(text("SELECT * FROM missing"))
        with anyio.move_on_after(0) as moment:
            await session.stream(MANY)
        assert moment.cancelled_caught
    assert caplog.records == []


async def test_a_connection_that_is_dropped_by_a_cancelled_caller_is_closed_in_silence(sqlite, caplog):
    async with sqlite.session() as session:
        connection = await session.connection()
        raw = (await connection.get_raw_connection()).driver_connection
        with anyio.move_on_after(0):
            await connection.invalidate()
    await sqlite.dispose()
    assert caplog.records == []
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        raw.execute("SELECT 1")


async def test_nothing_blocks_the_event_loop(users_file):
    database = SQLiteDatabase(users_file, statement_timeout_seconds=5)
    with blockbuster_ctx():
        await database.setup()
        async with database.begin() as session:
            await session.execute(insert(Person).values(name="Ida"))
        async with database.read_session() as session:
            rows = await session.stream(MANY)
            await rows.fetchone()
        await database.run(lambda session: session.execute(COUNT).scalar_one())
        await database.ping()
        await database.dispose()
        with pytest.raises(BlockingError):
            connect_sqlite(users_file.as_uri()).execute("SELECT count(*) FROM person")


async def test_the_drivers_cursors_fetch_as_pep_249_says(sqlite):
    def fetch(connection, *, server_side: bool) -> list[object]:
        cursor = connection.connection.cursor(server_side=server_side)
        cursor.execute("SELECT id FROM person ORDER BY id")
        fetched = [cursor.fetchone(), cursor.fetchmany(), cursor.fetchall(), cursor.fetchone()]
        cursor.close()
        return fetched

    async with sqlite.session() as session:
        connection = await session.connection()
        for server_side in (False, True):
            fetched = await connection.run_sync(fetch, server_side=server_side)
            assert fetched == [(1,), [(2,)], [(3,)], None]


async def test_work_may_take_longer_than_a_statement_may(users_file):
    database = SQLiteDatabase(users_file, statement_timeout_seconds=0.001)
    token = anyio.lowlevel.current_token()

    def let_the_timeout_pass(_session) -> str:
        until = monotonic() + 0.01
        while monotonic() < until:
            anyio.from_thread.run(anyio.lowlevel.checkpoint, token=token)
        return "done"

    async with database.lifespan():
        assert await database.run(let_the_timeout_pass) == "done"
