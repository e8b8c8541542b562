"""What every database does; a new one joins by its line in conftest.KINDS."""

from collections.abc import AsyncIterator
from typing import Annotated

import anyio
import pytest
from fastapi import BackgroundTasks, Depends, FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession

from fastapi_data import (
    Database,
    DatabaseAlreadyReadyError,
    DatabaseNotReadyError,
    InMemoryDatabase,
    ReadOnlyDatabaseError,
)

COUNT = text("SELECT count(*) FROM person")


async def count(session: AsyncSession) -> int:
    return (await session.execute(COUNT)).scalar_one()


class WorkError(Exception):
    """Raised by a unit of work."""


async def test_constructing_touches_nothing(tmp_path):
    database = InMemoryDatabase(tmp_path / "there is no such file.db")
    await database.dispose()


async def test_every_use_before_setup_says_what_to_do(unready_database):
    with pytest.raises(DatabaseNotReadyError, match=r"lifespan=db\.lifespan"):
        await unready_database.ping()
    with pytest.raises(DatabaseNotReadyError):
        await unready_database.run(lambda session: session.execute(COUNT))
    with pytest.raises(DatabaseNotReadyError):
        async with unready_database.session():
            pass
    with pytest.raises(DatabaseNotReadyError):
        async with unready_database.begin():
            pass


async def test_a_route_of_a_database_that_is_not_set_up_fails(unready_database, client_of):
    app = FastAPI()

    @app.get("/")
    async def number(session: Annotated[AsyncSession, Depends(unready_database)]) -> int:
        return await count(session)

    async with client_of(app) as client:
        assert (await client.get("/")).status_code == 500


async def test_a_lifespan_sets_up_and_disposes(unready_database):
    async with unready_database.lifespan():
        await unready_database.ping()
    with pytest.raises(DatabaseNotReadyError):
        await unready_database.ping()


async def test_it_can_be_set_up_again_after_dispose(unready_database):
    for _ in range(2):
        await unready_database.setup()
        await unready_database.ping()
        await unready_database.dispose()


async def test_setting_up_twice_is_an_error(database):
    with pytest.raises(DatabaseAlreadyReadyError, match="one place own it"):
        await database.setup()
    await database.ping()


async def test_a_session_that_is_open_finishes_after_dispose(database):
    async with database.session() as session:
        await database.dispose()
        assert await count(session) == 3


async def test_a_session_and_a_transaction_read(database):
    async with database.session() as session:
        assert await count(session) == 3
    async with database.begin() as session:
        assert await count(session) == 3


async def test_a_closed_session_stays_closed(database):
    async with database.session() as session:
        pass
    with pytest.raises(InvalidRequestError, match="permanently closed"):
        await count(session)


async def test_routes_depend_on_the_database_on_its_reading_side_and_by_default_value(database, client_of):
    app = FastAPI()

    @app.get("/")
    async def annotated(session: Annotated[AsyncSession, Depends(database)]) -> int:
        return await count(session)

    @app.get("/read")
    async def read(session: Annotated[AsyncSession, Depends(database.read)]) -> int:
        return await count(session)

    @app.get("/default")
    async def by_default(session: AsyncSession = Depends(database)) -> int:  # noqa: B008, FAST002 - the other spelling
        return await count(session)

    async with client_of(app) as client:
        assert [(await client.get(path)).json() for path in ("/", "/read", "/default")] == [3, 3, 3]


async def test_a_request_has_one_session(database, client_of):
    app = FastAPI()

    async def of_dependency(session: Annotated[AsyncSession, Depends(database)]) -> AsyncSession:
        return session

    @app.get("/")
    async def same(
        session: Annotated[AsyncSession, Depends(database)], other: Annotated[AsyncSession, Depends(of_dependency)]
    ) -> bool:
        return session is other

    async with client_of(app) as client:
        assert (await client.get("/")).json() is True


