"""Statements that take too long, and those nobody waits for any more, are stopped on every database."""

import asyncio
from typing import Annotated

import anyio
import pytest
from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from fastapi_data import StatementTimeoutError

# Neither would end within the lifetime of a test run.
ENDLESS = {
    "postgres": text("SELECT pg_sleep(100000)"),
    "sqlite": text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"),
}
COUNT = text("SELECT count(*) FROM person")
ONE_CONNECTION = {"postgres": {"pool_max_size": 1}, "sqlite": {"pool_size": 1, "threads": 1}}


@pytest.fixture
def endless(kind):
    return ENDLESS.get(kind, ENDLESS["sqlite"])


@pytest.fixture
def make_small(kind, make_database):
    """Makes a database with one connection, which a statement that went on would occupy."""
    sizes = ONE_CONNECTION.get(kind, ONE_CONNECTION["sqlite"])
    return lambda **options: make_database(kind, **sizes, **options)


def count(session) -> int:
    return session.execute(COUNT).scalar_one()


async def test_a_statement_that_takes_too_long_is_stopped(make_small, endless):
    database = make_small(statement_timeout_seconds=0.05)
    async with database.lifespan():
        async with database.session() as session:
            with pytest.raises(StatementTimeoutError, match=r"longer than 0\.05 s") as stopped:
                await session.execute(endless)
            assert stopped.value.timeout_seconds == 0.05
            await session.rollback()
            assert (await session.execute(COUNT)).scalar_one() == 3
        with pytest.raises(StatementTimeoutError):
            await database.run(lambda session: session.execute(endless).all())
        async with database.read_session() as session:
            with pytest.raises(StatementTimeoutError):
                await session.execute(endless)
        assert await database.run(count) == 3
        assert database.pool_status().in_use == 0


async def test_statements_that_are_quick_enough_are_not_counted_together(make_small):
    database = make_small(statement_timeout_seconds=5)

    def many(session) -> list[int]:
        return [count(session) for _ in range(20)]

    async with database.lifespan():
        assert await database.run(many) == [3] * 20


async def test_a_statement_is_stopped_while_its_rows_are_fetched(make_database):
    database = make_database("sqlite", statement_timeout_seconds=0.05)
    endless_rows = text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0 OR i = 1"
    )
    async with database.lifespan():
        async with database.session() as session:
            with pytest.raises(StatementTimeoutError):
                await session.execute(endless_rows)
        async with database.session() as session:
            with pytest.raises(StatementTimeoutError):
                await session.stream(endless_rows)
        with pytest.raises(StatementTimeoutError):
            await database.run(lambda session: session.execute(endless_rows).all())


async def test_a_statement_whose_caller_is_cancelled_is_interrupted(make_small, endless):
    database = make_small()
    async with database.lifespan():
        for _ in range(2):
            with anyio.move_on_after(0.05) as scope:
                async with database.session() as session:
                    await session.execute(endless)
            assert scope.cancelled_caught
            with anyio.move_on_after(0.05) as scope:
                await database.run(lambda session: session.execute(endless).all())
            assert scope.cancelled_caught
        # The only connection is free: nothing goes on in it.
        async with database.session() as session:
            assert (await session.execute(COUNT)).scalar_one() == 3
        assert await database.run(count) == 3
        assert database.pool_status().in_use == 0


async def test_a_request_whose_client_has_gone_is_ended(make_small, endless):
    database = make_small()
    app = FastAPI()

    @app.get("/")
    async def wait(session: Annotated[AsyncSession, Depends(database)]) -> None:
        await session.execute(endless)

    async def receive():
        return {"type": "http.disconnect"}

    async def send(_message) -> None:
        """Send to nobody."""

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "root_path": ""}
    async with database.lifespan():
        request = asyncio.create_task(app(scope, receive, send))
        while not database.pool_status().in_use:
            await anyio.lowlevel.checkpoint()
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        assert await database.run(count) == 3
        assert database.pool_status().in_use == 0


async def test_whoever_is_cancelled_again_and_again_still_leaves_no_statement_behind(make_database):
    database = make_database("sqlite", pool_size=1)
    async with database.lifespan():

        async def wait() -> None:
            async with database.session() as session:
                await session.execute(ENDLESS["sqlite"])

        task = asyncio.create_task(wait())
        while not database.pool_status().in_use:
            await anyio.lowlevel.checkpoint()
        while not task.done():
            task.cancel()
            await anyio.lowlevel.checkpoint()
        async with database.session() as session:
            assert (await session.execute(COUNT)).scalar_one() == 3


async def test_work_whose_caller_is_cancelled_is_not_committed(make_database):
    database = make_database("sqlite")
    begun = anyio.Event()
    token = anyio.lowlevel.current_token()

    def write_after(session, cancelled: asyncio.Event) -> None:
        session.execute(text("INSERT INTO person (name) VALUES ('Ida')"))
        anyio.from_thread.run_sync(begun.set, token=token)
        anyio.from_thread.run(cancelled.wait, token=token)

    async with database.lifespan():
        cancelled = asyncio.Event()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(database.run, write_after, cancelled)
            await begun.wait()
            tasks.cancel_scope.cancel()
            asyncio.get_running_loop().call_soon(cancelled.set)
        assert await database.run(count) == 3


async def test_work_whose_caller_is_cancelled_begins_no_other_statement(make_database):
    database = make_database("sqlite")
    begun = anyio.Event()
    token = anyio.lowlevel.current_token()
    went_on: list[int] = []

    def go_on_after(session, cancelled: asyncio.Event) -> None:
        session.execute(COUNT)
        anyio.from_thread.run_sync(begun.set, token=token)
        anyio.from_thread.run(cancelled.wait, token=token)
        went_on.append(count(session))

    async with database.lifespan():
        cancelled = asyncio.Event()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(database.run, go_on_after, cancelled)
            await begun.wait()
            tasks.cancel_scope.cancel()
            asyncio.get_running_loop().call_soon(cancelled.set)
        assert went_on == []
        assert await database.run(count) == 3
