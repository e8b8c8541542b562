"""How databases live with applications: installed, several at once, overridden."""

from contextlib import asynccontextmanager
from typing import Annotated

import pytest
from asgi_lifespan import LifespanManager
from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from fastapi_data import DatabaseNotReadyError, InMemoryDatabase, SQLiteDatabase

COUNT = text("SELECT count(*) FROM person")


async def test_several_databases_are_installed_around_the_applications_own_lifespan(
    make_database, make_users_file, client_of
):
    postgres, sqlite, memory = (make_database(kind) for kind in ("postgres", "sqlite", "memory"))

    @asynccontextmanager
    async def lifespan(_app):
        await sqlite.ping()
        yield {"seen": "state"}
        await memory.ping()

    app = FastAPI(lifespan=lifespan)
    for database in (postgres, sqlite, memory):
        database.install(app)

    @app.get("/")
    async def count(
        first: Annotated[AsyncSession, Depends(postgres)],
        second: Annotated[AsyncSession, Depends(sqlite)],
        third: Annotated[AsyncSession, Depends(memory.read)],
    ) -> list[int]:
        await second.execute(text("INSERT INTO person (name) VALUES ('Ida')"))
        return [(await session.execute(COUNT)).scalar_one() for session in (first, second, third)]

    async with LifespanManager(app) as running, client_of(running.app) as client:
        assert (await client.get("/")).json() == [3, 4, 3]
        app.dependency_overrides[memory.read] = InMemoryDatabase(make_users_file("other.db", "Ada")).read
        substitute = InMemoryDatabase(make_users_file("substitute.db", "Ada"))
        async with substitute.lifespan():
            app.dependency_overrides[memory.read] = substitute.read
            assert (await client.get("/")).json() == [3, 5, 1]
    for database in (postgres, sqlite, memory):
        with pytest.raises(DatabaseNotReadyError):
            await database.ping()


async def test_an_application_whose_database_cannot_be_set_up_does_not_start(tmp_path):
    app = FastAPI()
    SQLiteDatabase(tmp_path / "missing" / "shop.db").install(app)
    with pytest.raises(Exception, match="folder does not exist"):
        async with LifespanManager(app):
            pass
