"""Several processes share one Redis; here each is a store and an application of its own."""

from __future__ import annotations

import asyncio
import sys
from itertools import count

import anyio
import pytest
import redis.asyncio
from fastapi import FastAPI, HTTPException
from fastapi.responses import PlainTextResponse
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from fastapi_data import CacheUsageError, FastAPIDataError, RedisStore, ResponseCache, cache_response
from fastapi_data.cache.serialization import from_bytes, to_bytes
from fastapi_data.cache.store import Representation, StoredResponse


class Worker:
    """One process: its own cache and application over the shared store."""

    def __init__(self, make_client, store, answer) -> None:
        self.cache = ResponseCache(store, ttl_seconds=60)
        self.client = make_client(self.cache, self._add_routes)
        self._answer = answer

    def _add_routes(self, app: FastAPI) -> None:
        @app.get("/")
        @cache_response(tags=["everything"])
        async def route():
            return await self._answer()

    async def ask(self, answers: list) -> None:
        answer = await self.client.get("/")
        answers.append((answer.status_code, answer.text))


@pytest.fixture
async def workers(make_client, make_redis_store, gate):
    made = [Worker(make_client, make_redis_store(), gate.pass_through) for _ in range(3)]
    yield made
    for worker in made:
        await worker.client.aclose()


async def until(is_so) -> None:
    """Let others work until something is so, or the guard against hanging ends the test."""
    while not is_so():
        await anyio.lowlevel.checkpoint()


async def until_waiting(worker) -> None:
    await until(lambda: worker.cache._core.store._connection._open().for_waiting[0].connection_pool._in_use_connections)


async def test_all_workers_wait_for_the_one_that_computes(workers, gate):
    answers: list = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(workers[0].ask, answers)
        await gate.entered[0].wait()
        for _ in range(50):
            for worker in workers[1:]:
                tasks.start_soon(worker.ask, answers)
        for worker in workers[1:]:
            await until_waiting(worker)
        gate.open[0].set()
    assert answers == [(200, "0")] * 101
    assert gate.calls == 1
    assert sum(worker.cache.stats().misses for worker in workers) == 1


@pytest.mark.parametrize("ending", ["error", "cancelled", "dead"])
async def test_when_the_one_that_computes_fails_exactly_one_other_takes_over(
    make_client, make_redis_store, gate, ending
):
    async def answer() -> int:
        number = await gate.pass_through()
        if number == 0:
            raise HTTPException(503)
        return number

    # The lease that nobody ends is short; nobody waits for one that is ended.
    first = Worker(make_client, make_redis_store(lease_seconds=0.3 if ending == "dead" else 1000), answer)
    second = Worker(make_client, make_redis_store(lease_seconds=1000), answer)
    answers: list = []
    scope = anyio.CancelScope()

    async def ask_first() -> None:
        with scope:
            await first.ask([])

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask_first)
        await gate.entered[0].wait()
        for _ in range(3):
            tasks.start_soon(second.ask, answers)
        await until_waiting(second)
        if ending == "error":
            gate.open[0].set()
        elif ending == "cancelled":
            scope.cancel()
        await gate.entered[1].wait()
        gate.open[1].set()
        if ending == "dead":
            scope.cancel()
    assert answers == [(200, "1")] * 3
    assert gate.calls == 2


async def test_an_answer_for_one_sends_the_other_workers_on_at_once(make_client, make_redis_store, gate):
    async def answer() -> PlainTextResponse:
        return PlainTextResponse(str(await gate.pass_through()), headers={"Set-Cookie": "a=1"})

    workers = [Worker(make_client, make_redis_store(lease_seconds=1000), answer) for _ in range(3)]
    answers: list = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(workers[0].ask, answers)
        await gate.entered[0].wait()
        for worker in workers[1:]:
            tasks.start_soon(worker.ask, answers)
            await until_waiting(worker)
        gate.open[0].set()
        for number in (1, 2):
            await gate.entered[number].wait()
        for number in (1, 2):
            gate.open[number].set()
    assert sorted(answers) == [(200, str(number)) for number in range(3)]


@pytest.mark.parametrize("what", ["tag", "all"])
async def test_what_one_worker_invalidates_no_worker_replays(workers, gate, what):
    answers: list = []
    for opened in gate.open:
        opened.set()
    for worker in workers:
        await worker.ask(answers)
    await (workers[0].cache.invalidate(tags=["everything"]) if what == "tag" else workers[0].cache.clear())
    for worker in reversed(workers):
        await worker.ask(answers)
    assert [text for _, text in answers] == ["0", "0", "0", "1", "1", "1"]


