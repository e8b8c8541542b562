"""What clients ask of the cache, and what answers tell it and them."""

from __future__ import annotations

from itertools import count
from typing import Annotated

import pytest
from fastapi import Header, Response
from fastapi.responses import PlainTextResponse

from fastapi_data import CacheUsageError, ResponseCache, cache_response


@pytest.fixture
def numbers(app):
    calls = count()

    @app.get("/")
    @cache_response
    async def number() -> int:
        return next(calls)


@pytest.mark.parametrize("directives", ["no-cache", "max-age=0", "Max-Age=0, x"])
async def test_a_client_that_asks_for_a_newer_answer_renews_it_for_all(client, numbers, directives):
    assert (await client.get("/")).json() == 0
    assert (await client.get("/", headers={"Cache-Control": directives})).json() == 1
    assert (await client.get("/")).json() == 1


async def test_a_client_gets_no_older_answer_than_it_takes(client, clock, numbers):
    await client.get("/")
    clock.seconds += 10
    assert (await client.get("/", headers={"Cache-Control": "max-age=10"})).json() == 0
    assert (await client.get("/", headers={"Cache-Control": "max-age=9"})).json() == 1


async def test_no_store_passes_the_cache_by(client, store, numbers):
    assert (await client.get("/", headers={"Cache-Control": "no-store"})).json() == 0
    assert len(store) == 0
    assert (await client.get("/")).json() == 1


async def test_only_if_cached_computes_nothing(client, numbers):
    headers = {"Cache-Control": "only-if-cached"}
    missing = await client.get("/", headers=headers)
    assert (missing.status_code, missing.headers["content-type"]) == (504, "text/plain; charset=utf-8")
    await client.get("/")
    assert (await client.get("/", headers=headers)).json() == 0
    assert (await client.get("/", headers={"Cache-Control": "only-if-cached, no-cache"})).status_code == 504


async def test_what_a_client_misspells_is_ignored(client, numbers):
    for directives in ("", "max-age", "max-age=soon", "max-age=-1", "=,"):
        assert (await client.get("/", headers={"Cache-Control": directives})).json() == 0


async def test_the_answer_itself_says_how_long_shared_caches_keep_it(app, client, clock):
    calls = count()

    @app.get("/")
    @cache_response(ttl_seconds=10, stale_if_error_seconds=5)
    async def number(response: Response) -> int:
        response.headers["Cache-Control"] = "max-age=0, s-maxage=20, stale-while-revalidate=4, stale-if-error=0"
        return next(calls)

    await client.get("/")
    clock.seconds += 19.9
    assert (await client.get("/")).json() == 0
    clock.seconds += 5
    assert (await client.get("/")).json() == 1


async def test_an_answer_that_is_good_for_no_time_is_not_stored(app, client, store):
    @app.get("/")
    @cache_response
    async def page(value: str) -> Response:
        return PlainTextResponse("x", headers={"Cache-Control": value})

    for value in ("max-age=0", "s-maxage=0, max-age=60"):
        await client.get("/", params={"value": value})
    assert len(store) == 0


async def test_clients_are_told_how_long_to_keep_it_unless_the_route_says(app, client):
    @app.get("/silent")
    @cache_response(max_age_seconds=30)
    async def silent() -> int:
        return 1

    @app.get("/telling")
    @cache_response(max_age_seconds=30)
    async def telling(response: Response) -> int:
        response.headers["Cache-Control"] = "public"
        return 1

    for _ in range(2):
        assert (await client.get("/silent")).headers["cache-control"] == "max-age=30"
        assert (await client.get("/telling")).headers["cache-control"] == "public"


async def test_clients_and_proxies_are_told_what_tells_answers_apart(app, client):
    @app.get("/language")
    @cache_response(max_age_seconds=30, vary=["X-Theme"], cookies=["size"])
    async def language(response: Response, accept_language: Annotated[str, Header()] = "en") -> str:
        response.headers["Vary"] = "x-theme"
        return accept_language

    @app.get("/cookies")
    @cache_response(vary=["Cookie"], cookies=["size"])
    async def cookies() -> int:
        return 1

    @app.get("/alike")
    @cache_response(cookies=[])
    async def alike() -> int:
        return 1

    for _ in range(2):
        assert (await client.get("/language")).headers["vary"] == "x-theme, Accept-Language, Cookie"
        assert (await client.get("/cookies")).headers["vary"] == "Cookie"
        assert "vary" not in (await client.get("/alike")).headers
    etag = (await client.get("/cookies")).headers["etag"]
    unchanged = await client.get("/cookies", headers={"If-None-Match": etag})
    assert (unchanged.status_code, unchanged.headers["vary"]) == (304, "Cookie")


async def test_jitter_takes_up_to_its_part_of_the_time_and_spreads_answers(app, client, store):
    @app.get("/{number}")
    @cache_response(ttl_seconds=100, ttl_jitter=0.2)
    async def route(number: int) -> int:
        return number

    for number in range(50):
        await client.get(f"/{number}")
    times = {response.fresh_until - response.stored_at for response in store._responses.values()}
    assert len(times) == 50
    assert 80 <= min(times) <= max(times) <= 100
    assert max(times) - min(times) > 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ttl_seconds": 0}, "above 0"),
        ({"ttl_jitter": 1}, "below 1"),
        ({"ttl_jitter": -0.1}, "below 1"),
        ({"stale_while_revalidate_seconds": -1}, "stale_while_revalidate_seconds is -1"),
        ({"stale_if_error_seconds": -1}, "0 or more"),
        ({"max_age_seconds": -1}, "0 or more"),
        ({"vary": "Accept"}, r"give a list: \['Accept'\]"),
        ({"cookies": "a"}, "give a list"),
        ({"query": "q"}, "give a list"),
        ({"tags": "a"}, "give a list"),
        ({"expire": 5}, "Unknown options: expire. There are: ttl_seconds"),
    ],
)
def test_options_that_could_never_work_are_refused(options, message):
    with pytest.raises(CacheUsageError, match=message):
        cache_response(**options)
    with pytest.raises(CacheUsageError, match=message):
        ResponseCache(**options)
