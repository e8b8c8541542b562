"""A hit is the answer that was computed before, and nothing of the route runs."""

from __future__ import annotations

import threading
from itertools import count

import httpx2
from fastapi import APIRouter, Depends, FastAPI, Request, WebSocket
from fastapi.responses import FileResponse, HTMLResponse
from pydantic import BaseModel
from starlette.testclient import TestClient

from fastapi_data import cache_response


class Article(BaseModel):
    number: int
    title: str = "No title"


async def test_a_hit_repeats_the_bytes_and_runs_neither_route_nor_dependencies(app, client):
    calls = count()
    dependency_calls = count()

    @app.get("/", dependencies=[Depends(lambda: next(dependency_calls))])
    @cache_response
    async def article() -> Article:
        return Article(number=next(calls))

    first, second = await client.get("/"), await client.get("/")
    assert first.json() == second.json() == {"number": 0, "title": "No title"}
    assert second.headers["content-type"] == "application/json"
    assert (next(calls), next(dependency_calls)) == (1, 1)


async def test_a_route_that_is_not_marked_is_not_cached(app, client):
    calls = count()

    @app.get("/")
    async def number() -> int:
        return next(calls)

    assert [(await client.get("/")).json() for _ in range(3)] == [0, 1, 2]


async def test_a_sync_route_is_cached_and_runs_in_a_worker_thread(app, client):
    threads: list[threading.Thread] = []

    @app.get("/")
    @cache_response
    def page() -> HTMLResponse:
        threads.append(threading.current_thread())
        return HTMLResponse("<p>Home</p>")

    first, second = await client.get("/"), await client.get("/")
    assert first.text == second.text == "<p>Home</p>"
    assert len(threads) == 1
    assert threads[0] is not threading.current_thread()


async def test_the_answer_expires_with_the_routes_own_time_or_the_caches(app, client, clock):
    calls = count()

    @app.get("/short")
    @cache_response(ttl_seconds=10)
    async def short() -> int:
        return next(calls)

    @app.get("/default")
    @cache_response
    async def default() -> str:
        return f"default {next(calls)}"

    async def both() -> tuple[int, str]:
        return (await client.get("/short")).json(), (await client.get("/default")).json()

    assert await both() == (0, "default 1")
    clock.seconds += 9.9
    assert await both() == (0, "default 1")
    clock.seconds += 0.1
    assert await both() == (2, "default 1")
    clock.seconds += 50
    assert await both() == (3, "default 4")


async def test_a_replayed_answer_says_how_old_it_is(app, client, clock):
    @app.get("/")
    @cache_response
    async def number() -> int:
        return 1

    assert "age" not in (await client.get("/")).headers
    clock.seconds += 42.7
    assert (await client.get("/")).headers["age"] == "42"


async def test_clear_forgets_every_answer(app, client, cache):
    calls = count()

    @app.get("/")
    @cache_response
    async def number() -> int:
        return next(calls)

    assert (await client.get("/")).json() == 0
    await cache.clear()
    assert (await client.get("/")).json() == 1


async def test_routes_of_included_routers_are_cached_under_their_whole_path(app, client):
    calls = count()
    inner, outer = APIRouter(prefix="/inner"), APIRouter(prefix="/outer")

    @inner.get("/{number}")
    @cache_response
    async def item(number: int) -> list[int]:
        return [number, next(calls)]

    outer.include_router(inner)
    app.include_router(outer)
    paths = ["/outer/inner/1", "/outer/inner/2", "/outer/inner/1"]
    assert [(await client.get(path)).json() for path in paths] == [[1, 0], [2, 1], [1, 0]]


async def test_a_route_that_stands_before_a_marked_one_keeps_its_requests(app, client):
    calls = count()

    @app.get("/items/me")
    async def me() -> str:
        return f"me {next(calls)}"

    @app.get("/items/{name}")
    @cache_response
    async def item(name: str) -> str:
        return f"{name} {next(calls)}"

    paths = ["/items/me", "/items/me", "/items/you", "/items/you"]
    assert [(await client.get(path)).json() for path in paths] == ["me 0", "me 1", "you 2", "you 2"]


