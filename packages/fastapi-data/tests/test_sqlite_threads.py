"""What runs in worker threads: units of work and statements, on every SQLite database."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from contextvars import ContextVar

import anyio
import pytest
from sqlalchemy import text

from fastapi_data import PoolExhaustedError
from fastapi_data.sqlite_connection import SECONDS_BETWEEN_INTERRUPTS, Watch, current_watch
from fastapi_data.sqlite_threads import SQLiteThreads

KINDS = ["memory", "shared", "sqlite"]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Of databases whose work is done in threads."""
    return request.param


async def test_run_works_in_another_thread_with_the_callers_context(database):
    language: ContextVar[str] = ContextVar("language")
    language.set("nl")
    thread, seen = await database.run(lambda _session: (threading.current_thread(), language.get()))
    assert thread is not threading.current_thread()
    assert seen == "nl"


async def test_units_that_take_long_run_side_by_side(kind, make_database):
    database = make_database(kind, threads=3)
    # Broken, with an error in each of them, if not all three stand at it in the end.
    together = threading.Barrier(3, timeout=60)
    async with database.lifespan(), anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(database.run_read, lambda _session: together.wait())


async def test_another_thread_helps_only_when_no_job_has_begun_for_a_while():
    threads = SQLiteThreads(2, None)
    begun, go_on = threading.Event(), threading.Event()

    def occupy() -> None:
        begun.set()
        go_on.wait()

    threads.call_later(occupy)
    threads.call_later(go_on.wait)
    begun.wait()
    threads._look(threads._begun - 1)
    assert len(threads._threads) == 1
    threads._look(threads._begun)
    assert len(threads._threads) == 2
    threads.call_later(go_on.wait)
    threads._look(threads._begun)
    assert len(threads._threads) == 2
    go_on.set()
    threads.shutdown()
    assert threads._threads == set()
    # Nothing is looked at, and nothing started, once they are shut down.
    threads._look(threads._begun)
    assert threads._threads == set()


def test_a_job_that_is_late_before_its_first_statement_is_looked_at_again():
    assert Watch().stop_if_late(0) == SECONDS_BETWEEN_INTERRUPTS


async def test_a_job_that_fails_and_that_nobody_waits_for_ends_no_thread():
    threads = SQLiteThreads(1, None)
    threads.call_later(lambda: 1 / 0)
    assert await threads.call(lambda: "still there") == "still there"
    threads.shutdown()


def test_another_thread_helps_in_the_next_event_loop_too():
    threads = SQLiteThreads(2, None)
    # Broken, with an error in each of them, if not both stand at it in the end.
    together = threading.Barrier(2, timeout=60)

    async def call(*acts) -> None:
        await asyncio.gather(*map(threads.call, acts))

    # This loop is closed before it has looked whether another thread should help.
    asyncio.run(call(threading.current_thread))
    asyncio.run(call(together.wait, together.wait))
    threads.shutdown()


async def test_nothing_keeps_what_a_job_returned():
    class Result:
        """Something that tells when it is gone."""

    threads, gone = SQLiteThreads(1, None), threading.Event()
    result = await threads.call(Result)
    weakref.finalize(result, gone.set)
    del result
    gc.collect()
    assert await anyio.to_thread.run_sync(gone.wait, 60)
    threads.shutdown()


async def test_what_is_called_after_the_end_is_done_all_the_same():
    threads = SQLiteThreads(1, None)
    assert await threads.call(lambda: 1) == 1
    threads.shutdown()
    assert await threads.call(lambda: 2) == 2
    threads.shutdown()


async def test_work_that_raises_stop_iteration_raises_a_runtime_error(database):
    with pytest.raises(RuntimeError, match="raised StopIteration"):
        await database.run(lambda _session: next(iter([])))


async def test_an_interrupt_that_comes_late_spares_the_next_user_of_the_connection(kind, make_database):
    database = make_database(kind, threads=1)
    watches: list[Watch] = []

    def first(session) -> int:
        watches.append(current_watch())
        return id(session.connection().connection.driver_connection)

    def second(session) -> tuple[int, int]:
        raw = session.connection().connection.driver_connection
        # In the middle of a statement.
        raw.create_function("abandon_first", 0, watches[0].abandon)
        query = "WITH RECURSIVE n(i) AS (SELECT abandon_first() UNION ALL SELECT 1 FROM n LIMIT 100000) SELECT count(*)"
        return id(raw), session.execute(text(f"{query} FROM n")).scalar_one()

    async with database.lifespan():
        connection = await database.run(first)
        assert await database.run(second) == (connection, 100000)