async def test_who_asks_after_another_worker_invalidated_gets_no_older_answer(workers, gate):
    early: list = []
    late: list = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(workers[0].ask, early)
        await gate.entered[0].wait()
        await workers[2].cache.invalidate(tags=["everything"])
        tasks.start_soon(workers[0].ask, late)
        tasks.start_soon(workers[1].ask, late)
        await until_waiting(workers[1])
        gate.open[0].set()
        await gate.entered[1].wait()
        gate.open[1].set()
    assert (early, late) == ([(200, "0")], [(200, "1")] * 2)
    assert gate.calls == 2


async def test_a_slow_worker_does_not_overwrite_a_newer_answer(make_redis_store):
    key = ("GET",)
    store = make_redis_store(lease_seconds=0.05)
    slow = await store.acquire(key, newer_than=0)
    overtaking = await store.acquire(key, newer_than=0)
    forms = [(Representation("", (), body, None),) for body in (b"old", b"new")]
    assert await overtaking.store(StoredResponse(forms[1], 1000, 1060))
    assert await slow.store(StoredResponse(forms[0], 1000, 1060))
    assert (await store.get(key)).representations == forms[1]


async def test_a_worker_whose_lease_ran_out_does_not_end_the_next_ones(make_redis_store):
    key = ("GET",)
    slow = await make_redis_store(lease_seconds=0.05).acquire(key, newer_than=0)
    store = make_redis_store()
    overtaking = await store.acquire(key, newer_than=0)
    await slow.release(storable=True)
    assert await store.try_acquire(key) is None
    await overtaking.release(storable=True)
    assert await store.try_acquire(key)


async def test_only_one_worker_computes_a_newer_answer_in_the_background(make_client, make_redis_store, clock):
    calls = count()
    entered, leave = anyio.Event(), anyio.Event()

    async def answer() -> int:
        number = next(calls)
        if number == 1:
            entered.set()
            await leave.wait()
        return number

    workers = [Worker(make_client, make_redis_store(), answer) for _ in range(2)]
    for worker in workers:
        worker.cache._defaults["stale_while_revalidate_seconds"] = 30
    answers: list = []
    await workers[0].ask(answers)
    clock.seconds += 70
    await workers[0].ask(answers)
    await entered.wait()
    await workers[1].ask(answers)
    await until(lambda: not workers[1].cache._core.flights._flights)
    leave.set()
    await until(lambda: not workers[0].cache._core.flights._flights)
    for worker in workers:
        await worker.ask(answers)
    assert [text for _, text in answers] == ["0", "0", "0", "1", "1"]


async def test_answers_stay_in_redis_no_longer_than_they_are_of_use(make_redis_store, redis_url, redis_prefix):
    store = make_redis_store()
    lease = await store.acquire(("GET",), newer_than=0)
    await lease.store(StoredResponse((), 1000, 1e12))
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        lives = {name: await client.ttl(name) async for name in client.scan_iter(f"{redis_prefix}*:*")}
        assert sorted(name.split(b":")[2] for name in lives) == [b"answer", b"landings"]
        assert all(0 < seconds <= 7 * 86400 for seconds in lives.values())


async def test_an_invalidation_reaches_older_answers_though_redis_forgot_its_clock(
    make_redis_store, redis_url, redis_prefix
):
    store = make_redis_store()
    for _ in range(3):
        lease = await store.acquire(("GET",), newer_than=float("inf"))
        await lease.store(StoredResponse((), 1000, 1060, tags=frozenset({"a"})))
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        assert await client.delete(f"{redis_prefix}clock") == 1
    await store.invalidate(["a"])
    assert await store.get(("GET",)) is None


def test_an_application_that_shuts_down_closes_the_connections(redis_url, redis_prefix):
    store = RedisStore(redis_url, prefix=redis_prefix, timeout_seconds=10)
    app = FastAPI()
    ResponseCache(store).install(app)

    @app.get("/")
    @cache_response
    async def route() -> int:
        return 1

    for _ in range(2):
        with TestClient(app) as client:
            assert client.get("/").json() == 1
            assert store._connection._clients is not None
        assert store._connection._clients is None


