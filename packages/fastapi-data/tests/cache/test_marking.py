"""Which routes are cached, and what of a request counts."""

from __future__ import annotations

import gc
from itertools import count
from typing import Annotated

import httpx2
import pytest
from fastapi import APIRouter, Cookie, Depends, FastAPI, Header, Request, Response
from fastapi.responses import PlainTextResponse
from fastapi.security import APIKeyHeader, HTTPBasic
from pydantic import BaseModel, Field
from starlette.routing import Host, Route, Router
from starlette.testclient import TestClient

from fastapi_data import CacheUsageError, ResponseCache, cache_response, cache_router, never_cache
from fastapi_data.cache.policy import marked_routers

KEY = APIKeyHeader(name="X-API-Key")


async def guard(secret: Annotated[str, Depends(KEY)]) -> None: ...


class Common(BaseModel):
    accept_language: str = "en"
    tenant: str = Field("none", alias="X-Tenant")


class Numbers:
    """Routes that answer with another number each time they run."""

    def __init__(self) -> None:
        self.calls = count()

    def route(self):
        async def number() -> int:
            return next(self.calls)

        return number


@pytest.fixture
def numbers() -> Numbers:
    return Numbers()


async def test_a_routers_mark_covers_its_routes_and_those_of_routers_in_it(app, client, clock, numbers):
    inner, outer, other = APIRouter(), APIRouter(), APIRouter()
    cache_router(outer, ttl_seconds=10)
    cache_router(inner, stale_while_revalidate_seconds=5)
    inner.get("/inner")(numbers.route())
    outer.include_router(inner)
    outer.get("/outer")(numbers.route())
    outer.get("/never")(never_cache(numbers.route()))
    outer.get("/own")(cache_response(ttl_seconds=30)(numbers.route()))
    outer.post("/posted")(numbers.route())
    other.get("/other")(numbers.route())
    app.include_router(outer, prefix="/o")
    app.include_router(other, prefix="/o")

    async def ask() -> list[int]:
        paths = ["/o/inner", "/o/outer", "/o/never", "/o/own", "/o/other"]
        return [(await client.get(path)).json() for path in paths] + [(await client.post("/o/posted")).json()]

    assert await ask() == [0, 1, 2, 3, 4, 5]
    assert await ask() == [0, 1, 6, 3, 7, 8]
    clock.seconds += 10
    # The inner router's route is replayed stale: it has its own router's options and the outer one's.
    assert await ask() == [0, 9, 10, 3, 11, 12]


async def test_an_inner_router_adds_to_what_the_outer_says(app, client, clock, numbers):
    inner, outer = APIRouter(), APIRouter()
    cache_router(inner, ttl_seconds=5)
    cache_router(outer, ttl_seconds=10, cookies=[])
    inner.get("/inner")(numbers.route())
    outer.get("/outer")(numbers.route())
    outer.include_router(inner)
    app.include_router(outer)
    client.cookies.set("theme", "dark")
    for path in ("/inner", "/outer", "/inner", "/outer"):
        assert (await client.get(path)).json() == ["/inner", "/outer"].index(path)
    clock.seconds += 5
    assert [(await client.get(path)).json() for path in ("/inner", "/outer")] == [2, 1]


async def test_every_route_of_an_application_but_those_that_say_never(client_of, numbers):
    app = FastAPI()
    ResponseCache().install(app, every_route=True)
    app.get("/plain")(numbers.route())
    app.get("/never")(never_cache(numbers.route()))
    app.api_route("/both", methods=["GET", "POST"], include_in_schema=False)(numbers.route())

    async def plain_starlette(request: Request) -> Response:
        return PlainTextResponse(str(next(numbers.calls)))

    app.router.routes.append(Route("/starlette", plain_starlette))
    async with client_of(app) as client:
        paths = ["/plain", "/never", "/both", "/starlette"] * 2
        assert [(await client.get(path)).json() for path in paths] == [0, 1, 2, 3, 0, 4, 5, 6]
        assert (await client.get("/openapi.json")).status_code == 200


async def test_a_plain_starlette_route_can_be_marked(app, client, numbers):
    @cache_response
    async def plain(request: Request) -> Response:
        return PlainTextResponse(str(next(numbers.calls)))

    app.router.routes.append(Route("/", plain))
    assert [(await client.get("/")).json() for _ in range(2)] == [0, 0]


async def test_a_host_route_that_stands_before_keeps_its_requests(app, client, numbers):
    other = Router([Route("/", lambda _: PlainTextResponse("other host"))])
    app.router.routes.append(Host("other.example", other))
    app.get("/")(cache_response(numbers.route()))
    hosts = ["testserver", "other.example", "testserver"]
    assert [(await client.get("/", headers={"Host": host})).text for host in hosts] == ["0", "other host", "0"]


async def test_never_cache_above_the_route_is_refused_like_cache_response():
    app = FastAPI()
    ResponseCache().install(app, every_route=True)

    async def number() -> int:
        return 1

    never_cache(app.get("/")(number))
    with pytest.raises(CacheUsageError, match="never_cache stands above the route decorator"), TestClient(app):
        pass
    with pytest.raises(CacheUsageError, match="never_cache marks functions"):
        never_cache(print)


