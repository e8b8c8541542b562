"""Without Redis every request is answered, and when it is back it is used again."""

from __future__ import annotations

import asyncio
import logging
from itertools import count

import anyio
import pytest
from fastapi import FastAPI
from redis.asyncio import Redis

from fastapi_data import RedisStore, ResponseCache, cache_response
from fastapi_data.cache.redis_connection import RedisConnection, _Turn


class Worker:
    """An application over a Redis that comes and goes."""

    def __init__(self, make_client, server, *, timeout_seconds=0.15) -> None:
        self.calls = count()
        self.store = RedisStore(server.url, timeout_seconds=timeout_seconds)
        self.cache = ResponseCache(self.store, ttl_seconds=3600)
        self.client = make_client(self.cache, self._add_routes)

    def _add_routes(self, app: FastAPI) -> None:
        @app.get("/")
        @cache_response(tags=["numbers"])
        async def number() -> int:
            return next(self.calls)

    async def ask(self) -> int:
        return (await self.client.get("/")).json()

    async def until_redis_is_back(self) -> None:
        while self.store.is_away:
            assert (await self.client.get("/")).status_code == 200
            await anyio.lowlevel.checkpoint()


@pytest.fixture
async def worker(make_client, own_redis):
    worker = Worker(make_client, own_redis)
    async with worker.client:
        yield worker
    await worker.store.close()


async def test_while_redis_is_stopped_requests_are_answered_and_afterwards_cached_again(worker, own_redis, caplog):
    caplog.set_level(logging.WARNING, "fastapi_data.cache")
    assert [await worker.ask(), await worker.ask()] == [0, 0]
    own_redis.stop()
    assert [await worker.ask(), await worker.ask()] == [1, 2]
    gave_up = worker.store._connection._away_until
    while worker.store._connection._away_until == gave_up:
        assert await worker.ask()
        await anyio.lowlevel.checkpoint()
    await worker.store._connection._trying
    assert worker.store.is_away
    own_redis.start()
    await worker.until_redis_is_back()
    assert await worker.ask() == await worker.ask()
    assert [record.getMessage().partition(";")[0] for record in caplog.records] == [
        "Redis is away or slow",
        "Redis is back.",
    ]


async def test_a_redis_that_was_started_again_between_two_requests_costs_nothing(worker, own_redis):
    assert await worker.ask() == 0
    own_redis.stop()
    own_redis.start()
    assert [await worker.ask(), await worker.ask()] == [1, 1]


async def test_a_redis_that_does_not_answer_is_given_up_and_its_late_answers_are_nobodys(worker, own_redis):
    assert await worker.ask() == 0
    own_redis.freeze()
    assert [await worker.ask(), await worker.ask()] == [1, 2]
    own_redis.thaw()
    await worker.until_redis_is_back()
    assert await worker.ask() == 0


async def test_while_redis_is_away_one_execution_serves_all_who_wait(make_client, own_redis, gate, until_waiting):
    cache = ResponseCache(RedisStore(own_redis.url, timeout_seconds=0.15))
    own_redis.stop()

    answers: list[int] = []
    async with make_client(cache, gate.add_route) as client, anyio.create_task_group() as tasks:

        async def ask() -> None:
            answers.append((await client.get("/")).json())

        tasks.start_soon(ask)
        await gate.entered[0].wait()
        for _ in range(5):
            tasks.start_soon(ask)
        await until_waiting(cache, 5)
        gate.open[0].set()
    assert answers == [0] * 6


async def test_who_waits_for_another_process_does_not_wait_for_a_redis_that_hangs(make_client, own_redis, gate):
    stores = [RedisStore(own_redis.url, timeout_seconds=0.15, lease_seconds=1000) for _ in range(2)]
    clients = [make_client(ResponseCache(store), gate.add_route) for store in stores]
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(clients[0].get, "/")
        await gate.entered[0].wait()
        tasks.start_soon(clients[1].get, "/")
        while stores[1]._connection._clients is None or not (
            stores[1]._connection._clients.for_waiting[0].connection_pool._in_use_connections
        ):
            await anyio.lowlevel.checkpoint()
        own_redis.freeze()
        await gate.entered[1].wait()
        own_redis.thaw()
        for opened in gate.open:
            opened.set()
    for client, store in zip(clients, stores, strict=True):
        await client.aclose()
        await store.close()


@pytest.mark.parametrize("what", ["tag", "all"])
async def test_what_is_invalidated_while_redis_is_away_is_gone_when_it_is_back(worker, own_redis, what):
    assert await worker.ask() == 0
    # Frozen, not stopped: its memory survives.
    own_redis.freeze()
    await (worker.cache.invalidate(tags=["numbers"]) if what == "tag" else worker.cache.clear())
    own_redis.thaw()
    await worker.until_redis_is_back()
    assert await worker.ask() > 0


