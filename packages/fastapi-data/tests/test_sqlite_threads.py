"""What runs in worker threads: units of work and statements, on every SQLite database."""

from __future__ import annotations

import threading
from contextvars import ContextVar

import anyio
import pytest

from fastapi_data import PoolExhaustedError

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
