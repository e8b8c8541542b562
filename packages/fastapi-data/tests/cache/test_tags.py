"""Answers are known by their tags, and forgotten by them."""

from __future__ import annotations

from itertools import count

import anyio
import pytest
from fastapi import Depends, FastAPI, Request

from fastapi_data import CacheUsageError, ResponseCache, cache_response, cache_tags


@pytest.fixture
def calls():
    return count()


@pytest.fixture
async def client(any_store, make_client, calls):
    cache = ResponseCache(any_store, tags=["site"])

    def add_routes(app: FastAPI) -> None:
        def tag_author(request: Request, author: str = "nobody") -> None:
            cache_tags(request, f"author:{author}")

        @app.get("/articles/{number}", dependencies=[Depends(tag_author)])
        @cache_response(tags=["articles"])
        async def article(number: int, request: Request) -> int:
            cache_tags(request, f"article:{number}", "read")
            return next(calls)

        @app.get("/plain")
        @cache_response
        async def plain() -> int:
            return next(calls)

        @app.get("/uncached")
        async def uncached(request: Request) -> int:
            cache_tags(request, "ignored")
            return next(calls)

    async with make_client(cache, add_routes) as client:
        client.cache = cache
        yield client


async def test_an_answer_is_forgotten_by_any_tag_of_its_route_its_dependencies_and_its_own(client):
    paths = ["/articles/1?author=ada", "/articles/2?author=ada", "/articles/3", "/plain"]

    async def ask() -> list[int]:
        return [(await client.get(path)).json() for path in paths]

    assert await ask() == [0, 1, 2, 3]
    await client.cache.invalidate(tags=["article:1", "unknown"])
    assert await ask() == [4, 1, 2, 3]
    await client.cache.invalidate(tags=["author:ada"])
    assert await ask() == [5, 6, 2, 3]
    await client.cache.invalidate(tags=["articles"])
    assert await ask() == [7, 8, 9, 3]
    await client.cache.invalidate(tags=["site"])
    assert await ask() == [7, 8, 9, 10]


async def test_tags_on_a_route_that_is_not_cached_do_nothing(client):
    assert [(await client.get("/uncached")).json() for _ in range(2)] == [0, 1]


async def test_one_string_is_refused_since_its_letters_are_no_tags(client):
    with pytest.raises(CacheUsageError, match=r"give a list: \['articles'\]"):
        await client.cache.invalidate(tags="articles")


async def test_who_asks_after_an_invalidation_gets_no_answer_from_before_and_who_asked_earlier_does(
    make_client, any_store, gate, until_waiting
):
    cache = ResponseCache(any_store, tags=["numbers"])

    answers: dict[str, int] = {}
    async with make_client(cache, gate.add_route) as client, anyio.create_task_group() as tasks:

        async def ask(name: str) -> None:
            answers[name] = (await client.get("/")).json()

        tasks.start_soon(ask, "first")
        await gate.entered[0].wait()
        await cache.invalidate(tags=["numbers"])
        tasks.start_soon(ask, "after")
        await until_waiting(cache, 1)
        gate.open[0].set()
        await gate.entered[1].wait()
        # A second invalidation does not make who asked before it wait for a third execution.
        await cache.invalidate(tags=["numbers"])
        tasks.start_soon(ask, "last")
        await until_waiting(cache, 1)
        gate.open[1].set()
        await gate.entered[2].wait()
        gate.open[2].set()
    assert answers == {"first": 0, "after": 1, "last": 2}


async def test_one_who_waited_through_an_execution_takes_the_next_whatever_was_invalidated(
    make_client, any_store, gate, until_waiting
):
    cache = ResponseCache(any_store, tags=["numbers"])

    answers: list[int] = []
    async with make_client(cache, gate.add_route) as client, anyio.create_task_group() as tasks:

        async def ask() -> None:
            answers.append((await client.get("/")).json())

        tasks.start_soon(ask)
        await gate.entered[0].wait()
        await cache.invalidate(tags=["numbers"])
        for _ in range(3):
            tasks.start_soon(ask)
        await until_waiting(cache, 3)
        gate.open[0].set()
        await gate.entered[1].wait()
        await until_waiting(cache, 2)
        await cache.invalidate(tags=["numbers"])
        gate.open[1].set()
    assert answers == [0, 1, 1, 1]
