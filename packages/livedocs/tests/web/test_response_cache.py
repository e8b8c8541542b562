"""Rendered answers that processes share in a Redis of the test's own, which comes and goes."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
import redis
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response
from own_servers import RedisServer

from livedocs.errors import SettingsError
from livedocs.settings import Settings
from livedocs.web.app import create_app

SEARCH = "/search?q=template"


@pytest.fixture(scope="module")
def running_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def own_redis(running_redis: RedisServer) -> RedisServer:
    """A Redis that holds nothing."""
    with redis.Redis.from_url(running_redis.url) as client:
        client.flushall()
    return running_redis


class Worker:
    """One process of several: an application with a copy of the library, or of another one."""

    def __init__(self, app: FastAPI, path: Path) -> None:
        self.app = app
        self.path = path
        self.asked = count()
        self.client = AsyncClient(transport=ASGITransport(app), base_url="http://livedocs")

    async def ask(self, path: str = SEARCH) -> Response:
        answer = await self.client.get(path)
        assert answer.status_code == 200
        return answer

    async def serve(self, library: Path) -> None:
        """Take up another library, as when the file was replaced."""
        shutil.copy(library, self.path.with_name("new")).replace(self.path)
        assert await self.app.state.library.refresh()

    async def until(self, *, away: bool) -> None:
        while self.app.state.answers.redis.is_away is not away:
            # Something that nobody asked for before, which Redis is asked for.
            await self.ask(f"/search?q=nothing{next(self.asked)}")
            await anyio.lowlevel.checkpoint()


Start = Callable[[str], AbstractAsyncContextManager[Worker]]


@pytest.fixture
def start(own_redis: RedisServer, jinja_library: Path, tmp_path: Path) -> Start:
    @asynccontextmanager
    async def started(name: str) -> AsyncGenerator[Worker]:
        (tmp_path / name).mkdir()
        path = shutil.copy(jinja_library, tmp_path / name / "library.sqlite")
        app = create_app(Settings(library_path=path, redis_url=own_redis.url))
        async with LifespanManager(app):
            worker = Worker(app, path)
            async with worker.client:
                yield worker

    return started


def is_replayed(answer: Response) -> bool:
    return "age" in answer.headers


async def test_what_one_process_rendered_is_sent_by_all_also_after_a_restart(start: Start, own_redis: RedisServer):
    async with start("first") as first, start("second") as second:
        rendered = await first.ask()
        assert not is_replayed(rendered)
        replayed = await second.ask()
        assert is_replayed(replayed)
        assert replayed.text == rendered.text
        assert replayed.headers["etag"] == rendered.headers["etag"]
    async with start("third") as third:
        assert is_replayed(await third.ask())
        # Now it is at hand: Redis is not needed for it.
        own_redis.stop()
        assert is_replayed(await third.ask())
        assert not is_replayed(await third.ask("/"))
    own_redis.start()


async def test_each_process_sends_answers_of_the_library_it_serves_while_they_change_over(
    start: Start, hostile_library: Path
):
    async with start("first") as first, start("second") as second:
        for worker in (first, second):
            assert "trap.spring" not in (await worker.ask("/search?q=spring")).text
        await first.serve(hostile_library)
        assert "trap.spring" in (await first.ask("/search?q=spring")).text
        assert "trap.spring" not in (await second.ask("/search?q=spring")).text
        await second.serve(hostile_library)
        taken_over = await second.ask("/search?q=spring")
        assert "trap.spring" in taken_over.text
        assert is_replayed(taken_over)


async def test_an_answer_of_the_old_library_that_is_ready_after_the_new_one_came_is_stored_nowhere(
    start: Start, hostile_library: Path
):
    async with start("first") as first, start("second") as second:
        await second.serve(hostile_library)
        library = first.app.state.library
        read, rendered_from_old, go_on = library.read, anyio.Event(), anyio.Event()

        async def read_and_wait(work):
            found = await read(work)
            rendered_from_old.set()
            await go_on.wait()
            return found

        library.read = read_and_wait
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(first.ask, "/search?q=spring")
            await rendered_from_old.wait()
            await first.serve(hostile_library)
            go_on.set()
        library.read = read
        for worker in (first, second):
            assert "trap.spring" in (await worker.ask("/search?q=spring")).text


async def test_pages_are_served_while_redis_is_stopped_and_cached_again_when_it_is_back(
    start: Start, own_redis: RedisServer
):
    async with start("first") as first, start("second") as second:
        own_redis.stop()
        await first.ask()
        assert not is_replayed(await second.ask())
        own_redis.start()
        for worker in (first, second):
            await worker.until(away=False)
        await first.ask("/search?q=filter")
        assert is_replayed(await second.ask("/search?q=filter"))


async def test_pages_are_served_while_redis_does_not_answer_and_cached_again_when_it_does(
    start: Start, own_redis: RedisServer
):
    async with start("first") as first, start("second") as second:
        rendered = await first.ask()
        own_redis.freeze()
        assert (await second.ask()).text == rendered.text
        await second.until(away=True)
        own_redis.thaw()
        await second.until(away=False)
        await second.ask("/search?q=filter")
        await first.until(away=False)
        assert is_replayed(await first.ask("/search?q=filter"))


def test_an_address_that_is_none_is_refused_at_the_start(jinja_library: Path):
    with pytest.raises(SettingsError, match="LIVEDOCS_REDIS_URL"):
        create_app(Settings(library_path=jinja_library, redis_url="http://localhost"))
