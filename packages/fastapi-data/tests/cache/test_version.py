"""Answers belong to the version of the data they are made of."""

from __future__ import annotations

import anyio
import pytest

from fastapi_data import ResponseCache, TieredStore


class Worker:
    """An application whose answers name the version of its data, beside others that share the store."""

    def __init__(self, store, make_client, gate) -> None:
        self.version = "old"
        self.gate = gate
        self.cache = ResponseCache(store, ttl_seconds=60, version=lambda: self.version)
        self.client = make_client(self.cache, gate.add_route)

    async def ask(self) -> int:
        return (await self.client.get("/")).json()


@pytest.fixture
async def workers(make_redis_store, make_client, gate):
    workers = [Worker(TieredStore(make_redis_store()), make_client, gate) for _ in range(2)]
    for opened in gate.open:
        opened.set()
    yield workers
    for worker in workers:
        await worker.client.aclose()


async def test_an_answer_of_another_version_is_not_found(workers):
    first, _ = workers
    assert [await first.ask(), await first.ask()] == [0, 0]
    first.version = "new"
    assert [await first.ask(), await first.ask()] == [1, 1]
    first.version = "old"
    assert await first.ask() == 0


async def test_processes_change_over_one_by_one(workers):
    first, second = workers
    assert [await first.ask(), await second.ask()] == [0, 0]
    first.version = "new"
    assert [await first.ask(), await second.ask()] == [1, 0]
    second.version = "new"
    assert await second.ask() == 1


async def test_an_answer_during_whose_computing_the_version_changed_is_stored_nowhere(workers):
    first, second = workers
    first.gate.open[0] = anyio.Event()
    answers: list[int] = []

    async def ask() -> None:
        answers.append(await first.ask())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask)
        await first.gate.entered[0].wait()
        first.version = "new"
        first.gate.open[0].set()
    assert answers == [0]
    # Neither under the version it began with nor under the one it ended with, neither here nor in the shared store.
    assert [await first.ask(), await second.ask()] == [1, 2]
    first.version = "old"
    assert await first.ask() == 2
