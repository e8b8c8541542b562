"""Servers that are late, break, and come back: the application goes on without a restart."""

from __future__ import annotations

import ssl
from typing import Annotated

import anyio
import pytest
from anyio import to_thread
from fastapi import Depends, FastAPI
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncSession

from fastapi_data import (
    DatabaseNotReadyError,
    DatabaseUnavailableError,
    PostgresDatabase,
    ReadOnlyDatabaseError,
    install_error_handlers,
)

ONE = text("SELECT 1")
NAP = text("SELECT pg_sleep(100000)")


async def one(database: PostgresDatabase) -> int:
    return await database.run(lambda session: session.execute(ONE).scalar_one())


async def test_setup_waits_for_a_server_that_starts_late(initialised):
    database = PostgresDatabase(initialised.url, startup_timeout_seconds=100)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(database.setup)
        await to_thread.run_sync(initialised.start)
    assert await one(database) == 1
    await database.dispose()
    await to_thread.run_sync(initialised.stop)


async def test_setup_gives_up_in_the_end_and_can_be_tried_again(initialised):
    database = PostgresDatabase(initialised.url, startup_timeout_seconds=0.2)
    with pytest.raises(DatabaseUnavailableError, match="cannot be reached") as away:
        await database.setup()
    assert away.value.transient
    await to_thread.run_sync(initialised.start)
    async with database.lifespan():
        assert await one(database) == 1
    await to_thread.run_sync(initialised.stop)


async def test_a_server_that_is_restarted_costs_the_requests_in_flight_and_no_more(cluster):
    database = PostgresDatabase(cluster.url, pool_min_size=3, pool_max_size=3)
    outcomes: list[str] = []

    async def nap() -> None:
        try:
            async with database.session() as session:
                await session.execute(NAP)
        except DatabaseUnavailableError:
            outcomes.append("lost")

    async with database.lifespan():
        async with anyio.create_task_group() as tasks:
            for _ in range(2):
                tasks.start_soon(nap)
            while database.pool_status().in_use < 2:
                await anyio.lowlevel.checkpoint()
            await to_thread.run_sync(cluster.stop)
            with pytest.raises(DatabaseUnavailableError):
                await one(database)
            await to_thread.run_sync(cluster.start)
        assert outcomes == ["lost", "lost"]
        assert [await one(database) for _ in range(6)] == [1] * 6
        assert database.pool_status().in_use == 0


async def test_backends_that_are_terminated_while_idle_cost_nothing(postgres_url):
    database = PostgresDatabase(postgres_url, pool_min_size=3, application_name="to be terminated")
    administrator = PostgresDatabase(postgres_url)
    terminate = text(
        "SELECT count(pg_terminate_backend(pid, 60000)) FROM pg_stat_activity "
        "WHERE application_name = 'to be terminated'"
    )
    async with database.lifespan(), administrator.lifespan():
        assert await administrator.run(lambda session: session.scalar(terminate)) == 3
        for _ in range(6):
            assert await one(database) == 1


async def test_requests_meet_503_while_the_server_is_away_and_are_served_when_it_is_back(cluster, client_of):
    database = PostgresDatabase(cluster.url)
    app = FastAPI()
    install_error_handlers(app)

    async def get(session: Annotated[AsyncSession, Depends(database)]) -> int:
        return (await session.execute(ONE)).scalar_one()

    get.__annotations__["session"] = Annotated[AsyncSession, Depends(database)]
    app.get("/")(get)
    async with database.lifespan(), client_of(app) as client:
        assert (await client.get("/")).json() == 1
        await to_thread.run_sync(cluster.stop)
        assert [(await client.get("/")).status_code for _ in range(3)] == [503] * 3
        await to_thread.run_sync(cluster.start)
        assert (await client.get("/")).json() == 1


async def test_reads_go_to_the_replicas_in_turn_and_writes_to_the_primary(postgres_url, cluster):
    other = make_url(cluster.url).set(database="template1")
    database = PostgresDatabase(postgres_url, replicas=[cluster.url, other])
    name = text("SELECT current_database()")

    async def read() -> str:
        async with database.read_session() as session:
            return await session.scalar(name)

    async with database.lifespan():
        assert [await read() for _ in range(4)] == ["postgres", "template1"] * 2
        assert await database.run_read(lambda session: session.scalar(name)) == "postgres"
        async with database.session() as session:
            assert await session.scalar(name) == postgres_url.database
        assert await database.run(lambda session: session.scalar(name)) == postgres_url.database
        assert database.pool_status().max_size == 30
        assert len(database.sync_engines()) == 3
        async with database.read_session() as session:
            with pytest.raises(ReadOnlyDatabaseError):
                await session.execute(text("CREATE TABLE something (id int)"))


async def test_a_replica_without_a_free_connection_is_left_alone(postgres_url):
    database = PostgresDatabase(
        postgres_url, replicas=[postgres_url.set(database="postgres")], pool_max_size=1, pool_timeout_seconds=0.01
    )
    name = text("SELECT current_database()")
    async with database.lifespan(), database.read_session() as first, database.read_session() as second:
        assert await first.scalar(name) == "postgres"
        assert await second.scalar(name) == postgres_url.database


async def test_tls_is_used_and_a_server_that_cannot_be_trusted_is_refused(initialised):
    key, certificate = initialised.folder / "server.key", initialised.folder / "server.crt"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        key,
        "-out",
        certificate,
        *subject,
    ]
    await to_thread.run_sync(lambda: initialised.run(*command))
    initialised.configure("ssl = on")
    await to_thread.run_sync(initialised.start)
    encrypted = text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    trusting = ssl.create_default_context(cadata=certificate.read_text())
    for tls, expected in (("require", True), (trusting, True), ("disable", False)):
        database = PostgresDatabase(initialised.url, tls=tls)
        async with database.lifespan():
            assert await database.run(lambda session: session.scalar(encrypted)) is expected
    distrusting = PostgresDatabase(initialised.url, tls=ssl.create_default_context(), startup_timeout_seconds=100_000)
    with pytest.raises(DatabaseUnavailableError, match="certificate verify failed") as refused:
        await distrusting.setup()
    assert refused.value.transient is False
    await to_thread.run_sync(initialised.stop)


async def test_an_attempt_to_connect_that_nobody_waits_for_may_fail_unheard():
    told_to_close, connected = anyio.Event(), anyio.Event()

    async def hold(stream) -> None:
        async with stream:
            connected.set()
            await told_to_close.wait()

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, hold)
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        database = PostgresDatabase(f"postgresql://ada@127.0.0.1:{port}/shop", tls="disable")
        async with anyio.create_task_group() as setting_up:
            setting_up.start_soon(database.setup)
            await connected.wait()
            told_to_close.set()
            setting_up.cancel_scope.cancel()
        with pytest.raises(DatabaseNotReadyError):
            await database.ping()
        tasks.cancel_scope.cancel()


async def test_a_connection_that_was_closed_behind_our_back_is_unavailable_and_replaced(postgres_url):
    database = PostgresDatabase(postgres_url, pool_max_size=1)
    async with database.lifespan():
        async with database.session() as session:
            connection = await session.connection()
            raw = await connection.get_raw_connection()
            await raw.driver_connection.close()
            with pytest.raises(DatabaseUnavailableError):
                await session.execute(ONE)
        assert await one(database) == 1
