"""Answers that are meant for one, and requests that must reach the route."""

from __future__ import annotations

import functools
from itertools import count

import pytest
from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import FileResponse, PlainTextResponse, StreamingResponse
from starlette.testclient import TestClient

from fastapi_data import CacheUsageError, ResponseCache, cache_response

LARGE = b"x" * 10_001


def streamed():
    yield b"first, "
    yield b"second"


ANSWERS_FOR_ONE = {
    "an error": lambda: PlainTextResponse("missing", 404),
    "a created thing": lambda: PlainTextResponse("made", 201),
    "a redirect": lambda: Response(status_code=307, headers={"Location": "/elsewhere"}),
    "a cookie": lambda: PlainTextResponse("hello", headers={"Set-Cookie": "session=1"}),
    "no-store": lambda: PlainTextResponse("hello", headers={"Cache-Control": "max-age=5, No-Store"}),
    "private": lambda: PlainTextResponse("hello", headers={"Cache-Control": 'private="x-name"'}),
    "no-cache": lambda: PlainTextResponse("hello", headers={"Cache-Control": "no-cache"}),
    "an unnamed vary": lambda: PlainTextResponse("hello", headers={"Vary": "Accept, Accept-Language"}),
    "vary on all": lambda: PlainTextResponse("hello", headers={"Vary": "*"}),
    "a stream": lambda: StreamingResponse(streamed()),
    "a large body": lambda: Response(LARGE),
    "a large body in parts": lambda: StreamingResponse(
        iter([LARGE[:6000], LARGE[6000:]]), headers={"Content-Length": str(len(LARGE))}
    ),
}


@pytest.mark.parametrize("make", ANSWERS_FOR_ONE.values(), ids=ANSWERS_FOR_ONE.keys())
async def test_an_answer_that_others_must_not_get_is_sent_whole_and_not_stored(app, client, store, make):
    calls = count()

    @app.get("/")
    @cache_response(vary=["Accept"])
    async def route() -> Response:
        next(calls)
        return make()

    answers = [await client.get("/") for _ in range(2)]
    expected = make()
    assert [answer.status_code for answer in answers] == [expected.status_code] * 2
    if not isinstance(expected, StreamingResponse):
        assert [answer.content for answer in answers] == [expected.body] * 2
    else:
        whole = b"".join([part async for part in expected.body_iterator])
        assert [answer.content for answer in answers] == [whole] * 2
    assert (next(calls), len(store)) == (2, 0)


async def test_a_file_that_the_server_sends_itself_is_not_stored(app, store, tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("note")

    @app.get("/")
    @cache_response
    async def file() -> FileResponse:
        return FileResponse(path)

    sent: list[str] = []

    async def send(message) -> None:
        sent.append(message["type"])

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "root_path": ""}
    await app({**scope, "scheme": "http", "extensions": {"http.response.pathsend": {}}}, receive, send)
    assert sent == ["http.response.start", "http.response.pathsend"]
    assert len(store) == 0


