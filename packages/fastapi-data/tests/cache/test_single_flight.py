"""However many wait for one answer, it is computed once; and nobody is left waiting."""

from __future__ import annotations

import anyio
import pytest
from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import PlainTextResponse, StreamingResponse

from fastapi_data import cache_response


@pytest.fixture
def number_route(app: FastAPI, gate) -> None:
    gate.add_route(app)


class Answers(list):
    """Collects what several requests got, in the order they were answered."""

    async def ask(self, client, path: str) -> None:
        answer = await client.get(path)
        self.append((answer.status_code, answer.text))

    async def ask_within(self, scope: anyio.CancelScope, client, path: str) -> None:
        with scope:
            await self.ask(client, path)


async def let_everybody_arrive() -> None:
    for _ in range(20):
        await anyio.lowlevel.checkpoint()


async def test_a_thousand_who_ask_at_once_cost_one_execution(app, client, gate, number_route):
    answers = Answers()
    async with anyio.create_task_group() as tasks:
        for _ in range(1000):
            tasks.start_soon(answers.ask, client, "/")
        await gate.entered[0].wait()
        await let_everybody_arrive()
        gate.open[0].set()
    assert answers == [(200, "0")] * 1000
    assert gate.calls == 1


async def test_different_keys_do_not_wait_for_each_other(app, client, gate, number_route):
    answers = Answers()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(answers.ask, client, "/?a=1")
        await gate.entered[0].wait()
        gate.open[1].set()
        await answers.ask(client, "/?a=2")
        gate.open[0].set()
    assert answers == [(200, "1"), (200, "0")]


async def test_when_the_first_is_cancelled_exactly_one_other_takes_over(app, client, gate, number_route):
    answers = Answers()
    first = anyio.CancelScope()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(answers.ask_within, first, client, "/")
        await gate.entered[0].wait()
        for _ in range(5):
            tasks.start_soon(answers.ask, client, "/")
        await let_everybody_arrive()
        first.cancel()
        await gate.entered[1].wait()
        await let_everybody_arrive()
        assert not gate.entered[2].is_set()
        gate.open[1].set()
    assert answers == [(200, "1")] * 5


@pytest.mark.parametrize("failure", [RuntimeError("broken"), HTTPException(503)], ids=["exception", "503"])
async def test_when_the_first_fails_exactly_one_other_takes_over(app, client, gate, failure):
    @app.get("/fails-once")
    @cache_response
    async def fails_once() -> int:
        number = await gate.pass_through()
        if number == 0:
            raise failure
        return number

    answers = Answers()
    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(answers.ask, client, "/fails-once")
        await gate.entered[0].wait()
        await let_everybody_arrive()
        gate.open[0].set()
        await gate.entered[1].wait()
        await let_everybody_arrive()
        assert not gate.entered[2].is_set()
        gate.open[1].set()
    assert sorted(status for status, _ in answers) == [200, 200, 200, 200, getattr(failure, "status_code", 500)]
    assert gate.calls == 2


async def test_nobody_waits_for_more_than_two_that_fail_one_after_the_other(app, client, gate):
    @app.get("/fails")
    @cache_response
    async def fails() -> int:
        await gate.pass_through()
        raise HTTPException(503)

    answers = Answers()
    async with anyio.create_task_group() as tasks:
        for _ in range(6):
            tasks.start_soon(answers.ask, client, "/fails")
        for failed in range(2):
            await gate.entered[failed].wait()
            await let_everybody_arrive()
            assert not gate.entered[failed + 1].is_set()
            gate.open[failed].set()
        # All the others at once: none of them has to end before the last has begun.
        await gate.entered[5].wait()
        for waiting in range(2, 6):
            gate.open[waiting].set()
    assert [status for status, _ in answers] == [503] * 6


async def test_a_waiter_that_is_cancelled_disturbs_nobody(app, client, gate, number_route):
    answers = Answers()
    waiter = anyio.CancelScope()

    async def wait() -> None:
        with waiter:
            await answers.ask(client, "/")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(answers.ask, client, "/")
        await gate.entered[0].wait()
        tasks.start_soon(wait)
        tasks.start_soon(answers.ask, client, "/")
        await let_everybody_arrive()
        waiter.cancel()
        gate.open[0].set()
    assert answers == [(200, "0")] * 2


@pytest.mark.parametrize(
    "make",
    [
        lambda number: PlainTextResponse(str(number), headers={"Set-Cookie": f"n={number}"}),
        lambda number: StreamingResponse(iter([str(number).encode()])),
    ],
    ids=["cookie", "stream"],
)
async def test_an_answer_for_one_sends_all_others_on_at_once(app, client, gate, make):
    @app.get("/mine")
    @cache_response
    async def mine() -> Response:
        return make(await gate.pass_through())

    answers = Answers()
    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(answers.ask, client, "/mine")
        await gate.entered[0].wait()
        await let_everybody_arrive()
        gate.open[0].set()
        for number in (1, 2, 3):
            await gate.entered[number].wait()
        for number in (1, 2, 3):
            gate.open[number].set()
    assert sorted(answers) == [(200, str(number)) for number in range(4)]


async def test_an_answer_begun_before_clear_is_not_stored_nor_shared_with_later_requests(
    app, client, cache, gate, number_route
):
    answers = Answers()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(answers.ask, client, "/")
        await gate.entered[0].wait()
        await cache.clear()
        tasks.start_soon(answers.ask, client, "/")
        await gate.entered[1].wait()
        gate.open[0].set()
        await let_everybody_arrive()
        assert answers == [(200, "0")]
        gate.open[1].set()
    await answers.ask(client, "/")
    assert answers == [(200, "0"), (200, "1"), (200, "1")]


async def test_an_answer_begun_before_clear_is_not_stored_when_nobody_asked_since(
    app, client, cache, store, gate, number_route
):
    answers = Answers()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(answers.ask, client, "/")
        await gate.entered[0].wait()
        await cache.clear()
        gate.open[0].set()
    assert (answers, len(store)) == ([(200, "0")], 0)


async def test_a_failure_after_clear_leaves_the_newer_execution_alone(app, client, cache, gate, number_route):
    answers = Answers()
    first = anyio.CancelScope()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(answers.ask_within, first, client, "/")
        await gate.entered[0].wait()
        await cache.clear()
        tasks.start_soon(answers.ask, client, "/")
        await gate.entered[1].wait()
        first.cancel()
        await let_everybody_arrive()
        tasks.start_soon(answers.ask, client, "/")
        await let_everybody_arrive()
        gate.open[1].set()
    assert answers == [(200, "1")] * 2
    assert gate.calls == 2
