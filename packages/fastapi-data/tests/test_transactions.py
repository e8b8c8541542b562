"""One request is one transaction, committed before the response starts."""

import sqlite3
from contextlib import closing
from typing import Annotated

import anyio
import pytest
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

INSERT = text("INSERT INTO user (name) VALUES ('Edsger')")
# Nobody has the id 99, which SQLite finds out when it commits.
BREAK_AT_COMMIT = text("INSERT INTO email VALUES (99, 'nobody@example.org')")


@pytest.fixture
def count_of(users_file):
    """Counts rows through a connection of its own, which sees what was committed."""

    def count(table: str) -> int:
        with closing(sqlite3.connect(users_file)) as connection:
            return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]

    return count


async def test_a_route_that_returns_is_committed_before_the_response_starts(writable_database, count_of):
    app = FastAPI()

    @app.post("/")
    async def add(session: Annotated[AsyncSession, Depends(writable_database)]) -> None:
        await session.execute(INSERT)

    counted_at_start: list[int] = []

    async def send(message) -> None:
        if message["type"] == "http.response.start":
            counted_at_start.append(count_of("user"))

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [], "root_path": ""}
    await app(scope, receive, send)
    assert counted_at_start == [4]


async def test_a_failing_commit_is_a_500_and_a_rollback(writable_database, client_of, count_of):
    app = FastAPI()

    @app.post("/")
    async def add(session: Annotated[AsyncSession, Depends(writable_database)]) -> None:
        await session.execute(BREAK_AT_COMMIT)

    @app.get("/")
    async def number(session: Annotated[AsyncSession, Depends(writable_database)]) -> int:
        return (await session.execute(text("SELECT count(*) FROM email"))).scalar_one()

    async with client_of(app) as client:
        assert (await client.post("/")).status_code == 500
        # The only connection of the pool: it would show the rows of a transaction that was left open.
        assert (await client.get("/")).json() == 0
    assert count_of("email") == 0


async def test_a_route_that_raises_is_rolled_back(writable_database, client_of, count_of):
    app = FastAPI()

    @app.post("/refused")
    async def refused(session: Annotated[AsyncSession, Depends(writable_database)]) -> None:
        await session.execute(INSERT)
        raise HTTPException(409)

    @app.post("/wrong-answer")
    async def wrong_answer(session: Annotated[AsyncSession, Depends(writable_database)]) -> int:
        await session.execute(INSERT)
        return "this is no number"

    async with client_of(app) as client:
        assert (await client.post("/refused")).status_code == 409
        assert (await client.post("/wrong-answer")).status_code == 500
    assert count_of("user") == 3


async def test_the_reading_side_never_commits(writable_database, client_of, count_of):
    app = FastAPI()

    @app.post("/")
    async def add(session: Annotated[AsyncSession, Depends(writable_database.read)]) -> None:
        await session.execute(INSERT)

    async with client_of(app) as client:
        assert (await client.post("/")).status_code == 200
    assert count_of("user") == 3


async def test_begin_commits_and_session_does_not(writable_database, count_of):
    async with writable_database.begin() as session:
        await session.execute(INSERT)
    assert count_of("user") == 4
    async with writable_database.session() as session:
        await session.execute(INSERT)
    assert count_of("user") == 4


async def test_begin_whose_commit_fails_leaves_nothing_behind(writable_database, count_of):
    with pytest.raises(IntegrityError):
        async with writable_database.begin() as session:
            await session.execute(BREAK_AT_COMMIT)
    async with writable_database.begin() as session:
        await session.execute(INSERT)
    assert (count_of("email"), count_of("user")) == (0, 4)


async def test_a_cancelled_transaction_is_rolled_back(writable_database, count_of):
    with anyio.CancelScope() as scope:
        async with writable_database.begin() as session:
            await session.execute(INSERT)
            scope.cancel()
            await anyio.lowlevel.checkpoint()
    async with writable_database.begin() as session:
        assert (await session.execute(text("SELECT count(*) FROM user"))).scalar_one() == 3
    assert count_of("user") == 3


async def test_run_is_one_transaction(writable_database, count_of):
    await writable_database.run(lambda session: session.execute(INSERT).rowcount)
    assert count_of("user") == 4

    def insert_and_fail(session) -> None:
        session.execute(INSERT)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await writable_database.run(insert_and_fail)
    with pytest.raises(IntegrityError):
        await writable_database.run(lambda session: session.execute(BREAK_AT_COMMIT).rowcount)
    await writable_database.run(lambda session: session.execute(text("SELECT 1")).scalar_one())
    assert (count_of("email"), count_of("user")) == (0, 4)