async def test_what_was_computed_while_redis_went_away_is_answered(make_client, own_redis, gate, until_waiting):
    cache = ResponseCache(RedisStore(own_redis.url, timeout_seconds=0.15), tags=["numbers"])

    answers: list[int] = []
    async with make_client(cache, gate.add_route) as client, anyio.create_task_group() as tasks:

        async def ask() -> None:
            answers.append((await client.get("/")).json())

        tasks.start_soon(ask)
        await gate.entered[0].wait()
        own_redis.stop()
        # Nobody but this process can tell now that the answer is out of date for who asks from here on.
        await cache.invalidate(tags=["numbers"])
        tasks.start_soon(ask)
        await until_waiting(cache, 1)
        gate.open[0].set()
        await gate.entered[1].wait()
        gate.open[1].set()
    assert answers == [0, 1]


async def test_a_burst_that_keeps_this_process_busy_is_answered_from_redis(make_client, own_redis, caplog):
    # Less than the burst takes: only what Redis itself takes is counted.
    worker = Worker(make_client, own_redis, timeout_seconds=0.25)
    async with worker.client, anyio.create_task_group() as tasks:
        assert await worker.ask() == 0
        answers: list[int] = []

        async def ask() -> None:
            answers.append(await worker.ask())

        for _ in range(1500):
            tasks.start_soon(ask)
    await worker.store.close()
    assert answers == [0] * 1500
    assert caplog.records == []


async def test_what_came_while_the_loop_was_busy_is_in_time(worker):
    assert await worker.ask() == 0
    loop = asyncio.get_running_loop()

    def keep_busy(until: float) -> None:
        while loop.time() < until:
            pass

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(worker.ask)
        while not worker.store._connection._clients.for_commands[0].connection_pool._in_use_connections:
            await anyio.lowlevel.checkpoint()
        keep_busy(loop.time() + 0.3)
    assert next(worker.calls) == 1


async def test_one_slow_command_of_a_redis_that_answers_a_ping_is_not_held_against_it(own_redis, caplog):
    connection = RedisConnection(own_redis.url, timeout_seconds=10)
    # Takes longer than it may, and only on its own connection.
    slow = [connection._bounded(_Turn.COMMAND, lambda client: client.blpop(["nothing"], 0), 0.05) for _ in range(2)]
    assert await asyncio.gather(*slow) == [None, None]
    assert not connection.is_left_alone
    assert caplog.records == []
    await connection.close()


async def test_a_redis_without_room_still_answers_with_what_it_has(worker, own_redis, caplog):
    caplog.set_level(logging.WARNING, "fastapi_data.cache")
    assert await worker.ask() == 0
    async with Redis.from_url(own_redis.url) as redis:
        await redis.config_set("maxmemory", "1")
        assert [(await worker.client.get("/?other")).json() for _ in range(2)] == [1, 2]
        assert await worker.ask() == 0
        assert not worker.store.is_away
        assert ["Redis refuses" in record.getMessage() for record in caplog.records] == [True]
        await redis.config_set("maxmemory", "0")
    assert [(await worker.client.get("/?other")).json() for _ in range(2)] == [3, 3]


async def test_a_server_that_refuses_the_ping_itself_is_there(own_redis):
    connection = RedisConnection(own_redis.url, timeout_seconds=10)
    async with Redis.from_url(own_redis.url) as redis:
        await redis.execute_command("ACL", "SETUSER", "default", "-ping")
        assert await connection._answers_a_ping()
    await connection.close()


async def test_no_request_waits_to_find_out_whether_redis_is_back(worker, own_redis):
    assert await worker.ask() == 0
    own_redis.freeze()
    assert await worker.ask() == 1
    connection = worker.store._connection
    gave_up = connection._away_until
    # Each answer takes no turn of the event loop but those given here, so that nothing can have waited for Redis.
    while connection._away_until == gave_up:
        assert await worker.ask()
        await anyio.lowlevel.checkpoint()
    trying = connection._trying
    assert not trying.done()
    assert await worker.ask()
    assert not trying.done()
    own_redis.thaw()
    await worker.until_redis_is_back()


async def test_a_store_that_is_closed_asks_no_more_after_a_redis_that_is_away(worker, own_redis):
    own_redis.freeze()
    await worker.ask()
    connection = worker.store._connection
    connection._away_until = 1e-9
    await worker.ask()
    await worker.store.close()
    assert connection._trying is None
    own_redis.thaw()
