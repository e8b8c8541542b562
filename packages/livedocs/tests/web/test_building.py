"""While there is no library: every answer says so, and how far the build of one is."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import anyio
import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from selectolax.lexbor import LexborHTMLParser

from livedocs.errors import SourceError
from livedocs.library import progress
from livedocs.settings import Settings
from livedocs.web.app import create_app


@pytest.fixture
async def app(tmp_path: Path, anyio_backend: str) -> AsyncGenerator[FastAPI]:
    """The application on a machine without a library."""
    application = create_app(Settings(library_path=tmp_path / "library.sqlite"))
    async with LifespanManager(application):
        yield application


@pytest.fixture
async def client(app: FastAPI) -> AsyncGenerator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://livedocs") as asking:
        yield asking


@pytest.fixture
def library_path(app: FastAPI) -> Path:
    return app.state.library.path


@pytest.mark.parametrize("address", ["/", "/search?q=open", "/docs/python/3.11/library/json.html", "/docs/python"])
async def test_every_page_says_that_there_is_no_library_and_how_to_build_one(client: AsyncClient, address: str):
    answer = await client.get(address)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["cache-control"] == "no-store"
    page = LexborHTMLParser(answer.text)
    assert page.css_first("#app-build h1").text() == "There is no library to search yet"
    assert page.css_first("#app-build code").text() == "livedocs build python"


async def test_typing_gets_the_same_as_a_fragment(client: AsyncClient):
    answer = await client.get("/search?q=op", headers={"HX-Request-Type": "partial"})
    assert answer.status_code == 503
    assert "<html" not in answer.text
    assert LexborHTMLParser(answer.text).css_first("#app-build h1") is not None


@pytest.mark.parametrize(
    "address", ["/api/v1/search?q=open", "/api/v1/docsets", "/api/v1/entries/1", "/suggestions?q=open"]
)
async def test_programs_are_told_when_to_ask_again(client: AsyncClient, address: str):
    answer = await client.get(address)
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert "Build one with 'livedocs build python'." in answer.json()["detail"]


async def test_it_is_alive_but_not_ready_and_says_why(client: AsyncClient):
    assert (await client.get("/healthz")).status_code == 200
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert "There is no library at" in answer.json()["reasons"][0]


async def test_a_page_shows_how_far_the_build_is(client: AsyncClient, library_path: Path):
    with progress.recorded(library_path) as report:
        report("Parsing pages", 30, 120)
        page = LexborHTMLParser((await client.get("/")).text)
    assert page.css_first("#app-build-step").text() == "Parsing pages"
    bar = page.css_first("progress").attributes
    assert (bar["max"], bar["value"]) == ("120", "30")


async def test_a_page_says_why_the_build_failed(client: AsyncClient, library_path: Path):
    with pytest.raises(SourceError), progress.recorded(library_path):
        raise SourceError("No source could provide <it>.")
    page = LexborHTMLParser((await client.get("/")).text)
    assert page.css_first("#app-build h1").text() == "The library could not be built"
    assert page.css_first(".failure").text() == "No source could provide <it>."


class Listener:
    """Reads the stream of a build as a browser does.

    The application is called as a server calls it, for a client of `httpx2` waits for the whole body.
    """

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.headers: dict[str, str] = {}
        self.ended = False
        self._gone = anyio.Event()
        self._sent: asyncio.Queue[bytes] = asyncio.Queue()

    async def run(self, method: str = "GET") -> None:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "path": "/build",
            "raw_path": b"/build",
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "headers": [],
            "client": ("127.0.0.1", 1),
            "server": ("livedocs", 80),
            "state": {},
        }
        await self.app(scope, self._receive, self._take)

    async def event(self) -> tuple[str, str]:
        """The next event: its name and its data."""
        lines = (await self._sent.get()).decode().splitlines()
        fields = [line.partition(": ")[::2] for line in lines if line]
        name = next((value for key, value in fields if key == "event"), "")
        return name, "\n".join(value for key, value in fields if key == "data")

    def leave(self) -> None:
        self._gone.set()

    async def _receive(self) -> dict[str, object]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _take(self, message: dict) -> None:
        if message["type"] == "http.response.start":
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        elif message.get("body"):
            self._sent.put_nowait(message["body"])
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self.ended = True
            self._gone.set()


async def test_listeners_are_told_of_each_step_and_of_the_end(app: FastAPI, library_path: Path, jinja_library: Path):
    first, second = Listener(app), Listener(app)
    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            with progress.recorded(library_path) as report:
                tasks.start_soon(first.run)
                tasks.start_soon(second.run)
                for listener in (first, second):
                    assert "Looking at what is there" in (await listener.event())[1]
                report("Parsing pages", 1, 4)
                for listener in (first, second):
                    name, data = await listener.event()
                    assert (name, "25%" in data) == ("progress", True)
                shutil.copy(jinja_library, library_path.with_name("new")).replace(library_path)
            for listener in (first, second):
                while (name := (await listener.event())[0]) == "progress":
                    pass
                assert name == "ready"
    assert first.ended
    assert first.headers["content-type"].startswith("text/event-stream")
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["x-accel-buffering"] == "no"
    assert "etag" not in first.headers


async def test_once_there_is_a_library_a_listener_is_told_at_once(
    app: FastAPI, library_path: Path, jinja_library: Path
):
    shutil.copy(jinja_library, library_path)
    await app.state.library.refresh()
    listener = Listener(app)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listener.run)
        names = [(await listener.event())[0] for _ in range(2)]
    assert names == ["progress", "ready"]


async def test_what_a_newcomer_reads_first_everyone_is_told(app: FastAPI, library_path: Path):
    first, second = Listener(app), Listener(app)
    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            with progress.recorded(library_path):
                tasks.start_soon(first.run)
                assert "Looking at what is there" in (await first.event())[1]
                tasks.start_soon(second.run)
                assert "Looking at what is there" in (await second.event())[1]
            second.leave()
            for _ in range(20):  # each may be the one to see that the build has ended
                another = Listener(app)
                tasks.start_soon(another.run)
                await another.event()
                another.leave()
            assert "Opening the library" in (await first.event())[1]
            first.leave()


async def test_open_streams_end_when_the_server_stops(app: FastAPI):
    listener = Listener(app)
    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listener.run)
            await listener.event()
            app.state.build.close()
    assert listener.ended


async def test_the_file_is_read_for_nobody_when_the_last_listener_has_left(app: FastAPI):
    listener = Listener(app)
    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listener.run)
            await listener.event()
            listener.leave()
    assert app.state.build.listeners == 0


async def test_asking_about_the_stream_does_not_wait_for_its_end(app: FastAPI):
    listener = Listener(app)
    with anyio.fail_after(10):
        await listener.run("HEAD")
    assert listener.ended
    assert listener.headers["content-type"].startswith("text/event-stream")


async def test_after_the_build_the_very_same_address_is_a_page(
    app: FastAPI, client: AsyncClient, library_path: Path, jinja_library: Path
):
    assert (await client.get("/")).status_code == 503
    shutil.copy(jinja_library, library_path)
    await app.state.library.refresh()
    answer = await client.get("/")
    assert answer.status_code == 200
    assert "Jinja" in answer.text
    assert json.loads((await client.get("/api/v1/docsets")).text)["docsets"]