async def test_an_interrupt_that_comes_late_spares_the_rows_that_are_left(database):
    watches: list[Watch] = []
    async with database.read_session() as session:
        raw = (await (await session.connection()).get_raw_connection()).driver_connection
        raw.create_function("note", 0, lambda: watches.append(current_watch()))
        query = text(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100) SELECT i, note() FROM n"
        )
        rows = await session.stream(query, execution_options={"yield_per": 10})
        assert len(await rows.fetchmany(10)) == 10
        # Of jobs that are done.
        for watch in watches:
            watch.abandon()
        assert len(await rows.fetchall()) == 90


async def test_threads_that_helped_have_ended_when_nothing_waits(kind, make_database):
    database = make_database(kind, threads=2)
    together = threading.Barrier(2, timeout=60)
    seen: list[threading.Thread] = []

    def work(_session) -> None:
        together.wait()
        seen.append(threading.current_thread())

    async with database.lifespan():
        stays = await database.run_read(lambda _session: threading.current_thread())
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(database.run_read, work)
            tasks.start_soon(database.run_read, work)
        (helped,) = set(seen) - {stays}
        await anyio.to_thread.run_sync(helped.join)
        assert stays.is_alive()
    assert not stays.is_alive()


async def test_what_a_unit_changes_of_its_connection_is_gone_for_the_next(database):
    def change(session) -> None:
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT", "mine": True})

    await database.run(change)
    options = await database.run(lambda session: dict(session.connection().get_execution_options()))
    assert "mine" not in options
    assert "isolation_level" not in options


async def test_a_connection_that_a_unit_closed_is_not_kept(database):
    def close_and_fail(session) -> None:
        session.connection().close()
        raise LookupError

    with pytest.raises(LookupError):
        await database.run(close_and_fail)
    assert await database.run(lambda session: session.execute(text("SELECT 1")).scalar_one()) == 1


async def test_a_cancelled_run_waits_for_work_that_has_begun(database):
    begun, go_on, finished = anyio.Event(), threading.Event(), threading.Event()
    loop_token = anyio.lowlevel.current_token()

    def work(_session) -> None:
        anyio.from_thread.run_sync(begun.set, token=loop_token)
        go_on.wait()
        finished.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(database.run, work)
        await begun.wait()
        tasks.cancel_scope.cancel()
        go_on.set()
    assert finished.is_set()
    await database.dispose()


async def test_a_cancelled_run_that_has_not_begun_never_does(kind, make_database):
    database = make_database(kind, threads=1)
    ran: list[str] = []
    begun, go_on = anyio.Event(), threading.Event()
    loop_token = anyio.lowlevel.current_token()

    def occupy(_session) -> None:
        anyio.from_thread.run_sync(begun.set, token=loop_token)
        go_on.wait()

    async with database.lifespan(), anyio.create_task_group() as occupied:
        occupied.start_soon(database.run, occupy)
        await begun.wait()
        with anyio.move_on_after(0):
            await database.run(lambda _session: ran.append("ran"))
        go_on.set()
    assert ran == []


async def test_work_that_finds_no_free_thread_in_time_never_begins(kind, make_database):
    database = make_database(kind, threads=1, pool_timeout_seconds=0.01)
    begun, go_on = anyio.Event(), threading.Event()
    loop_token = anyio.lowlevel.current_token()
    ran: list[str] = []

    def occupy(_session) -> None:
        anyio.from_thread.run_sync(begun.set, token=loop_token)
        go_on.wait()

    async with database.lifespan(), anyio.create_task_group() as occupied:
        occupied.start_soon(database.run, occupy)
        await begun.wait()
        with pytest.raises(PoolExhaustedError, match="All 1 connections are in use"):
            await database.run(lambda _session: ran.append("ran"))
        go_on.set()
    assert ran == []
