"""Who gets a connection when all are in use."""

from __future__ import annotations

import asyncio
import threading

import anyio
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from fastapi_data import PoolExhaustedError
from fastapi_data.pools import AsyncPool, FairQueue
from fastapi_data.sqlite_connection import connect_sqlite
from fastapi_data.sqlite_threads import SQLiteThreads

ONE = text("SELECT 1")


async def until_someone_waits(database) -> None:
    (engine, *_) = database.sync_engines()
    while not engine.pool._pool._waiting:
        await anyio.lowlevel.checkpoint()


async def test_whoever_has_waited_longest_comes_next(writable_database):
    order: list[str] = []

    async def use(name: str) -> None:
        async with writable_database.begin() as session:
            await session.execute(ONE)
            order.append(name)

    async with anyio.create_task_group() as tasks:
        async with writable_database.session() as session:
            await session.execute(ONE)
            tasks.start_soon(use, "waited")
            await until_someone_waits(writable_database)
        # Comes when the connection is free, and who waited has not run yet.
        await use("came later")
    assert order == ["waited", "came later"]


async def test_a_connection_handed_to_someone_who_is_cancelled_goes_to_the_next(writable_database):
    served: list[str] = []

    async def use(name: str) -> None:
        async with writable_database.begin() as session:
            await session.execute(ONE)
            served.append(name)

    async with writable_database.session() as session:
        await session.execute(ONE)
        cancelled = asyncio.create_task(use("cancelled"))
        await until_someone_waits(writable_database)
        patient = asyncio.create_task(use("patient"))
        await anyio.lowlevel.checkpoint()
        await session.commit()
        cancelled.cancel()
    await asyncio.wait([cancelled, patient])
    assert served == ["patient"]
    assert writable_database.pool_status().in_use == 0


async def test_someone_who_is_cancelled_while_waiting_is_handed_nothing():
    queue: FairQueue[str] = FairQueue(1)
    waiting = asyncio.create_task(queue.wait(60))
    await anyio.lowlevel.checkpoint()
    waiting.cancel()
    queue.put_nowait("connection")
    await asyncio.wait([waiting])
    assert waiting.cancelled()
    assert queue.get_nowait() == "connection"


async def test_someone_whose_coroutine_is_closed_while_waiting_is_handed_nothing():
    queue: FairQueue[str] = FairQueue(1)
    waiting = queue.wait(60)
    waiting.send(None)
    waiting.close()
    queue.put_nowait("connection")
    assert queue.get_nowait() == "connection"


async def test_when_connecting_fails_whoever_waits_connects(users_file):
    threads = SQLiteThreads(2, None)
    begun, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def connect():
        if not begun.is_set():
            loop.call_soon_threadsafe(begun.set)
            go_on.wait()
        return connect_sqlite(users_file.as_uri())

    engine = create_async_engine(
        "sqlite+fastapi_data://",
        connect_args={"open_connection": connect, "threads": threads},
        pool_size=1,
        max_overflow=0,
    )

    async def use() -> int:
        async with engine.connect() as connection:
            return await connection.scalar(ONE)

    connecting = asyncio.create_task(use())
    await begun.wait()
    cancelled, waiting = asyncio.create_task(use()), asyncio.create_task(use())
    while len(engine.pool._pool._waiting) < 2:
        await anyio.lowlevel.checkpoint()
    connecting.cancel()
    # What the first is told, that there is room, reaches it when it is cancelled already.
    make_room = engine.pool._pool.make_room
    engine.pool._pool.make_room = lambda: (make_room(), cancelled.cancel())
    go_on.set()
    assert await waiting == 1
    await asyncio.wait([connecting, cancelled])
    assert connecting.cancelled()
    assert cancelled.cancelled()
    await engine.dispose()
    threads.shutdown()


async def test_whoever_waits_for_too_long_gives_up_its_place(make_database, writable_kind):
    size = "pool_max_size" if writable_kind == "postgres" else "pool_size"
    database = make_database(writable_kind, pool_timeout_seconds=0.01, **{size: 1})
    async with database.lifespan():
        async with database.session() as session:
            await session.execute(ONE)
            with pytest.raises(PoolExhaustedError):
                await database.ping()
        await database.ping()


def test_a_pool_that_is_made_anew_is_as_fair():
    pool = AsyncPool(lambda: None, pool_size=2, max_overflow=0)
    assert isinstance(pool.recreate()._pool, FairQueue)
    assert not pool._pool.full()