async def test_a_file_with_its_length_is_cached(app, client, tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("first")

    @app.get("/")
    @cache_response
    async def file() -> FileResponse:
        return FileResponse(path)

    first = await client.get("/")
    path.write_text("second")
    second = await client.get("/", headers={"Range": "bytes=0-1"})
    assert first.text == second.text == "first"
    assert second.headers["etag"] == first.headers["etag"]


async def test_a_first_request_for_a_part_stores_the_whole(app, client, tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("whole")

    @app.get("/")
    @cache_response
    async def file() -> FileResponse:
        return FileResponse(path)

    assert (await client.get("/", headers={"Range": "bytes=0-1"})).text == "whole"
    assert (await client.get("/")).headers["age"] == "0"


async def test_an_answer_passes_through_middleware_of_functions(app, client):
    calls = count()

    @app.get("/")
    @cache_response
    async def number() -> int:
        return next(calls)

    # Added earlier than the cache, so that the cache sees a body in parts.
    app.user_middleware.reverse()

    @app.middleware("http")
    async def stamp(request: Request, call_next):
        response = await call_next(request)
        response.headers["x-stamp"] = "yes"
        return response

    app.user_middleware.reverse()
    answers = [await client.get("/") for _ in range(2)]
    assert [answer.json() for answer in answers] == [0, 0]
    assert answers[1].headers["x-stamp"] == "yes"


async def test_the_client_that_has_the_answer_gets_a_304(app, client):
    @app.get("/")
    @cache_response
    async def page() -> HTMLResponse:
        return HTMLResponse("<p>Home</p>", headers={"Cache-Control": "max-age=5", "X-Other": "1"})

    etag = (await client.get("/")).headers["etag"]
    for sent in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = await client.get("/", headers={"If-None-Match": sent})
        assert (answer.status_code, answer.content) == (304, b"")
        assert dict(answer.headers) == {"etag": etag, "cache-control": "max-age=5", "age": "0"}
    assert (await client.get("/", headers={"If-None-Match": '"other"'})).status_code == 200
    repeated = await client.get("/", headers=[("If-None-Match", '"other"'), ("If-None-Match", etag)])
    assert repeated.status_code == 304


async def test_a_first_request_with_a_validator_is_stored_and_answered_by_it(app, client):
    validators_seen: list[str | None] = []

    @app.get("/")
    @cache_response
    async def page(request: Request) -> HTMLResponse:
        validators_seen.append(request.headers.get("if-none-match"))
        return HTMLResponse("<p>Home</p>", headers={"ETag": 'W/"mine"'})

    first = await client.get("/", headers={"If-None-Match": '"mine"'})
    second = await client.get("/")
    assert (first.status_code, second.status_code, second.headers["etag"]) == (304, 200, 'W/"mine"')
    assert validators_seen == [None]


async def test_head_is_answered_where_the_route_does_and_kept_apart_from_get(app, client):
    methods: list[str] = []

    @app.get("/get")
    @cache_response
    async def only_get() -> int:
        return 1

    @app.api_route("/both", methods=["GET", "HEAD"])
    @cache_response
    async def both(request: Request) -> int:
        methods.append(request.method)
        return 1

    plain_get, plain_head = await client.get("/get"), await client.head("/get")
    assert plain_get.status_code == 200
    twice = [await client.request(method, "/both") for method in ("HEAD", "GET", "HEAD", "GET")]
    assert methods == ["HEAD", "GET"]
    assert [answer.headers["content-length"] for answer in twice] == ["1"] * 4
    assert "etag" not in twice[2].headers
    assert (await client.head("/both", headers={"If-None-Match": "*"})).status_code == 200

    uncached = FastAPI()
    uncached.get("/get")(only_get)
    assert plain_head.status_code == (await client_head(uncached)).status_code


async def client_head(app: FastAPI) -> httpx2.Response:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://testserver") as client:
        return await client.head("/get")


def test_marking_changes_neither_openapi_nor_what_calling_the_function_does():
    async def article(number: int, *, title: str = "No title") -> Article:
        """One article."""
        return Article(number=number, title=title)

    described = []
    for endpoint in (article, cache_response(article)):
        app = FastAPI()
        app.get("/{number}")(endpoint)
        described.append(app.openapi())
    assert described[0] == described[1]


async def test_a_marked_function_can_be_called():
    @cache_response(ttl_seconds=5)
    async def article(number: int, *, title: str = "No title") -> Article:
        return Article(number=number, title=title)

    assert await article(1) == Article(number=1)
    assert await article(1, title="Other") == Article(number=1, title="Other")


async def test_other_protocols_pass(app):
    @app.websocket("/")
    async def greet(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("hello")
        await websocket.close()

    with TestClient(app) as client, client.websocket_connect("/") as websocket:
        assert websocket.receive_text() == "hello"
