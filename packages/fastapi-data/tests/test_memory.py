"""The copy of a SQLite file in memory: what may be served, and how it is exchanged."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import anyio
import pytest
from blockbuster import BlockingError, blockbuster_ctx
from sqlalchemy import select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fastapi_data import (
    DatabaseFileError,
    DatabaseNotReadyError,
    InMemoryDatabase,
    ReadOnlyDatabaseError,
)
from fastapi_data.sqlite_copy import MemoryCopy

NAMES = text("SELECT name FROM person ORDER BY id")


class Base(DeclarativeBase):
    """Of the table here."""


class Person(Base):
    """A row of ``person``."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


def names(session: Session) -> list[str]:
    return list(session.scalars(NAMES))


def copy_name(session: Session) -> str:
    """What the copy is called in the memdb VFS."""
    return session.execute(text("PRAGMA database_list")).one().file


def is_in_memory(name: str) -> bool:
    with closing(sqlite3.connect(f"file:{name}?vfs=memdb", uri=True)) as connection:
        return connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] > 0


@pytest.fixture
async def memory(users_file) -> AsyncIterator[InMemoryDatabase]:
    database = InMemoryDatabase(users_file, threads=2)
    async with database.lifespan():
        yield database


async def test_run_has_a_sqlite3_connection(memory):
    kind = await memory.run(lambda session: type(session.connection().connection.driver_connection))
    assert issubclass(kind, sqlite3.Connection)


@pytest.mark.parametrize("statement", ["DELETE FROM person", "CREATE TABLE other (id)", "PRAGMA user_version = 3"])
async def test_a_write_is_a_clear_error_however_it_is_tried(memory, users_file, statement):
    with pytest.raises(ReadOnlyDatabaseError, match="Write to the file itself, then call") as through_run:
        await memory.run(lambda session: session.execute(text(statement)))
    assert str(users_file) in str(through_run.value)
    async with memory.session() as session:
        await session.execute(text("PRAGMA query_only = off"))
        with pytest.raises(ReadOnlyDatabaseError):
            await session.execute(text(statement))
    assert await memory.run(names) == ["Ada", "Grace", "Barbara"]


async def test_a_write_that_only_the_commit_would_send_is_a_clear_error(memory):
    with pytest.raises(ReadOnlyDatabaseError):
        await memory.run(lambda session: session.add(Person(name="Edsger")))
    with pytest.raises(ReadOnlyDatabaseError):
        async with memory.begin() as session:
            (await session.scalars(select(Person))).first().name = "Edsger"
    with pytest.raises(ReadOnlyDatabaseError):
        async with memory.begin() as session:
            await session.delete((await session.scalars(select(Person))).first())
    assert await memory.run(names) == ["Ada", "Grace", "Barbara"]


async def test_the_file_may_change_or_go_once_it_is_copied(memory, users_file):
    users_file.unlink()
    assert await memory.run(names) == ["Ada", "Grace", "Barbara"]


async def test_a_file_in_wal_mode_is_copied_with_what_its_log_holds(users_file):
    with closing(sqlite3.connect(users_file)) as writer:
        writer.execute("PRAGMA journal_mode = wal")
        writer.execute("INSERT INTO person (name) VALUES ('Edsger')")
        writer.commit()
        database = InMemoryDatabase(users_file)
        async with database.lifespan():
            assert (await database.run(names))[-1] == "Edsger"


async def test_a_path_with_signs_that_mean_something_in_an_address_is_served(make_users_file):
    database = InMemoryDatabase(make_users_file("50% of? #users &mode=rw.db", "Ada"))
    async with database.lifespan():
        assert await database.run(names) == ["Ada"]


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def cut_in_the_header(path: Path) -> None:
    os.truncate(path, 50)


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def encrypted(path: Path) -> None:
    path.write_bytes(bytes(byte ^ 0x5A for byte in path.read_bytes()))


def damaged_inside(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-4096:] = b"\xff" * 4096
    path.write_bytes(content)


def removed(path: Path) -> None:
    path.unlink()


def replaced_by_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


BROKEN = {
    truncated: "truncated or damaged",
    cut_in_the_header: "truncated or damaged",
    emptied: "The file is empty",
    encrypted: "not a SQLite database, or it is encrypted",
    damaged_inside: "truncated or damaged",
    removed: "cannot be read .No such file",
    replaced_by_a_folder: "not a file",
}


@pytest.mark.parametrize(("break_it", "reason"), BROKEN.items(), ids=lambda value: getattr(value, "__name__", ""))
async def test_a_broken_file_is_refused_by_name_at_setup_and_the_old_data_stays_at_reload(
    users_file, make_users_file, break_it, reason
):
    broken = make_users_file("broken.db", "Mallory")
    break_it(broken)

    with pytest.raises(DatabaseFileError, match=reason) as at_setup:
        await InMemoryDatabase(broken).setup()
    assert at_setup.value.path == broken
    assert str(broken) in str(at_setup.value)

    database = InMemoryDatabase(users_file)
    async with database.lifespan():
        with pytest.raises(DatabaseFileError, match=reason):
            await database.reload(broken)
        assert await database.run(names) == ["Ada", "Grace", "Barbara"]
        assert (database.path, database.generation) == (users_file, 1)


