"""One request is one transaction, committed before the response starts."""

import sqlite3
from contextlib import closing
from typing import Annotated

import anyio
import asyncpg
import pytest
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from fastapi_data import ReadOnlyDatabaseError

INSERT = text("INSERT INTO person (name) VALUES ('Edsger')")
# Nobody has the id 99, which the database finds out when it commits.
BREAK_AT_COMMIT = text("INSERT INTO email VALUES (99, 'nobody@example.org')")


@pytest.fixture
def count_of(writable_kind, users_file, postgres_url):
    """Counts rows through a connection of its own, which sees what was committed."""

    async def count(table: str) -> int:
        if writable_kind == "postgres":
            connection = await asyncpg.connect(postgres_url.render_as_string(hide_password=False))
            number = await connection.fetchval(f"SELECT count(*) FROM {table}")
            await connection.close()
            return number
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
            counted_at_start.append(await count_of("person"))

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
    assert await count_of("email") == 0


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
    assert await count_of("person") == 3


async def test_the_reading_side_refuses_to_write(writable_database, client_of, count_of):
    app = FastAPI()

    @app.post("/")
    async def add(session: Annotated[AsyncSession, Depends(writable_database.read)]) -> str:
        with pytest.raises(ReadOnlyDatabaseError, match="only reads"):
            await session.execute(INSERT)
        return "refused"

    async with client_of(app) as client:
        assert (await client.post("/")).json() == "refused"
    assert await count_of("person") == 3
    async with writable_database.begin() as session:
        await session.execute(INSERT)
    assert await count_of("person") == 4


async def test_begin_commits_and_session_does_not(writable_database, count_of):
    async with writable_database.begin() as session:
        await session.execute(INSERT)
    assert await count_of("person") == 4
    async with writable_database.session() as session:
        await session.execute(INSERT)
    assert await count_of("person") == 4


async def test_begin_whose_commit_fails_leaves_nothing_behind(writable_database, count_of):
    with pytest.raises(IntegrityError):
        async with writable_database.begin() as session:
            await session.execute(BREAK_AT_COMMIT)
    async with writable_database.begin() as session:
        await session.execute(INSERT)
    assert (await count_of("email"), await count_of("person")) == (0, 4)


async def test_a_cancelled_transaction_is_rolled_back(writable_database, count_of):
    with anyio.CancelScope() as scope:
        async with writable_database.begin() as session:
            await session.execute(INSERT)
            scope.cancel()
            await anyio.lowlevel.checkpoint()
    async with writable_database.begin() as session:
        assert (await session.execute(text("SELECT count(*) FROM person"))).scalar_one() == 3
    assert await count_of("person") == 3


async def test_run_is_one_transaction(writable_database, count_of):
    await writable_database.run(lambda session: session.execute(INSERT).rowcount)
    assert await count_of("person") == 4

    def insert_and_fail(session) -> None:
        session.execute(INSERT)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await writable_database.run(insert_and_fail)
    with pytest.raises(IntegrityError):
        await writable_database.run(lambda session: session.execute(BREAK_AT_COMMIT).rowcount)
    await writable_database.run(lambda session: session.execute(text("SELECT 1")).scalar_one())
    assert (await count_of("email"), await count_of("person")) == (0, 4)
