"""Whatever happens to requests, the pool is whole afterwards, and what failed left nothing behind."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated

import anyio
import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

REQUESTS = 10_000
CONCURRENT = 16
SIZES = {
    "sqlite": {"pool_size": 4, "threads": 2, "busy_timeout_seconds": 60},
    "postgres": {"pool_min_size": 4, "pool_max_size": 4},
}

INSERT = text("INSERT INTO person (name) VALUES ('Ida')")
BREAK_AT_COMMIT = text("INSERT INTO email VALUES (0, 'nobody@example.org')")
COUNT = text("SELECT count(*) FROM person")


def application(database) -> FastAPI:  # noqa: C901 - routes
    app = FastAPI()
    Session = Annotated[AsyncSession, Depends(database)]  # noqa: N806 - a type

    @app.get("/good")
    async def good(session: Session) -> int:
        await session.execute(INSERT)
        return 1

    @app.get("/read")
    async def read(session: Annotated[AsyncSession, Depends(database.read)]) -> int:
        return (await session.execute(COUNT)).scalar_one()

    @app.get("/run")
    async def run() -> int:
        return await database.run(lambda session: session.execute(COUNT).scalar_one())

    @app.get("/http-exception")
    async def http_exception(session: Session) -> None:
        await session.execute(INSERT)
        raise HTTPException(409)

    @app.get("/error")
    async def error(session: Session) -> None:
        await session.execute(INSERT)
        raise RuntimeError

    @app.get("/wrong-statement")
    async def wrong_statement(session: Session) -> None:
        await session.execute(INSERT)
        await session.execute(text("SELECT nonsense"))

    @app.get("/broken-commit")
    async def broken_commit(session: Session) -> None:
        await session.execute(BREAK_AT_COMMIT)

    @app.get("/cancelled")
    async def cancelled(session: Session) -> None:
        with anyio.move_on_after(0):
            await session.execute(INSERT)
        raise asyncio.CancelledError

    @app.get("/wrong-answer")
    async def wrong_answer(session: Session) -> int:
        await session.execute(INSERT)
        return "no number"

    @app.get("/run-error")
    async def run_error() -> None:
        await database.run(lambda session: session.execute(INSERT) and 1 / 0)

    return app


PATHS = [
    "/good", "/read", "/run", "/http-exception", "/error", "/wrong-statement", "/broken-commit", "/cancelled",
    "/wrong-answer", "/run-error",
]  # fmt: skip


async def ask(app: FastAPI, path: str, *, leave_after: int | None = None) -> int | None:
    """Send a request; the status of its answer, None if there was none. The client may leave after some messages."""
    status: list[int] = []
    events = 0

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message) -> None:
        nonlocal events
        events += 1
        if message["type"] == "http.response.start":
            status.append(message["status"])
        if leave_after is not None and events > leave_after:
            raise OSError("The client has gone.")

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [], "root_path": ""}
    # A server logs it and goes on.
    with suppress(asyncio.CancelledError, Exception):
        await app(scope, receive, send)
    return status[0] if status else None


async def test_the_pool_is_whole_after_thousands_of_requests_that_fail_in_every_way(writable_kind, make_database):
    database = make_database(writable_kind, **SIZES[writable_kind])
    chance = random.Random(7)
    todo = iter([chance.choice(PATHS) for _ in range(REQUESTS)])
    answers: dict[str, set[int | None]] = {path: set() for path in PATHS}
    app = application(database)
    good = 0

    async def work() -> None:
        nonlocal good
        for path in todo:
            if chance.random() < 0.1:
                with anyio.move_on_after(chance.random() / 500):
                    await ask(app, "/wrong-answer")
            leave_after = 0 if chance.random() < 0.05 else None
            answers[path].add(await ask(app, path, leave_after=leave_after))
            good += path == "/good"

    async with database.lifespan():
        async with anyio.create_task_group() as tasks:
            for _ in range(CONCURRENT):
                tasks.start_soon(work)
        status = database.pool_status()
        assert status.in_use == 0
        # Every connection can be had, and none holds a transaction that was left open.
        async with anyio.create_task_group() as tasks:
            for _ in range(4):
                tasks.start_soon(database.ping)
        async with database.session() as session:
            assert (await session.execute(COUNT)).scalar_one() == 3 + good
            assert (await session.execute(text("SELECT count(*) FROM email"))).scalar_one() == 0
    statuses = {path: sorted(found - {None}) for path, found in answers.items()}
    assert statuses == {
        "/good": [200],
        "/read": [200],
        "/run": [200],
        "/http-exception": [409],
        "/error": [500],
        "/wrong-statement": [500],
        "/broken-commit": [500],
        "/cancelled": [],
        "/wrong-answer": [500],
        "/run-error": [500],
    }


async def test_the_connection_is_free_before_the_body_streams_and_background_tasks_run(writable_database, client_of):
    app = FastAPI()
    in_use: list[int] = []

    @app.get("/stream")
    async def stream(session: Annotated[AsyncSession, Depends(writable_database)]) -> StreamingResponse:
        await session.execute(INSERT)

        async def body() -> AsyncIterator[str]:
            in_use.append(writable_database.pool_status().in_use)
            # The only connection of the pool.
            async with writable_database.session() as own:
                yield str((await own.execute(COUNT)).scalar_one())

        return StreamingResponse(body())

    @app.get("/background")
    async def background(tasks: BackgroundTasks, session: Annotated[AsyncSession, Depends(writable_database)]) -> None:
        await session.execute(INSERT)

        async def work() -> None:
            in_use.append(writable_database.pool_status().in_use)
            async with writable_database.begin() as own:
                await own.execute(INSERT)

        tasks.add_task(work)

    async with client_of(app) as client:
        assert (await client.get("/stream")).text == "4"
        assert (await client.get("/background")).status_code == 200
    assert in_use == [0, 0]
    async with writable_database.session() as session:
        assert (await session.execute(COUNT)).scalar_one() == 6


async def test_a_client_that_leaves_while_the_body_streams_takes_no_connection_with_it(writable_database):
    app = FastAPI()

    @app.get("/")
    async def stream(session: Annotated[AsyncSession, Depends(writable_database)]) -> StreamingResponse:
        await session.execute(INSERT)

        async def body() -> AsyncIterator[str]:
            async with writable_database.session() as own:
                while True:
                    yield str((await own.execute(COUNT)).scalar_one())

        return StreamingResponse(body())

    await ask(app, "/", leave_after=3)
    await anyio.lowlevel.checkpoint()
    async with writable_database.session() as session:
        assert (await session.execute(COUNT)).scalar_one() == 4


async def test_a_transaction_that_is_cancelled_while_its_commit_fails_leaves_nothing_open(writable_database):
    async def break_at_commit() -> None:
        async with writable_database.begin() as session:
            await session.execute(BREAK_AT_COMMIT)
            # Delivered where the commit waits for its thread.
            asyncio.get_running_loop().call_soon(scope.cancel)

    with anyio.CancelScope() as scope:
        await break_at_commit()
    assert scope.cancelled_caught
    async with writable_database.session() as session:
        assert (await session.execute(text("SELECT count(*) FROM email"))).scalar_one() == 0
        assert (await session.execute(COUNT)).scalar_one() == 3
    assert writable_database.pool_status().in_use == 0


@pytest.mark.parametrize("path", ["/good", "/broken-commit", "/error"])
async def test_a_request_may_be_cancelled_at_any_moment(writable_database, path):
    app = application(writable_database)
    for moment in range(12):
        request = asyncio.create_task(ask(app, path))
        for _ in range(moment):
            await asyncio.sleep(0)
        request.cancel()
        await asyncio.wait([request])
        async with writable_database.session() as session:
            assert (await session.execute(text("SELECT count(*) FROM email"))).scalar_one() == 0
        assert writable_database.pool_status().in_use == 0
