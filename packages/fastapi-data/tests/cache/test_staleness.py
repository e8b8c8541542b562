"""Stale answers stand in while a newer one is computed, or when it cannot be."""

from __future__ import annotations

import logging
from itertools import count

import anyio
import pytest
from fastapi import FastAPI, HTTPException, Request, Response
from starlette.background import BackgroundTask
from starlette.responses import PlainTextResponse

from fastapi_data import cache_response


async def until(is_so) -> None:
    """Let others work until something is so, or the guard against hanging ends the test."""
    while not is_so():
        await anyio.lowlevel.checkpoint()


@pytest.fixture
def revalidated(cache):
    async def wait() -> None:
        await until(lambda: not cache._core.flights._flights)

    return wait


async def test_a_stale_answer_is_sent_at_once_and_a_newer_one_computed_once(app, client, clock, gate, revalidated):
    gate.add_route(app, ttl_seconds=10, stale_while_revalidate_seconds=20)
    gate.open[0].set()
    assert (await client.get("/")).json() == 0
    clock.seconds += 10
    stale = [await client.get("/") for _ in range(5)]
    assert [answer.json() for answer in stale] == [0] * 5
    assert stale[0].headers["age"] == "10"
    await gate.entered[1].wait()
    gate.open[1].set()
    await revalidated()
    fresh = await client.get("/")
    assert (fresh.json(), fresh.headers["age"], gate.calls) == (1, "0", 2)


async def test_an_answer_that_is_too_stale_is_waited_for(app, client, clock):
    calls = count()

    @app.get("/")
    @cache_response(ttl_seconds=10, stale_while_revalidate_seconds=20)
    async def number() -> int:
        return next(calls)

    assert (await client.get("/")).json() == 0
    clock.seconds += 30
    assert (await client.get("/")).json() == 1


async def test_who_may_not_have_the_stale_answer_waits_for_the_one_being_computed(app, client, clock, gate):
    gate.add_route(app, ttl_seconds=10, stale_while_revalidate_seconds=20)
    gate.open[0].set()
    await client.get("/")
    clock.seconds += 10
    await client.get("/")
    await gate.entered[1].wait()
    answers: list[int] = []

    async def ask() -> None:
        answers.append((await client.get("/", headers={"Cache-Control": "no-cache"})).json())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        gate.open[1].set()
    assert (answers, gate.calls) == ([1], 2)


@pytest.mark.parametrize("failure", [RuntimeError("broken"), HTTPException(503)], ids=["exception", "503"])
async def test_a_failure_in_the_background_leaves_the_stale_answer_and_the_next_try(
    app, client, clock, caplog, failure, revalidated
):
    calls = count()

    @app.get("/")
    @cache_response(ttl_seconds=10, stale_while_revalidate_seconds=20)
    async def number() -> int:
        if (call := next(calls)) == 1:
            raise failure
        return call

    await client.get("/")
    clock.seconds += 10
    for expected in (0, 0, 2):
        assert (await client.get("/")).json() == expected
        await revalidated()
    logged = [record for record in caplog.records if record.name == "fastapi_data.cache"]
    assert len(logged) == isinstance(failure, RuntimeError)


async def test_the_background_sees_the_request_but_not_its_connection(app, client, clock, revalidated):
    seen: list = []

    @app.get("/{name}")
    @cache_response(ttl_seconds=10, stale_while_revalidate_seconds=20)
    async def route(request: Request, name: str) -> str:
        request.state.touched = True
        seen.append((name, request.query_params["a"], await request.body(), request.scope.get("extensions")))
        return name

    for _ in range(2):
        await client.get("/x", params={"a": "1"}, extensions={})
        clock.seconds += 10
    await revalidated()
    assert seen[1] == ("x", "1", b"", {})


async def test_state_of_the_lifespan_reaches_the_background_as_a_copy(app, clock, revalidated):
    states: list = []

    @app.get("/")
    @cache_response(ttl_seconds=10, stale_while_revalidate_seconds=20)
    async def route(request: Request) -> int:
        states.append(dict(request.scope["state"]))
        request.scope["state"]["mine"] = len(states)
        return len(states)

    state = {"database": "open"}
    for _ in range(2):
        await call(app, {"state": state})
        clock.seconds += 10
    await revalidated()
    assert states == [{"database": "open"}, {"database": "open", "mine": 1}]
    assert state["mine"] == 1


