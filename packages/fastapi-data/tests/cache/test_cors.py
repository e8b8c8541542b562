"""Answers that a CORSMiddleware behind the cache makes depend on the origin are kept apart by it."""

from __future__ import annotations

from itertools import count

import pytest
from fastapi import FastAPI, Request, Response
from starlette.middleware.cors import CORSMiddleware

from fastapi_data import ResponseCache, cache_response


class OurCORS(CORSMiddleware): ...


async def pass_on(request: Request, call_next) -> Response:
    return await call_next(request)


def application(calls: count) -> FastAPI:
    app = FastAPI()

    @app.get("/")
    @cache_response
    async def number() -> int:
        return next(calls)

    return app


async def asked(client, origins: list[str | None]) -> list[tuple[int, str | None]]:
    answers = [await client.get("/", headers={"Origin": origin} if origin else {}) for origin in origins]
    return [(answer.json(), answer.headers.get("access-control-allow-origin")) for answer in answers]


A, B = "https://a.example", "https://b.example"


@pytest.mark.parametrize("place", ["install", "in_front_of"])
@pytest.mark.parametrize("cors", [CORSMiddleware, OurCORS])
async def test_each_origin_has_an_answer_of_its_own_behind_the_cache(client_of, place, cors):
    app, cache = application(count()), ResponseCache()
    app.middleware("http")(pass_on)
    app.add_middleware(cors, allow_origins=[A, B])
    app.middleware("http")(pass_on)
    if place == "install":
        cache.install(app)
        app.middleware("http")(pass_on)
    async with client_of(app if place == "install" else cache.in_front_of(app)) as client:
        assert await asked(client, [A, B, None, A, B, None]) == [(0, A), (1, B), (2, None)] * 2


async def test_all_origins_share_an_answer_in_front_of_it(client_of):
    app = application(count())
    ResponseCache().install(app)
    app.add_middleware(CORSMiddleware, allow_origins=[A, B])
    async with client_of(app) as client:
        assert await asked(client, [A, B, None]) == [(0, A), (0, B), (0, None)]
