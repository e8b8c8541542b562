"""Whether an application says that it lives, and whether it can serve."""

from __future__ import annotations

from fastapi import FastAPI

from fastapi_data import PostgresDatabase, health_router


async def test_an_application_is_ready_when_every_database_answers(database, make_database, client_of):
    other = make_database("sqlite")
    app = FastAPI(lifespan=database.lifespan)
    app.include_router(health_router(database, other=other))
    async with client_of(app) as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        unready = await client.get("/readyz")
        assert (unready.status_code, unready.headers["cache-control"]) == (503, "no-store")
        assert unready.json() == {"ready": False, "databases": {"database": "ok", "other": "DatabaseNotReadyError"}}
        async with other.lifespan():
            ready = await client.get("/readyz")
        assert ready.status_code == 200
        assert ready.json() == {"ready": True, "databases": {"database": "ok", "other": "ok"}}


async def test_a_database_with_no_free_connection_does_not_answer_in_time(writable_database, client_of):
    app = FastAPI()
    app.include_router(health_router(writable_database, timeout_seconds=0))
    async with writable_database.session() as session, client_of(app) as client:
        await session.connection()
        response = await client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["databases"] == {"database": "no answer within 0 s"}


def test_the_routes_are_documented():
    app = FastAPI()
    app.include_router(health_router(PostgresDatabase("postgresql://db/shop")))
    assert set(app.openapi()["paths"]["/readyz"]["get"]["responses"]) == {"200", "503"}
