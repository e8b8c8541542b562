"""Real streaming replication between servers of the test's own: which of them are read from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

import anyio
import pytest
from anyio import to_thread
from own_servers import PostgresServer, new_postgres
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fastapi_data import DatabaseUnavailableError, PostgresDatabase
from fastapi_data.postgres_replicas import LONGEST_SECONDS_BETWEEN_QUESTIONS

PORT = text("SELECT current_setting('port')::int")
NUMBERS = text("SELECT count(*) FROM number")


@pytest.fixture(scope="module")
def copied(initialised: PostgresServer) -> Iterator[tuple[PostgresServer, PostgresServer]]:
    """A primary with a table, and a replica of it; neither runs."""
    initialised.start()
    initialised.sql("CREATE TABLE number (value int)")
    with new_postgres() as replica:
        replica.copy_of(initialised)
        initialised.stop()
        yield initialised, replica


@pytest.fixture
def servers(copied: tuple[PostgresServer, PostgresServer]) -> Iterator[tuple[PostgresServer, PostgresServer]]:
    for server in copied:
        server.start()
    yield copied
    for server in reversed(copied):
        if server.is_running:
            server.stop()


@pytest.fixture
async def database(servers) -> AsyncIterator[PostgresDatabase]:
    primary, replica = servers
    database = PostgresDatabase(primary.url, replicas=[replica.url], tls="disable")
    async with database.lifespan():
        yield database


async def read(database: PostgresDatabase, statement=PORT) -> int:
    return await database.run_read(lambda session: session.execute(statement).scalar_one())


async def until_read_from(database: PostgresDatabase, server: PostgresServer) -> None:
    while await read(database) != server.port:
        await anyio.lowlevel.checkpoint()


def states(database: PostgresDatabase) -> list[str]:
    return [status.state for status in database.replica_status()]


async def test_reads_see_a_commit_as_soon_as_its_writer_asked_for_that(database, servers):
    primary, replica = servers
    await until_read_from(database, replica)
    await to_thread.run_sync(replica.sql, "SELECT pg_wal_replay_pause()")
    before = await read(database, NUMBERS)
    async with database.begin() as session:
        await session.execute(text("INSERT INTO number VALUES (1)"))
    # Replicas are a little behind, and this one stays so.
    assert (await read(database, NUMBERS), await read(database)) == (before, replica.port)
    await database.require_replayed()
    assert (await read(database, NUMBERS), await read(database)) == (before + 1, primary.port)
    assert states(database) == ["behind"]
    await to_thread.run_sync(replica.sql, "SELECT pg_wal_replay_resume()")
    await until_read_from(database, replica)
    assert await read(database, NUMBERS) == before + 1
    assert states(database) == ["used"]


async def test_a_replica_that_is_further_behind_than_it_may_be_is_left_out_until_it_is_not(servers):
    primary, replica = servers
    database = PostgresDatabase(primary.url, replicas=[replica.url], tls="disable", max_replica_lag_seconds=1e-6)
    async with database.lifespan():
        await until_read_from(database, replica)
        await to_thread.run_sync(replica.sql, "SELECT pg_wal_replay_pause()")
        await to_thread.run_sync(primary.sql, "INSERT INTO number VALUES (1)")
        await until_read_from(database, primary)
        (status,) = database.replica_status()
        assert status.state == "behind"
        assert status.lag_seconds > 0
        assert status.address == f"127.0.0.1:{replica.port}/postgres"
        await to_thread.run_sync(replica.sql, "SELECT pg_wal_replay_resume()")
        await until_read_from(database, replica)


async def test_a_replica_that_dies_is_left_out_and_used_again_when_it_is_back(database, servers):
    primary, replica = servers
    await until_read_from(database, replica)
    await to_thread.run_sync(replica.kill)
    assert [await read(database) for _ in range(3)] == [primary.port] * 3
    assert states(database) == ["away"]
    await to_thread.run_sync(replica.start)
    await until_read_from(database, replica)


async def test_a_replica_that_hangs_is_found_out_and_used_again_when_it_answers(database, servers):
    primary, replica = servers
    await until_read_from(database, replica)
    replica.freeze()
    while states(database) != ["away"]:
        await anyio.lowlevel.checkpoint()
    assert [await read(database) for _ in range(3)] == [primary.port] * 3
    replica.thaw()
    await until_read_from(database, replica)


async def test_reads_go_on_with_the_primary_gone_and_writes_when_it_is_back(database, servers):
    primary, replica = servers
    await database.require_replayed()
    await until_read_from(database, replica)
    await to_thread.run_sync(primary.kill)
    assert [await read(database) for _ in range(3)] == [replica.port] * 3
    with pytest.raises(DatabaseUnavailableError):
        await database.ping()
    with pytest.raises(DatabaseUnavailableError):
        await database.require_replayed()
    await to_thread.run_sync(primary.start)
    await database.ping()
    assert await read(database) == replica.port


async def test_a_replica_that_was_said_to_be_away_is_tried_when_the_primary_is(database, servers):
    primary, replica = servers
    await until_read_from(database, replica)
    await to_thread.run_sync(primary.kill)
    database._engines._replicas[0].leave_alone()
    assert await read(database) == replica.port
    await to_thread.run_sync(replica.kill)
    with pytest.raises(DatabaseUnavailableError):
        await read(database)
    replica.start()
    primary.start()


async def test_what_only_reads_is_done_elsewhere_when_a_replica_has_no_connection_to_spare(postgres_url):
    database = PostgresDatabase(
        postgres_url, replicas=[postgres_url.set(database="postgres")], pool_max_size=1, pool_timeout_seconds=0.01
    )
    name = text("SELECT current_database()")
    async with database.lifespan(), database.read_session() as session:
        assert await session.scalar(name) == "postgres"
        assert await read(database, name) == postgres_url.database


async def test_what_a_replica_refuses_is_not_asked_elsewhere(database, servers):
    await until_read_from(database, servers[1])
    with pytest.raises(DBAPIError, match="division by zero"):
        await read(database, text("SELECT 1 / 0"))


async def test_a_replica_that_took_the_place_of_the_primary_is_read_from(servers):
    primary, _ = servers
    with new_postgres() as promoted:
        await to_thread.run_sync(promoted.copy_of, primary)
        await to_thread.run_sync(promoted.start)
        database = PostgresDatabase(primary.url, replicas=[promoted.url], tls="disable", max_replica_lag_seconds=0)
        async with database.lifespan():
            await database.require_replayed()
            await to_thread.run_sync(promoted.sql, "SELECT pg_promote()")
            await until_read_from(database, promoted)
            assert states(database) == ["used"]


async def test_without_replicas_there_is_nothing_to_wait_for(postgres_url):
    database = PostgresDatabase(postgres_url)
    async with database.lifespan():
        await database.require_replayed()
        assert database.replica_status() == []


@pytest.fixture
async def silent_replica():
    """Holds its connections without a word."""
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    accepted: list[None] = []

    async def serve(stream) -> None:
        async with stream:
            accepted.append(None)
            await anyio.sleep_forever()

    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, serve)
        yield listener.extra(anyio.abc.SocketAttribute.local_port), accepted
        tasks.cancel_scope.cancel()


@pytest.fixture
def clock(monkeypatch) -> Callable[[float], None]:
    """Sets the time by which replicas are asked, and has them given up at once."""
    monkeypatch.setattr("fastapi_data.postgres_replicas.ANSWER_SECONDS", 0.01)

    def set_time(seconds: float) -> None:
        monkeypatch.setattr("fastapi_data.postgres_replicas.monotonic", lambda: seconds)

    return set_time


async def test_a_replica_that_never_answers_is_asked_less_and_less(postgres_url, silent_replica, clock):
    port, _ = silent_replica
    database = PostgresDatabase(
        postgres_url, replicas=[f"postgresql://ada@127.0.0.1:{port}/shop"], tls="disable", connect_timeout_seconds=0.2
    )
    now = 0.0
    clock(now)
    async with database.lifespan():
        (replica,) = database._engines._replicas
        pauses: list[float] = []
        for _ in range(6):
            assert replica.is_usable(1) is False
            while replica._asking:
                await anyio.lowlevel.checkpoint()
            pauses.append(replica._ask_at - now)
            replica.leave_alone()  # what others say of it changes nothing
            assert replica._ask_at == now + pauses[-1]
            clock(now := replica._ask_at)
            async with database.read_session() as session:
                assert await session.scalar(text("SELECT current_database()")) == postgres_url.database
            while replica._asking:
                await anyio.lowlevel.checkpoint()
            clock(now := replica._ask_at)
        assert pauses[0] == 1.0
        assert pauses == sorted(pauses)
        assert pauses[-1] == LONGEST_SECONDS_BETWEEN_QUESTIONS


async def test_a_question_is_given_up_when_the_database_is_closed(postgres_url, silent_replica):
    port, accepted = silent_replica
    database = PostgresDatabase(
        postgres_url, replicas=[f"postgresql://ada@127.0.0.1:{port}/shop"], tls="disable", connect_timeout_seconds=0.2
    )
    await database.setup()
    (replica,) = database._engines._replicas
    database.replica_status()
    while not accepted:
        await anyio.lowlevel.checkpoint()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(database.dispose)
        while replica._asking:
            await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()