async def test_a_file_that_a_writer_holds_is_refused(users_file, monkeypatch):
    monkeypatch.setattr("fastapi_data.sqlite_copy.BUSY_TIMEOUT_SECONDS", 0)
    with closing(sqlite3.connect(users_file)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseFileError, match="A writer holds"):
            await InMemoryDatabase(users_file).setup()
        writer.rollback()


async def test_a_database_that_could_not_be_set_up_can_be_once_the_file_is_there(tmp_path, make_users_file):
    database = InMemoryDatabase(tmp_path / "later.db")
    with pytest.raises(DatabaseFileError):
        await database.setup()
    make_users_file("later.db", "Ada")
    async with database.lifespan():
        assert await database.run(names) == ["Ada"]


async def test_reload_needs_a_database_that_is_set_up(users_file):
    with pytest.raises(DatabaseNotReadyError):
        await InMemoryDatabase(users_file).reload()


async def test_reload_reads_the_same_file_again_or_another(memory, users_file, make_users_file):
    with closing(sqlite3.connect(users_file)) as writer, writer:
        writer.execute("INSERT INTO person (name) VALUES ('Edsger')")
    await memory.reload()
    assert (await memory.run(names))[-1] == "Edsger"

    other = make_users_file("other.db", "Ida")
    await memory.reload(other)
    assert await memory.run(names) == ["Ida"]
    assert memory.path == other


async def test_the_generation_counts_copies(users_file):
    database = InMemoryDatabase(users_file)
    assert database.generation == 0
    async with database.lifespan():
        assert database.generation == 1
        await database.reload()
        assert database.generation == 2


async def test_a_session_begun_before_a_reload_finishes_on_the_old_copy(memory, make_users_file):
    async with memory.session() as session:
        await memory.reload(make_users_file("newer.db", "Ida"))
        assert list(await session.scalars(NAMES)) == ["Ada", "Grace", "Barbara"]
        assert await memory.run(names) == ["Ida"]
    async with memory.session() as session:
        assert list(await session.scalars(NAMES)) == ["Ida"]


async def test_the_old_copy_is_freed_when_its_last_user_is_done(memory, make_users_file):
    name = await memory.run(copy_name)
    async with memory.session() as first, memory.session() as second:
        await memory.reload(make_users_file("newer.db", "Ida"))
        await first.scalars(NAMES)
        await second.scalars(NAMES)
        assert is_in_memory(name)
    assert not is_in_memory(name)


async def test_the_copy_is_freed_at_dispose(memory):
    name = await memory.run(copy_name)
    assert is_in_memory(name)
    await memory.dispose()
    assert not is_in_memory(name)


async def test_readers_never_see_a_failed_or_torn_read_while_files_are_exchanged(memory, make_users_file):
    files = [make_users_file(f"{letter}.db", *[letter * 50] * 500) for letter in "abc"]
    await memory.reload(files[0])
    seen: set[str] = set()
    reloading = True

    def whole_copy(found: list[str]) -> str:
        assert len(found) == 500
        assert len(set(found)) == 1
        return found[0]

    async def read_in_run() -> None:
        while reloading:
            first, again = await memory.run(lambda session: (names(session), names(session)))
            assert first == again
            seen.add(whole_copy(first))

    async def read_in_session() -> None:
        while reloading:
            async with memory.session() as session:
                first = list(await session.scalars(NAMES))
                await anyio.lowlevel.checkpoint()
                assert list(await session.scalars(NAMES)) == first
                seen.add(whole_copy(first))

    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(read_in_run)
            tasks.start_soon(read_in_session)
        for turn in range(30):
            await memory.reload(files[turn % 3])
        reloading = False
    assert seen == {letter * 50 for letter in "abc"}


async def test_reloads_at_the_same_time_take_turns(memory, make_users_file):
    files = [make_users_file(f"{letter}.db", letter) for letter in "abcd"]
    async with anyio.create_task_group() as tasks:
        for file in files:
            tasks.start_soon(memory.reload, file)
    assert memory.generation == 5
    assert await memory.run(names) == [memory.path.stem]


async def test_nothing_blocks_the_event_loop(users_file):
    database = InMemoryDatabase(users_file)
    with blockbuster_ctx():
        await database.setup()
        async with database.begin() as session:
            await session.scalars(NAMES)
        await database.run(names)
        await database.ping()
        await database.reload()
        await database.dispose()
        with pytest.raises(BlockingError):
            MemoryCopy(users_file, "/copied-on-the-event-loop")