async def test_a_client_of_ones_own_is_used_and_left_open(redis_url, redis_prefix, clock):
    for protocol in (2, 3):
        async with redis.asyncio.Redis.from_url(redis_url, protocol=protocol) as client:
            stores = [RedisStore(client, prefix=f"{redis_prefix}{protocol}:", clock=clock) for _ in range(2)]
            lease = await stores[0].acquire(("GET",), newer_than=0)
            async with anyio.create_task_group() as tasks:
                granted: list = []

                async def wait(granted=granted, store=stores[1]) -> None:
                    granted.append(await store.acquire(("GET",), newer_than=0))

                tasks.start_soon(wait)
                await until(lambda: client.connection_pool._in_use_connections)
                response = StoredResponse((), 1000, 1060)
                await lease.store(response)
            assert granted == [response]
            await stores[0].close()
            assert await client.ping()


def test_each_event_loop_opens_connections_of_its_own(redis_url, redis_prefix):
    store = RedisStore(redis_url, prefix=redis_prefix, timeout_seconds=10)
    response = StoredResponse((), store.clock(), store.clock() + 60)
    opened: list = []

    async def keep() -> None:
        lease = await store.acquire(("GET",), newer_than=0)
        await lease.store(response)
        opened.append(store._connection._clients)
        # What a loop that ends leaves open is the interpreter's to complain of.
        for client in store._connection._clients.all():
            await client.aclose()

    async def read() -> StoredResponse | None:
        found = await store.get(("GET",))
        opened.append(store._connection._clients)
        await store.close()
        return found

    asyncio.run(keep())
    assert asyncio.run(read()) == response
    assert opened[0] is not opened[1]


async def test_a_client_that_decodes_is_refused(redis_url):
    async with redis.asyncio.Redis.from_url(redis_url, decode_responses=True) as client:
        with pytest.raises(CacheUsageError, match="decode_responses=False"):
            RedisStore(client)


@pytest.mark.parametrize("url", ["localhost", "http://localhost", "redis://:secret@localhost:none"])
def test_an_address_that_is_none_is_refused_and_not_shown(url):
    with pytest.raises(CacheUsageError, match="not a URL") as refused:
        RedisStore(url)
    assert "secret" not in str(refused.value)


def test_without_the_driver_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "fastapi_data.cache.redis_connection", None)
    with pytest.raises(FastAPIDataError, match=r"fastapi-data\[redis\]"):
        RedisStore("redis://localhost")


FORMS = st.builds(
    Representation,
    st.sampled_from(["", "gzip", "br"]),
    st.lists(st.tuples(st.binary(), st.binary()), max_size=3).map(tuple),
    st.binary(),
    st.none() | st.binary(),
)
TIMES = st.floats(0, 1e12)


@settings(deadline=None)
@given(
    st.builds(
        StoredResponse,
        st.lists(FORMS, min_size=1, max_size=3).map(tuple),
        TIMES,
        TIMES,
        TIMES,
        TIMES,
        st.frozensets(st.text(max_size=5), max_size=3),
    )
)
def test_what_is_written_for_redis_is_read_as_it_was(response):
    assert from_bytes(to_bytes(response)) == response


@pytest.mark.parametrize("what", ["tag", "all"])
async def test_an_invalidation_that_is_cut_short_is_made_up_for_though_an_earlier_one_succeeds(make_redis_store, what):
    key = ("GET", "http", b"host", "/", b"")
    representation = Representation("", (), b"stale", None)
    response = StoredResponse((representation,), stored_at=1000.0, fresh_until=1e9, tags=frozenset({"everything"}))
    store, elsewhere = make_redis_store(), make_redis_store()
    run, done, go_on, tried = store._connection.run, anyio.Event(), anyio.Event(), count()

    async def run_and_tell_late(*arguments):
        if next(tried) > 0:
            await anyio.sleep_forever()
        reply = await run(*arguments)
        done.set()
        await go_on.wait()
        return reply

    def invalidate():
        return store.invalidate(["everything"]) if what == "tag" else store.clear()

    store._connection.run = run_and_tell_late
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(invalidate)
        await done.wait()
        # Computed by another process, before the second change.
        lease = await elsewhere.acquire(key, newer_than=0.0)
        assert await lease.store(response)
        with anyio.move_on_after(0):
            await invalidate()
        go_on.set()
    store._connection.run = run
    assert await store.get(key) is None