async def call(app: FastAPI, scope: dict) -> list:
    sent: list = []

    async def send(message) -> None:
        sent.append(message)

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    base = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "scheme": "http"}
    await app({**base, **scope}, receive, send)
    return sent


async def test_middleware_that_listens_for_the_clients_departure_hears_none(app, client, clock, revalidated):
    departures: list = []

    @app.get("/")
    @cache_response(ttl_seconds=10, stale_while_revalidate_seconds=20)
    async def route(request: Request) -> int:
        await request.body()
        departures.append(await request.is_disconnected())
        return 1

    await client.get("/")
    clock.seconds += 10
    await client.get("/")
    await revalidated()
    assert departures[1] is False


async def test_shutting_down_cancels_what_is_computed_in_the_background(app, client, clock, gate):
    endings: list[str] = []

    @app.get("/")
    @cache_response(ttl_seconds=10, stale_while_revalidate_seconds=20)
    async def number() -> int:
        try:
            return await gate.pass_through()
        except anyio.get_cancelled_exc_class():
            endings.append("cancelled")
            raise

    gate.open[0].set()
    await client.get("/")
    clock.seconds += 10
    messages = iter(["lifespan.startup", "lifespan.shutdown"])
    sent: list[str] = []

    async def receive() -> dict:
        kind = next(messages)
        if kind == "lifespan.shutdown":
            await client.get("/")
            await gate.entered[1].wait()
        return {"type": kind}

    async def send(message) -> None:
        sent.append(message["type"])

    await app({"type": "lifespan", "state": {}}, receive, send)
    assert endings == ["cancelled"]
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


@pytest.mark.parametrize("failure", [RuntimeError("broken"), HTTPException(503)], ids=["exception", "503"])
async def test_a_stale_answer_stands_in_for_an_error_for_all_who_wait(app, client, clock, caplog, gate, failure):
    caplog.set_level(logging.WARNING, "fastapi_data.cache")

    @app.get("/")
    @cache_response(ttl_seconds=10, stale_if_error_seconds=20)
    async def number() -> int:
        if await gate.pass_through() > 0:
            raise failure
        return 0

    gate.open[0].set()
    await client.get("/")
    clock.seconds += 29.9
    answers: list = []

    async def ask() -> None:
        answers.append(await client.get("/"))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask)
        await gate.entered[1].wait()
        tasks.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        gate.open[1].set()
    assert [(answer.status_code, answer.json(), answer.headers["age"]) for answer in answers] == [(200, 0, "29")] * 2
    assert [record.name for record in caplog.records] == ["fastapi_data.cache"]
    clock.seconds += 0.1
    gate.open[2].set()
    assert (await client.get("/")).status_code == getattr(failure, "status_code", 500)


async def test_no_stale_answer_stands_in_for_an_answer_that_is_no_error(app, client, clock):
    calls = count()

    @app.get("/")
    @cache_response(ttl_seconds=10, stale_if_error_seconds=20)
    async def number() -> int:
        if next(calls):
            raise HTTPException(404)
        return 0

    await client.get("/")
    clock.seconds += 10
    assert (await client.get("/")).status_code == 404


async def test_an_error_after_the_answer_is_the_applications_own(app, client, clock):
    def fail() -> None:
        raise RuntimeError("The background task failed.")

    @app.get("/")
    @cache_response(ttl_seconds=10, stale_if_error_seconds=20)
    async def page(response: Response) -> Response:
        return PlainTextResponse("sent", background=BackgroundTask(fail))

    for _ in range(2):
        assert (await client.get("/")).text == "sent"
        clock.seconds += 10


async def test_a_part_of_an_error_that_comes_late_is_swallowed_too(app, client, clock):
    calls = count()

    @app.get("/")
    @cache_response(ttl_seconds=10, stale_if_error_seconds=20)
    async def page() -> Response:
        return PlainTextResponse("good") if next(calls) == 0 else LongError()

    await client.get("/")
    clock.seconds += 10
    assert (await client.get("/")).text == "good"


class LongError(Response):
    async def __call__(self, scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 500, "headers": []})
        for more_body in (True, False):
            await send({"type": "http.response.body", "body": b"bad", "more_body": more_body})