async def test_a_function_may_be_a_route_of_its_own_beside_what_it_was_marked_as(app, client, numbers):
    number = numbers.route()
    app.get("/live")(number)
    app.get("/minute")(cache_response(number))
    app.get("/never")(never_cache(number))
    paths = ["/live", "/minute", "/never"] * 2
    assert [(await client.get(path)).json() for path in paths] == [0, 1, 2, 3, 1, 4]


async def test_headers_that_a_route_or_its_dependencies_declare_count_by_themselves(app, client, numbers):
    @app.get("/", dependencies=[Depends(guard)])
    @cache_response
    async def number(x_theme: Annotated[str, Header()] = "light") -> int:
        return next(numbers.calls)

    @app.get("/model")
    @cache_response
    async def model(common: Annotated[Common, Header()]) -> int:
        return next(numbers.calls)

    async def ask(path: str, **headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await client.get(path, headers=named)
        return answer.json() if answer.status_code == 200 else answer.status_code

    assert [await ask("/", X_API_Key="a"), await ask("/", X_API_Key="b"), await ask("/", X_API_Key="a")] == [0, 1, 0]
    assert await ask("/") == 401
    assert await ask("/", X_API_Key="a", X_Theme="dark") == 2
    assert [await ask("/model"), await ask("/model", Accept_Language="nl"), await ask("/model")] == [3, 4, 3]
    assert [await ask("/model", X_Tenant="t"), await ask("/model", X_Tenant="u")] == [5, 6]


async def test_declaring_authorization_does_not_have_it_cached_but_naming_it_does(app, client, numbers):
    basic = HTTPBasic(auto_error=False)

    @app.get("/declared", dependencies=[Depends(basic)])
    @cache_response
    async def declared(authorization: Annotated[str | None, Header()] = None) -> int:
        return next(numbers.calls)

    @app.get("/named")
    @cache_response(vary=["Authorization", "Cookie"])
    async def named() -> int:
        return next(numbers.calls)

    async def ask(path: str, name: str, value: str) -> int:
        return (await client.get(path, headers={name: value})).json()

    assert [await ask("/declared", "Authorization", "a") for _ in range(2)] == [0, 1]
    assert [await ask("/named", "Authorization", user) for user in "aba"] == [2, 3, 2]
    assert [await ask("/named", "Cookie", cookie) for cookie in ("u=a", "u=b", "u=a")] == [4, 5, 4]


async def test_named_and_declared_cookies_count_and_others_are_ignored(app, client, numbers):
    @app.get("/")
    @cache_response(cookies=["theme"])
    async def number(language: Annotated[str | None, Cookie()] = None) -> int:
        return next(numbers.calls)

    @app.get("/none")
    @cache_response(cookies=[])
    async def none() -> int:
        return next(numbers.calls)

    async def ask(cookie: str, path: str = "/") -> int:
        return (await client.get(path, headers={"Cookie": cookie} if cookie else {})).json()

    assert [await ask("theme=dark; _ga=1"), await ask("_ga=2;theme=dark"), await ask("theme=light")] == [0, 0, 1]
    assert [await ask("language=nl; theme=dark"), await ask("theme=dark; language=nl")] == [2, 2]
    assert [await ask("_ga=1"), await ask("")] == [3, 3]
    assert [await ask("_ga=1", "/none"), await ask("", "/none"), await ask("x", "/none")] == [4, 4, 4]
    repeated = await client.get("/", headers=[("Cookie", "theme=dark"), ("Cookie", "_ga=3")])
    assert repeated.json() == 0


async def test_a_route_never_sees_the_cookies_that_do_not_count(app, client):
    @app.get("/{which}")
    @cache_response(cookies=["theme", "size"])
    async def cookies(request: Request, which: str) -> Response:
        return PlainTextResponse(str(request.cookies), headers={"Vary": "Cookie"})

    async def ask(path: str, cookie: str) -> tuple[str, bool]:
        answer = await client.get(path, headers={"Cookie": cookie})
        return answer.text, "age" in answer.headers

    assert await ask("/a", "session=mine; theme=dark") == ("{'theme': 'dark'}", False)
    assert await ask("/a", "session=yours; theme=dark") == ("{'theme': 'dark'}", True)
    assert await ask("/b", "session=mine") == ("{}", False)
    assert await ask("/b", "session=yours") == ("{}", True)


async def test_each_route_varies_on_its_own_headers_only(app, client, numbers):
    app.get("/languages")(cache_response(vary=["Accept-Language"])(numbers.route()))
    app.get("/plain")(cache_response(numbers.route()))

    async def ask(path: str, language: str) -> int:
        return (await client.get(path, headers={"Accept-Language": language})).json()

    paths = [("/languages", "nl"), ("/languages", "en"), ("/plain", "nl"), ("/plain", "en")]
    assert [await ask(*path) for path in paths] == [0, 1, 2, 2]


async def test_routes_are_found_by_their_path_under_a_root_path(app, numbers):
    app.get("/number")(cache_response(numbers.route()))
    transport = httpx2.ASGITransport(app, root_path="/api")
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client:
        assert [(await client.get("/api/number")).json() for _ in range(2)] == [0, 0]


def test_a_router_that_is_gone_is_forgotten():
    cache_router(APIRouter(), ttl_seconds=1)
    gc.collect()
    router = APIRouter()
    cache_router(router, ttl_seconds=2)
    assert marked_routers()[-1] == (router, {"ttl_seconds": 2})
    assert all(options != {"ttl_seconds": 1} for _, options in marked_routers())
