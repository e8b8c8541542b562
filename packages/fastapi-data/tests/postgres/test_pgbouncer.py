"""Transactions through a real PgBouncer that gives each one any server connection."""

from __future__ import annotations

from collections.abc import Iterator

import anyio
import pytest
from own_servers import new_pgbouncer
from sqlalchemy import URL, text

from fastapi_data import PostgresDatabase, StatementTimeoutError
from fastapi_data.postgres_options import PostgresOptions


@pytest.fixture
def pgbouncer(postgres_url: URL) -> Iterator[URL]:
    """The address of a PgBouncer in front of the database, with two server connections."""
    with new_pgbouncer(postgres_url, pool_size=2) as url:
        yield url


async def test_statements_repeat_on_any_server_connection(pgbouncer):
    database = PostgresDatabase(pgbouncer, pgbouncer=True, pool_max_size=8)
    backends: set[int] = set()

    async def work() -> None:
        for _ in range(10):
            async with database.begin() as session:
                backends.add(await session.scalar(text("SELECT pg_backend_pid()")))
                names = await session.scalars(text("SELECT name FROM person WHERE id > :id ORDER BY id"), {"id": 1})
                assert names.all() == ["Grace", "Barbara"]

    async with database.lifespan():
        async with anyio.create_task_group() as tasks:
            for _ in range(8):
                tasks.start_soon(work)
        await database.ping()
        async with database.read_session() as session:
            assert await session.scalar(text("SELECT count(*) FROM person")) == 3
    assert len(backends) == 2


async def test_the_statement_timeout_belongs_to_the_transaction_and_reaches_nobody_else(pgbouncer):
    limited = PostgresDatabase(pgbouncer, pgbouncer=True, statement_timeout_seconds=0.05)
    unlimited = PostgresDatabase(pgbouncer, pgbouncer=True)
    async with limited.lifespan(), unlimited.lifespan():
        with pytest.raises(StatementTimeoutError):
            await limited.run(lambda session: session.execute(text("SELECT pg_sleep(100000)")))
        for _ in range(4):
            assert await unlimited.run(lambda session: session.scalar(text("SHOW statement_timeout"))) == "0"


async def test_nothing_that_was_prepared_stays_on_the_connections_of_the_server(pgbouncer):
    database = PostgresDatabase(pgbouncer, pgbouncer=True, pool_max_size=8)

    async def work() -> None:
        for number in range(10):
            async with database.begin() as session:
                rows = await session.stream(text("SELECT name FROM person WHERE id > :id"), {"id": number})
                assert len([row async for row in rows]) == max(0, 3 - number)

    async with database.lifespan():
        async with anyio.create_task_group() as tasks:
            for _ in range(8):
                tasks.start_soon(work)
        prepared: dict[int, int] = {}
        while len(prepared) < 2:

            async def look() -> None:
                async with database.begin() as session:
                    found = await session.execute(
                        text("SELECT pg_backend_pid(), (SELECT count(*) FROM pg_prepared_statements)")
                    )
                    pid, count = found.one()
                    prepared[pid] = count

            async with anyio.create_task_group() as tasks:
                for _ in range(2):
                    tasks.start_soon(look)
    assert set(prepared.values()) == {0}


def test_the_statement_timeout_is_not_said_to_pgbouncer():
    arguments = PostgresOptions(pgbouncer=True, statement_timeout_seconds=1).connect_arguments()
    assert "statement_timeout" not in arguments["server_settings"]
