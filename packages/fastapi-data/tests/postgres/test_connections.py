"""What PostgreSQL's database does besides what all databases do."""

from __future__ import annotations

import sys

import anyio
import pytest
from blockbuster import blockbuster_ctx
from sqlalchemy import text

from fastapi_data import (
    DatabaseUnavailableError,
    MissingDriverError,
    PoolStatus,
    PostgresDatabase,
    StatementTimeoutError,
)
from fastapi_data.postgres_options import PostgresOptions

COUNT = text("SELECT count(*) FROM person")
BACKEND = text("SELECT pg_backend_pid()")


async def test_the_pool_opens_the_minimum_and_keeps_what_it_opened_up_to_the_maximum(postgres_url):
    database = PostgresDatabase(postgres_url, pool_min_size=2, pool_max_size=4, application_name="sizes of pools")

    async def backends_of_four_at_once() -> set[int]:
        everybody_has_one = anyio.Event()
        backends: set[int] = set()

        async def hold() -> None:
            async with database.session() as session:
                backends.add(await session.scalar(BACKEND))
                if len(backends) == 4:
                    everybody_has_one.set()
                await everybody_has_one.wait()

        async with anyio.create_task_group() as tasks:
            for _ in range(4):
                tasks.start_soon(hold)
            await everybody_has_one.wait()
            assert database.pool_status() == PoolStatus(max_size=4, in_use=4, idle=0)
        return backends

    async with database.lifespan():
        assert database.pool_status() == PoolStatus(max_size=4, in_use=0, idle=2)
        backends = await backends_of_four_at_once()
        assert database.pool_status() == PoolStatus(max_size=4, in_use=0, idle=4)
        # To connect anew takes longer than most requests do.
        assert await backends_of_four_at_once() == backends
        assert len({await database.run(lambda session: session.scalar(BACKEND)) for _ in range(4)}) == 1


async def test_a_connection_is_replaced_when_it_is_old(postgres_url):
    async def backends(**options: float) -> int:
        database = PostgresDatabase(postgres_url, pool_max_size=1, **options)
        async with database.lifespan():
            return len({await database.run(lambda session: session.scalar(BACKEND)) for _ in range(3)})

    assert await backends() == 1
    assert await backends(pool_recycle_seconds=0) == 3


async def test_the_server_is_told_name_and_timeout(postgres_url):
    database = PostgresDatabase(postgres_url, application_name="the shop", statement_timeout_seconds=1.25)
    async with database.lifespan(), database.session() as session:
        assert await session.scalar(text("SHOW application_name")) == "the shop"
        assert await session.scalar(text("SHOW statement_timeout")) == "1250ms"


async def test_what_a_caller_cancels_ends_on_the_server_too(postgres_url):
    database = PostgresDatabase(postgres_url, application_name="cancelled")
    running = text(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(%' AND datname = current_database()"
    )
    async with database.lifespan():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(database.run, lambda session: session.execute(text("SELECT pg_sleep(100000)")))
            while not await database.run(lambda session: session.scalar(running)):
                await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()
        while await database.run(lambda session: session.scalar(running)):
            await anyio.lowlevel.checkpoint()


async def test_the_loop_serves_others_while_run_waits_for_the_server(postgres_url):
    database = PostgresDatabase(postgres_url, pool_max_size=2)

    async with database.lifespan(), anyio.create_task_group() as tasks, database.session() as session:
        # The work waits for a lock that only the next turn of the loop gives back.
        await session.execute(text("SELECT pg_advisory_lock(5)"))
        tasks.start_soon(database.run, lambda session: session.execute(text("SELECT pg_advisory_xact_lock(5)")).all())
        while database.pool_status().in_use < 2:
            await anyio.lowlevel.checkpoint()
        await session.execute(text("SELECT pg_advisory_unlock(5)"))


async def test_nothing_blocks_the_event_loop(postgres_url):
    database = PostgresDatabase(postgres_url)
    await database.setup()
    with blockbuster_ctx():
        async with database.begin() as session:
            await session.execute(COUNT)
        await database.run(lambda session: session.execute(COUNT).scalar_one())
        await database.ping()
    await database.dispose()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"database": "there_is_no_such_database"}, "refuses us: database .* does not exist"),
        ({"username": "nobody_of_this_name"}, "refuses us: role .* does not exist"),
    ],
)
async def test_what_only_another_configuration_can_help_is_not_tried_again(postgres_url, change, reason):
    database = PostgresDatabase(postgres_url.set(**change), startup_timeout_seconds=100_000)
    with pytest.raises(DatabaseUnavailableError, match=reason) as refused:
        await database.setup()
    assert refused.value.transient is False
    await database.dispose()


async def test_a_statement_that_the_server_cancels_without_a_timeout_of_ours_stays_its_own_error(postgres_url):
    database = PostgresDatabase(postgres_url)
    async with database.lifespan(), database.session() as session:
        await session.execute(text("SET statement_timeout = 1"))
        with pytest.raises(Exception, match="statement timeout") as failed:
            await session.execute(text("SELECT pg_sleep(100000)"))
    assert not isinstance(failed.value, StatementTimeoutError)


def test_the_shortest_timeout_is_a_millisecond():
    assert PostgresOptions(statement_timeout_seconds=0.0001).statement_timeout_milliseconds == 1


async def test_a_missing_driver_is_named_with_what_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    with pytest.raises(MissingDriverError, match=r"pip install 'fastapi-data\[postgres\]'") as missing:
        await PostgresDatabase("postgresql://db/shop").setup()
    assert (missing.value.driver, missing.value.extra) == ("asyncpg", "postgres")