async def test_a_test_may_override_the_database(database, make_users_file, client_of):
    app = FastAPI()
    substitute = InMemoryDatabase(make_users_file("substitute.db", "Edsger"))
    app.dependency_overrides[database] = substitute

    @app.get("/")
    async def number(session: Annotated[AsyncSession, Depends(database)]) -> int:
        return await count(session)

    async with substitute.lifespan(), client_of(app) as client:
        assert (await client.get("/")).json() == 1


async def test_a_request_does_not_name_the_session_in_its_openapi(database):
    app = FastAPI()

    @app.get("/")
    async def number(session: Annotated[AsyncSession, Depends(database)]) -> int:
        return await count(session)

    assert "parameters" not in app.openapi()["paths"]["/"]["get"]


async def test_the_session_has_ended_when_background_tasks_run_and_the_body_streams(database, client_of):
    app = FastAPI()
    outcomes: list[str] = []

    async def use(session: AsyncSession) -> None:
        with pytest.raises(InvalidRequestError):
            await count(session)
        outcomes.append("closed")

    @app.get("/background")
    async def background(tasks: BackgroundTasks, session: Annotated[AsyncSession, Depends(database)]) -> None:
        tasks.add_task(use, session)

    @app.get("/stream")
    async def stream(session: Annotated[AsyncSession, Depends(database)]) -> StreamingResponse:
        async def body() -> AsyncIterator[bytes]:
            await use(session)
            yield b"streamed"

        return StreamingResponse(body())

    async with client_of(app) as client:
        await client.get("/background")
        assert (await client.get("/stream")).content == b"streamed"
    assert outcomes == ["closed", "closed"]


async def test_run_passes_arguments_and_returns_the_result(database):
    def names(session, at_least: int, *, suffix: str) -> list[str]:
        rows = session.execute(text("SELECT name FROM person WHERE id >= :id ORDER BY id"), {"id": at_least})
        return [row.name + suffix for row in rows]

    assert await database.run(names, 2, suffix="!") == ["Grace!", "Barbara!"]


async def test_run_read_reads_and_refuses_to_write(database):
    insert = text("INSERT INTO person (name) VALUES (:name)")
    with pytest.raises(ReadOnlyDatabaseError):
        await database.run_read(lambda session, name: session.execute(insert, {"name": name}), "Edsger")
    assert await database.run_read(lambda session: session.execute(COUNT).scalar_one()) == 3


async def test_run_hands_on_what_the_work_raises_and_goes_on(database):
    def fail(_session) -> None:
        raise WorkError

    with pytest.raises(WorkError):
        await database.run(fail)
    assert await database.run(lambda session: session.execute(COUNT).scalar_one()) == 3


async def test_a_wrong_statement_is_sqlalchemys_own_error(database):
    with pytest.raises(DBAPIError, match="missing"):
        await database.run(lambda session: session.execute(text("SELECT * FROM missing")))
    async with database.session() as session:
        with pytest.raises(DBAPIError, match="missing"):
            await session.execute(text("SELECT * FROM missing"))


async def test_many_sessions_and_runs_at_once_all_read(database):
    counts: list[int] = []

    async def through_session() -> None:
        async with database.session() as session:
            counts.append(await count(session))

    async def through_run() -> None:
        counts.append(await database.run(lambda session: session.execute(COUNT).scalar_one()))

    async with anyio.create_task_group() as tasks:
        for _ in range(40):
            tasks.start_soon(through_session)
            tasks.start_soon(through_run)
    assert counts == [3] * 80


async def test_the_work_may_use_the_orm_and_core(database):
    assert await database.run(lambda session: session.scalars(select(text("name")).select_from(text("person"))).all())


async def test_the_engines_tell_of_the_statements_of_sessions_and_work(database):
    seen: list[str] = []

    def remember(_connection, _cursor, statement: str, *_) -> None:
        seen.append(statement)

    for engine in database.sync_engines():
        event.listen(engine, "before_cursor_execute", remember)
    async with database.session() as session:
        await count(session)
    await database.run(lambda session: session.execute(COUNT).all())
    assert seen.count(str(COUNT)) == 2


def test_the_port_itself_cannot_be_constructed():
    with pytest.raises(TypeError, match="abstract"):
        Database()
