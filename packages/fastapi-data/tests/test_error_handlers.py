"""What clients are told when the database cannot serve them now."""

from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from fastapi_data import (
    ConflictError,
    DatabaseUnavailableError,
    InvalidCursorError,
    NotFoundError,
    PoolExhaustedError,
    PostgresDatabase,
    install_error_handlers,
)

SIZES = {
    "memory": {"pool_size": 1},
    "shared": {"pool_size": 1},
    "sqlite": {"pool_size": 1},
    "postgres": {"pool_max_size": 1},
}


def application(database) -> FastAPI:
    app = FastAPI()
    install_error_handlers(app, retry_after_seconds=1.5)

    @app.get("/")
    async def one(session: Annotated[AsyncSession, Depends(database)]) -> int:
        return (await session.execute(text("SELECT 1"))).scalar_one()

    @app.get("/wrong")
    async def wrong(session: Annotated[AsyncSession, Depends(database)]) -> None:
        await session.execute(text("SELECT nonsense"))

    return app


async def test_a_pool_that_is_exhausted_is_a_503_until_a_connection_is_free(kind, make_database, client_of):
    database = make_database(kind, pool_timeout_seconds=0.01, **SIZES[kind])
    async with database.lifespan(), client_of(application(database)) as client:
        async with database.session() as session:
            await session.execute(text("SELECT 1"))
            response = await client.get("/")
            assert response.status_code == 503
            assert response.headers["retry-after"] == "2"
            assert response.json() == {"detail": "Too many requests wait for the database."}
        assert (await client.get("/")).status_code == 200
        assert (await client.get("/wrong")).status_code == 500
        assert database.pool_status().in_use == 0


async def test_a_server_that_is_away_is_a_503_that_names_no_host(postgres_url, client_of, caplog):
    database = PostgresDatabase(postgres_url.set(port=9), startup_timeout_seconds=0)
    app = FastAPI()
    install_error_handlers(app)

    @app.get("/")
    async def set_up() -> None:
        await database.setup()

    async with client_of(app) as client:
        response = await client.get("/")
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert response.json() == {"detail": "The database is not available."}
    assert "GET /: PostgreSQL at 127.0.0.1:9" in caplog.text


async def test_a_sqlite_file_that_is_locked_for_too_long_is_a_503(make_database, client_of):
    database = make_database("sqlite", busy_timeout_seconds=0)
    async with database.lifespan(), client_of(application(database)) as client:
        async with database.session() as session:
            await session.execute(text("SELECT 1"))
            assert (await client.get("/")).json() == {"detail": "The database is not available."}
            with pytest.raises(DatabaseUnavailableError, match="locked"):
                await database.run(lambda session: session.execute(text("SELECT 1")).scalar_one())
        assert (await client.get("/")).json() == 1


@pytest.mark.parametrize(
    ("kind", "values", "status"),
    [
        (NotFoundError, {"entity": "Article"}, 404),
        (ConflictError, {"entity": "Article", "kind": "unique"}, 409),
        (InvalidCursorError, {}, 400),
        (DatabaseUnavailableError, {"reason": "It is at db:5432."}, 503),
        (PoolExhaustedError, {"max_size": 1, "timeout_seconds": 1}, 503),
    ],
)
async def test_an_error_of_the_applications_own_is_answered_as_the_one_it_is_a_kind_of(kind, values, status, client_of):
    class OwnError(kind):
        pass

    app = FastAPI()
    install_error_handlers(app)

    @app.get("/")
    async def fail() -> None:
        raise OwnError(**values)

    async with client_of(app) as client:
        response = await client.get("/")
    assert response.status_code == status
    assert ("retry-after" in response.headers) is (status == 503)
    assert ("Article" in response.json()["detail"]) is ("entity" in values)
    assert "db:5432" not in response.text
