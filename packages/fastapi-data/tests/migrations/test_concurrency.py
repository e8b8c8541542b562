"""However many processes start at once, one migrates."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from fastapi_data import MigrationError, PostgresDatabase, SQLiteDatabase
from fastapi_data.migrations import current, environment, upgrade

PROCESSES = 3


@asynccontextmanager
async def somebody_migrating(database):
    """Hold the lock a migrating process holds."""
    async with database.lifespan(), database.begin() as session:
        if isinstance(database, SQLiteDatabase):
            await session.execute(text("CREATE TABLE held (id INTEGER)"))
            yield
            await session.rollback()
        else:
            await session.execute(text(f"SELECT pg_advisory_lock({environment._LOCK_KEY})"))
            yield
            await session.execute(text("SELECT pg_advisory_unlock_all()"))


async def start_upgrades(application, url):
    command = ["-m", "fastapi_data.migrations", "--url", url, "--folder", application.folder, "upgrade"]
    return [
        await asyncio.create_subprocess_exec(
            sys.executable, *command, cwd=application.root, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(PROCESSES)
    ]


async def test_of_processes_that_start_at_once_one_migrates_and_all_succeed(application, url, empty_database):
    application.write_migration("one", None, 'op.create_table("book", sa.Column("id", sa.Integer))\nprint("migrated")')
    if isinstance(empty_database, PostgresDatabase):
        # Waits for everybody's older snapshots, so also for who waits inside a statement.
        body = 'op.create_index("i", "book", ["id"], postgresql_concurrently=True)'
        application.write_migration("two", "one", f"with op.get_context().autocommit_block():\n    {body}")
    newest = "two" if isinstance(empty_database, PostgresDatabase) else "one"
    environment_file = application.folder / "env.py"
    environment_file.write_text(environment_file.read_text().replace("\nrun_", '\nprint("ready", flush=True)\nrun_'))
    async with somebody_migrating(empty_database):
        processes = await start_upgrades(application, url)
        assert [await process.stdout.readline() for process in processes] == [b"ready\n"] * PROCESSES
        assert [process.returncode for process in processes] == [None] * PROCESSES
    outputs = [(await process.communicate())[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * PROCESSES
    assert sum(b"migrated" in output for output in outputs) == 1
    assert await current(url, application.folder) == (newest,)


async def test_a_lock_that_is_held_for_too_long_is_an_error(application, url, empty_database, monkeypatch):
    application.write_migration("one", None, "pass")
    monkeypatch.setattr(environment, "LOCK_TIMEOUT_SECONDS", 0)
    async with somebody_migrating(empty_database):
        with pytest.raises(MigrationError, match=r"Another process has been migrating|cannot be written to"):
            await upgrade(url, application.folder)
    await upgrade(url, application.folder)


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
async def test_who_waits_for_the_lock_asks_again_until_it_is_free(application, url, empty_database):
    application.write_migration("one", None, "pass")
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE query = 'ROLLBACK;' AND application_name LIKE '%migr%'")
    watcher = PostgresDatabase(url)
    async with somebody_migrating(empty_database), watcher.lifespan():
        upgrading = asyncio.create_task(upgrade(url, application.folder))
        refused = 0
        while not refused:
            async with watcher.session() as session:
                refused = await session.scalar(waiting)
    await upgrading
    assert await current(url, application.folder) == ("one",)
