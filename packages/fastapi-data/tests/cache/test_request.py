"""Which requests share a key."""

from itertools import count
from typing import Annotated
from urllib.parse import unquote_plus

import pytest
from fastapi import FastAPI, Query, Request
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict
from starlette.testclient import TestClient

from fastapi_data import CacheUsageError, ResponseCache, cache_response
from fastapi_data.cache.addresses import Addresses
from fastapi_data.cache.request import MAX_KEY_LENGTH, sorted_query
from fastapi_data.cache.routes import MarkedRoutes

NAME = st.text("abc%", max_size=3)
PAIRS = st.lists(st.tuples(NAME, st.text("xyz=", max_size=3)), max_size=6)


def encoded(pairs) -> bytes:
    return b"&".join(f"{name}={value}".encode() for name, value in pairs)


@settings(deadline=None)
@given(PAIRS.flatmap(lambda pairs: st.tuples(st.just(pairs), st.permutations(pairs))))
def test_the_order_of_different_parameters_does_not_matter(orders):
    pairs, shuffled = orders
    # As the route reads them.
    names = {unquote_plus(name) for name, _ in pairs}
    by_name = [[pair for pair in shuffled if unquote_plus(pair[0]) == name] for name in names]
    originally = [[pair for pair in pairs if unquote_plus(pair[0]) == name] for name in names]
    assert (sorted_query(encoded(pairs)) == sorted_query(encoded(shuffled))) is (by_name == originally)


@settings(deadline=None)
@given(PAIRS)
def test_sorting_loses_nothing_and_sorting_again_changes_nothing(pairs):
    once = sorted_query(encoded(pairs))
    assert sorted(once.split(b"&")) == sorted(encoded(pairs).split(b"&"))
    assert sorted_query(once) == once


async def test_requests_share_an_answer_whatever_the_order_of_their_parameters(app, client):
    calls = count()

    @app.get("/")
    @cache_response
    async def number(tag: Annotated[list[str], Query()], page: int = 1) -> list:
        return [tag, page, next(calls)]

    async def ask(query: str) -> list:
        return (await client.get(f"/?{query}")).json()

    assert await ask("page=2&tag=b&tag=a") == [["b", "a"], 2, 0]
    assert await ask("tag=b&page=2&tag=a") == [["b", "a"], 2, 0]
    assert await ask("tag=a&page=2&tag=b") == [["a", "b"], 2, 1]


async def test_the_order_of_values_counts_however_their_names_are_written(app, client):
    @app.get("/")
    @cache_response
    async def of(tag: str) -> str:
        return tag

    assert (await client.get("/?tag=1&%74ag=2")).json() == "2"
    assert (await client.get("/?%74ag=2&tag=1")).json() == "1"


async def test_short_addresses_are_remembered_until_they_are_too_many():
    app = FastAPI()
    app.get("/{number}")(cache_response(lambda number: number))
    routes = MarkedRoutes(app, {}, every_route=False, inner_vary=frozenset())
    addresses = Addresses(routes)
    for number in range(10_000):
        address = addresses["GET", "http", b"host", "", f"/{number}", b"b=1&a=1"]
        assert address.key == ("GET", "http", b"host", f"/{number}", b"a=1&b=1")
        assert 1 <= len(addresses) <= 4096
    assert addresses["GET", "http", b"host", "", f"/{number}", b"b=1&a=1"] is address
    remembered = len(addresses)
    assert addresses["GET", "http", b"host", "", "/1", b"x" * 1000].key
    assert len(addresses) == remembered


async def test_parameters_that_do_not_count_neither_make_an_answer_nor_reach_the_route(app, client, store):
    @app.get("/")
    @cache_response(query=["größe"])
    async def search(request: Request, page: int = 1) -> str:
        return f"{page} {request.url.query}"

    @app.get("/all")
    @cache_response
    async def everything(request: Request) -> str:
        return request.url.query

    async def ask(query: str) -> str:
        return (await client.get(f"/?{query}")).json()

    assert await ask("utm_source=mail&page=2&g%C3%B6ffnet=1") == "2 page=2"
    assert await ask("page=2&fbclid=7") == await ask("page=2") == "2 page=2"
    assert await ask("gr%C3%B6%C3%9Fe=a+b&page=2") == "2 gr%C3%B6%C3%9Fe=a+b&page=2"
    assert await ask("utm_source=news") == await ask("") == "1 "
    assert len(store) == 3
    assert await ask(f"page=2&{'x' * MAX_KEY_LENGTH}") == "2 page=2"
    assert (await client.get("/all?utm_source=mail")).json() == "utm_source=mail"


async def test_a_route_that_may_read_any_parameter_is_cached_unless_some_shall_not_count():
    class Anything(BaseModel):
        model_config = ConfigDict(extra="allow")

    def application(**options) -> FastAPI:
        app = FastAPI()
        ResponseCache(**options).install(app)

        async def echo(sent) -> dict:
            return sent.model_extra

        echo.__annotations__ = {"sent": Annotated[Anything, Query()], "return": dict}
        app.get("/")(cache_response(echo))
        return app

    with TestClient(application()) as client:
        assert [client.get(f"/?a={number}").json() for number in (1, 2, 1)] == [{"a": "1"}, {"a": "2"}, {"a": "1"}]
    with pytest.raises(CacheUsageError, match="never_cache"), TestClient(application(query=[])):
        pass


async def test_what_is_too_long_for_a_key_reaches_the_route_and_is_not_stored(app, client, store):
    calls = count()

    @app.get("/{path}")
    @cache_response(vary=["X-Long"], cookies=["long"])
    async def number(path: str) -> int:
        return next(calls)

    long = "x" * MAX_KEY_LENGTH

    async def ask(path: str = "/", headers: dict[str, str] | None = None) -> list[int]:
        return [(await client.get(path, headers=headers)).json() for _ in range(2)]

    assert await ask(f"/{long}") == [0, 1]
    assert await ask(f"/short?{long}") == [2, 3]
    assert await ask("/short", {"X-Long": long}) == [4, 5]
    assert await ask("/short", {"Cookie": f"long={long}"}) == [6, 7]
    assert len(store) == 0
    assert await ask(f"/short?{long[:3000]}") == [8, 8]
