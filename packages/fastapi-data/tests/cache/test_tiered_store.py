"""A shared store behind one in the process: what is at hand, and what must not be."""

from __future__ import annotations

import math

import anyio
import pytest

from fastapi_data import MemoryStore, TieredStore
from fastapi_data.cache.store import Representation, StoredResponse

KEY = ("GET", "http", b"host", "/", b"")


def response(stored_at: float, body: bytes = b"body") -> StoredResponse:
    return StoredResponse((Representation("", (), body, None),), stored_at, stored_at + 10, tags=frozenset({"tag"}))


async def compute(store, kept: StoredResponse) -> None:
    lease = await store.acquire(KEY, newer_than=-math.inf)
    assert await lease.store(kept)


@pytest.fixture
def shared(clock) -> MemoryStore:
    return MemoryStore(clock=clock)


@pytest.fixture
def store(shared) -> TieredStore:
    return TieredStore(shared)


async def test_what_one_process_computed_is_at_hand_in_another_once_it_was_asked_for(shared, store, clock):
    kept = response(clock())
    await compute(TieredStore(shared), kept)
    assert store.at_hand(KEY) is None
    assert await store.get(KEY) == kept
    assert store.at_hand(KEY) == kept
    assert await store.get(KEY) == kept
    assert store.size_bytes > 0
    assert store.evictions == 0


async def test_what_came_while_waiting_for_the_lease_is_at_hand(make_redis_store, clock):
    kept = response(clock())
    await compute(make_redis_store(), kept)
    store = TieredStore(make_redis_store())
    assert await store.acquire(KEY, newer_than=-math.inf) == kept
    assert store.at_hand(KEY) == kept


async def test_only_one_process_gets_a_lease_without_waiting(make_redis_store, clock):
    first, second = TieredStore(make_redis_store()), TieredStore(make_redis_store())
    lease = await first.try_acquire(KEY)
    assert lease
    assert await second.try_acquire(KEY) is None
    await lease.release(storable=True)
    assert await second.try_acquire(KEY)


async def test_what_is_invalidated_while_the_shared_store_answers_does_not_stay(clock):
    answering = anyio.Event()

    class Slow(MemoryStore):
        async def get(self, key):
            found = await super().get(key)
            await answering.wait()
            return found

    shared = Slow(clock=clock)
    store = TieredStore(shared)
    await compute(shared, response(clock()))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(store.get, KEY)
        await anyio.wait_all_tasks_blocked()
        await store.invalidate(["tag"])
        answering.set()
    assert store.at_hand(KEY) is None


async def test_the_memory_of_this_process_can_be_given_back_alone(shared, store, clock):
    await compute(store, response(clock()))
    await store.clear_near()
    assert store.size_bytes == 0
    assert await shared.get(KEY)
    await store.close()