async def test_hints_before_an_answer_pass_and_trailers_after_it_keep_it_from_being_stored(app, client, store):
    class Hinting(PlainTextResponse):
        async def __call__(self, scope, receive, send) -> None:
            await send({"type": "http.response.early_hint", "links": []})
            await super().__call__(scope, receive, send)

    class Trailing(Response):
        async def __call__(self, scope, receive, send) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": [], "trailers": True})
            await send({"type": "http.response.body", "body": b"x"})
            await send({"type": "http.response.trailers", "headers": []})

    @app.get("/hinting")
    @cache_response
    async def hinting() -> Response:
        return Hinting("x")

    @app.get("/trailing")
    @cache_response
    async def trailing() -> Response:
        return Trailing()

    sent: list[str] = []

    async def send(message) -> None:
        sent.append(message["type"].removeprefix("http.response."))

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    for path, kept in (("/hinting", 1), ("/trailing", 1)):
        await app({"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}, receive, send)
        assert len(store) == kept
    assert sent == ["early_hint", "start", "body", "start", "body", "trailers"]


async def test_a_route_that_raises_is_not_stored(app, client, store):
    calls = count()

    @app.get("/refused")
    @cache_response
    async def refused() -> None:
        next(calls)
        raise HTTPException(503)

    @app.get("/broken")
    @cache_response
    async def broken() -> None:
        next(calls)
        raise RuntimeError

    statuses = [(await client.get(path)).status_code for path in ("/refused", "/refused", "/broken", "/broken")]
    assert (statuses, next(calls), len(store)) == ([503, 503, 500, 500], 4, 0)


@pytest.mark.parametrize(
    "headers", [{"Authorization": "Bearer 1"}, {"Cookie": "a=1"}, {"Transfer-Encoding": "chunked"}]
)
async def test_a_personal_request_neither_stores_nor_gets_what_is_stored(app, client, headers):
    calls = count()

    @app.get("/")
    @cache_response
    async def number() -> int:
        return next(calls)

    sent = [await client.get("/", headers=these) for these in (headers, {}, headers, {})]
    assert [answer.json() for answer in sent] == [0, 1, 2, 1]


async def test_a_get_with_a_body_reaches_the_route(app, client):
    calls = count()

    @app.get("/")
    @cache_response
    async def number() -> int:
        return next(calls)

    answers = [await client.request("GET", "/", content=body) for body in (b"a", b"", b"a")]
    assert [answer.json() for answer in answers] == [0, 1, 2]


async def test_post_to_the_path_of_a_marked_get_reaches_its_own_route(app, client):
    @app.get("/")
    @cache_response
    async def read() -> str:
        return "read"

    @app.post("/")
    async def write() -> str:
        return "written"

    assert [(await client.request(method, "/")).json() for method in ("GET", "POST", "GET")] == [
        "read",
        "written",
        "read",
    ]


async def test_named_headers_keep_answers_apart(app, client):
    calls = count()

    @app.get("/")
    @cache_response(vary=["Accept-Language"])
    async def number(response: Response) -> int:
        response.headers["Vary"] = "accept-language"
        return next(calls)

    async def ask(*languages: str) -> int:
        return (await client.get("/", headers=[("Accept-Language", language) for language in languages])).json()

    assert [await ask("nl"), await ask("en"), await ask("nl"), await ask(), await ask()] == [0, 1, 0, 2, 2]
    assert [await ask("nl", "en"), await ask("nl", "en")] == [3, 3]


async def test_the_host_keeps_answers_apart(app, client):
    calls = count()

    @app.get("/")
    @cache_response
    async def number() -> int:
        return next(calls)

    hosts = ["testserver", "evil.example", "testserver"]
    assert [(await client.get("/", headers={"Host": host})).json() for host in hosts] == [0, 1, 0]


def routed(app: FastAPI, marked_above: bool) -> None:  # noqa: FBT001 - a table of one column
    async def home() -> int:
        return 1

    if marked_above:
        cache_response(app.get("/")(home))
    else:
        app.post("/")(cache_response(home))


@pytest.mark.parametrize(
    ("marked_above", "message"), [(True, r"above the route decorator of .*home"), (False, "other methods than GET")]
)
async def test_a_mark_that_could_never_work_stops_the_start_and_fails_requests(app, client, marked_above, message):
    routed(app, marked_above)
    with pytest.raises(CacheUsageError, match=message), TestClient(app):
        pass
    assert (await client.get("/")).status_code == 500


async def test_the_server_is_told_why_the_start_failed(app):
    routed(app, marked_above=True)
    sent: list[dict] = []

    async def receive() -> dict:
        return {"type": "lifespan.startup"}

    async def send(message) -> None:
        sent.append(message)

    with pytest.raises(CacheUsageError):
        await app({"type": "lifespan", "state": {}}, receive, send)
    assert [message["type"] for message in sent] == ["lifespan.startup.failed"]
    assert "Move it below" in sent[0]["message"]


async def test_a_decorator_between_the_route_and_the_mark_does_not_hide_it(app, client):
    calls = count()

    def traced(function):
        @functools.wraps(function)
        async def wrapper(*args, **kwargs):
            return await function(*args, **kwargs)

        return wrapper

    @app.get("/")
    @traced
    @cache_response
    async def number() -> int:
        return next(calls)

    assert [(await client.get("/")).json() for _ in range(2)] == [0, 0]


def test_marks_that_could_never_work_are_refused_where_they_stand():
    with pytest.raises(CacheUsageError, match="streams its answer"):

        @cache_response
        async def stream():
            yield 1

    with pytest.raises(CacheUsageError, match="streams its answer"):

        @cache_response(ttl_seconds=1)
        def sync_stream():
            yield 1

    with pytest.raises(CacheUsageError, match="functions written with def"):
        cache_response(print)
    for wrong in (0, -1):
        with pytest.raises(CacheUsageError, match="above 0"):
            cache_response(ttl_seconds=wrong)
        with pytest.raises(CacheUsageError, match="above 0"):
            ResponseCache(ttl_seconds=wrong)


def test_a_cache_serves_one_application(cache, app):
    with pytest.raises(CacheUsageError, match="one for each application"):
        cache.install(FastAPI())
