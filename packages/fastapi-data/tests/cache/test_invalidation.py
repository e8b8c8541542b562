"""Routes declare what they change, and it is forgotten when they have."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from typing import Annotated

import anyio
import pytest
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from fastapi_data import (
    CacheUsageError,
    MemoryStore,
    ResponseCache,
    SQLiteDatabase,
    cache_response,
    invalidate_tags,
    invalidates,
)


@pytest.fixture
async def client(any_store, make_client):
    """Numbers that count up whenever they are computed, and routes that change them, or fail to."""
    calls = count()

    def add_routes(app: FastAPI) -> None:
        @app.get("/numbers/{name}")
        @cache_response(tags=["numbers"])
        async def number(name: str) -> int:
            return next(calls)

        @app.post("/change", dependencies=[invalidates("numbers", "others")])
        async def change() -> None: ...

        @app.post("/change_and_redirect")
        async def change_and_redirect(request: Request) -> RedirectResponse:
            invalidate_tags(request, "numbers")
            return RedirectResponse("/numbers/a", 303)

        @app.post("/raise", dependencies=[invalidates("numbers")])
        async def fail() -> None:
            raise RuntimeError

        @app.post("/refuse", dependencies=[invalidates("numbers")])
        async def refuse() -> None:
            raise HTTPException(409)

        @app.post("/return_an_error", dependencies=[invalidates("numbers")])
        async def return_an_error() -> JSONResponse:
            return JSONResponse({}, 422)

        @app.post("/change_others", dependencies=[invalidates("others")])
        async def change_others() -> None: ...

    async with make_client(ResponseCache(any_store), add_routes) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "status", "is_forgotten"),
    [
        ("/change", 200, True),
        ("/change_and_redirect", 303, True),
        ("/raise", 500, False),
        ("/refuse", 409, False),
        ("/return_an_error", 422, False),
        ("/change_others", 200, False),
    ],
)
async def test_what_a_route_changes_is_forgotten_when_it_succeeded(client, path, status, is_forgotten):
    assert (await client.get("/numbers/a")).json() == 0
    assert (await client.post(path)).status_code == status
    assert (await client.get("/numbers/a")).json() == int(is_forgotten)


@pytest.fixture
async def database(tmp_path) -> AsyncIterator[SQLiteDatabase]:
    database = SQLiteDatabase(tmp_path / "numbers.db")
    async with database.lifespan(None):
        async with database.begin() as session:
            await session.execute(text("CREATE TABLE number (value INTEGER NOT NULL)"))
            await session.execute(text("INSERT INTO number VALUES (1)"))
        yield database


async def test_it_is_forgotten_after_the_commit_wherever_the_session_is_declared(database, client_of):
    app = FastAPI(dependencies=[Depends(database)])
    store = MemoryStore()
    ResponseCache(store).install(app)
    seen: list[int] = []
    invalidate = store.invalidate

    async def look_and_invalidate(tags) -> None:
        async with database.session() as session:
            seen.append(await session.scalar(text("SELECT value FROM number")))
        await invalidate(tags)

    store.invalidate = look_and_invalidate

    @app.post("/{value}", dependencies=[invalidates("numbers")])
    async def change(value: int, session: Annotated[AsyncSession, Depends(database)]) -> None:
        await session.execute(text("UPDATE number SET value = :value"), {"value": value})

    async with client_of(app) as client:
        assert (await client.post("/2")).status_code == 200
        assert (await client.post("/3")).status_code == 200
    assert seen == [2, 3]


async def test_a_client_that_goes_away_while_it_is_forgotten_changes_nothing(database, client_of):
    app, store = FastAPI(), MemoryStore()
    ResponseCache(store).install(app)
    entered, let_go, forgotten = anyio.Event(), anyio.Event(), anyio.Event()

    async def wait_and_invalidate(tags) -> None:
        entered.set()
        await let_go.wait()
        forgotten.set()

    store.invalidate = wait_and_invalidate

    @app.post("/", dependencies=[invalidates("numbers")])
    async def change() -> None: ...

    async with client_of(app) as client, anyio.create_task_group() as tasks:
        tasks.start_soon(client.post, "/")
        await entered.wait()
        tasks.cancel_scope.cancel()
        let_go.set()
    assert forgotten.is_set()


async def test_a_request_that_is_cancelled_after_the_commit_has_it_forgotten(database, client_of):
    app, calls, committed = FastAPI(), count(), anyio.Event()
    ResponseCache(tags=["numbers"]).install(app)

    @app.get("/")
    @cache_response
    async def number() -> int:
        return next(calls)

    async def audit() -> AsyncIterator[None]:
        yield
        committed.set()
        await anyio.sleep_forever()

    # Dependencies that are declared first end last.
    @app.post("/", dependencies=[Depends(audit, scope="function"), invalidates("numbers")])
    async def change(session: Annotated[AsyncSession, Depends(database)]) -> None:
        await session.execute(text("UPDATE number SET value = 2"))

    async with client_of(app) as client:
        assert [(await client.get("/")).json() for _ in range(2)] == [0, 0]
        # FastAPI shields the end of dependencies, but only from scopes of anyio's.
        changing = asyncio.create_task(client.post("/"))
        await committed.wait()
        changing.cancel()
        await asyncio.wait([changing])
        assert changing.cancelled()
        assert (await client.get("/")).json() == 1


async def test_a_mounted_application_has_the_answers_of_both_caches_forgotten(client_of):
    calls = count()
    outer, inner = FastAPI(), FastAPI()
    for app in (outer, inner):
        ResponseCache(tags=["numbers"]).install(app)

        @app.get("/number")
        @cache_response
        async def number() -> int:
            return next(calls)

    @inner.post("/change", dependencies=[invalidates("numbers")])
    async def change() -> None: ...

    outer.mount("/inner", inner)
    async with client_of(outer) as client:

        async def ask() -> list[int]:
            return [(await client.get(path)).json() for path in ("/number", "/inner/number")]

        assert await ask() == await ask() == [0, 1]
        await client.post("/inner/change")
        assert await ask() == [2, 3]


async def test_without_a_cache_it_does_nothing(client_of):
    app = FastAPI()

    @app.post("/", dependencies=[invalidates("numbers")])
    async def change() -> str:
        return "changed"

    async with client_of(app) as client:
        assert (await client.post("/")).json() == "changed"


def test_it_takes_at_least_one_tag():
    with pytest.raises(CacheUsageError, match="no tags"):
        invalidates()
