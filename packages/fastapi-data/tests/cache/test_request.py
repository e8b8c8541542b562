"""Which requests share a key."""

from itertools import count
from typing import Annotated

from fastapi import Query
from hypothesis import given, settings
from hypothesis import strategies as st

from fastapi_data import cache_response
from fastapi_data.cache.request import sorted_query

NAME = st.text("abc%", max_size=3)
PAIRS = st.lists(st.tuples(NAME, st.text("xyz=", max_size=3)), max_size=6)


def encoded(pairs) -> bytes:
    return b"&".join(f"{name}={value}".encode() for name, value in pairs)


@settings(deadline=None)
@given(PAIRS.flatmap(lambda pairs: st.tuples(st.just(pairs), st.permutations(pairs))))
def test_the_order_of_different_parameters_does_not_matter(orders):
    pairs, shuffled = orders
    names = {name for name, _ in pairs}
    by_name = [[pair for pair in shuffled if pair[0] == name] for name in names]
    originally = [[pair for pair in pairs if pair[0] == name] for name in names]
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
