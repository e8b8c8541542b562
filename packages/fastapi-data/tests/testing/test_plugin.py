"""What the fixtures do in a project of their own, on PostgreSQL and on SQLite."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing

import asyncpg
import pytest

PROMISES = """
import asyncio
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI, Request
from sqlalchemy import text

from application import Note
from fastapi_data import ReadOnlyDatabaseError, Repository
from fastapi_data.testing import assert_max_queries, count_queries

COUNT = text("SELECT count(*) FROM note")
INSERT = text("INSERT INTO note (words) VALUES ('x')")
WORDS = text("SELECT words FROM note")
OTHER = text("INSERT INTO note (words) VALUES ('y')")
DELETE = text("DELETE FROM note")
events = []


@pytest.mark.parametrize("time", range(2))
async def test_the_application_commits_and_the_next_test_sees_nothing_of_it(client, time):
    assert (await client.get("/notes")).json() == []
    assert (await client.post("/notes?words=Ada")).status_code == 200
    assert (await client.get("/notes")).json() == ["Ada"]


async def test_a_session_and_the_application_see_each_other(session, client):
    notes = Repository(session, Note)
    await notes.create({"words": "flushed"})
    assert (await client.get("/notes")).json() == ["flushed"]
    await client.post("/notes?words=sent")
    assert {note.words for note in await notes.list()} == {"flushed", "sent"}
    await session.rollback()
    assert await notes.count() == 0


async def test_a_request_that_fails_undoes_only_itself(client):
    await client.post("/notes?words=Ada")
    assert (await client.post("/notes?words=Ada")).status_code == 409
    await client.post("/notes?words=Bob")
    assert (await client.get("/notes")).json() == ["Ada", "Bob"]


async def test_requests_at_the_same_time_take_turns(client):
    words = [str(number) for number in range(8)] + ["0"]
    answers = await asyncio.gather(*(client.post(f"/notes?words={word}") for word in words))
    assert sorted(answer.status_code for answer in answers) == [200] * 8 + [409]
    assert sorted((await client.get("/notes")).json()) == words[:8]


async def test_a_request_may_use_several_sessions(client):
    assert (await client.post("/background?words=Ada")).json() == ["Ada"]
    both = await asyncio.gather(client.post("/background?words=B"), client.post("/background?words=C"))
    assert sorted(len(answer.json()) for answer in both) == [2, 3]


async def test_work_that_fails_and_reading_that_writes_change_nothing(database, session):
    def fail(sync):
        sync.execute(INSERT)
        raise LookupError

    with pytest.raises(LookupError):
        await database.run(fail)
    with pytest.raises(ReadOnlyDatabaseError):
        async with database.read_session() as reading:
            await reading.execute(INSERT)
    assert await session.scalar(text("SELECT count(*) FROM note")) == 0
    await database.run(lambda sync: sync.execute(INSERT) and None)
    assert await session.scalar(text("SELECT count(*) FROM note")) == 1
    await database.ping()
    assert database.pool_status().in_use == 1


async def test_a_session_inside_of_one_that_reads_may_write_and_the_reader_may_not(database, session):
    async with database.read_session() as reading:
        async with reading.begin_nested():
            await reading.execute(COUNT)
        async with database.read_session() as inner:
            await inner.execute(COUNT)
            await database.run(lambda sync: sync.execute(INSERT) and None)
            with pytest.raises(ReadOnlyDatabaseError):
                await inner.execute(INSERT)
        with pytest.raises(ReadOnlyDatabaseError):
            await reading.execute(INSERT)
    async with database.read_session() as reading:
        with pytest.raises(ReadOnlyDatabaseError):
            await reading.execute(INSERT)
        await reading.rollback()
        async with database.begin() as writing:
            await writing.execute(OTHER)
            await database.run_read(lambda sync: sync.scalar(COUNT))
            await writing.execute(DELETE)
            await writing.execute(OTHER)
        reading.add(Note(words="never flushed"))
    assert list(await session.scalars(WORDS)) == ["y"]


async def test_queries_are_counted_inside_the_block_alone(client, database):
    with assert_max_queries(database, 1) as statements:
        await client.get("/notes")
    await client.get("/notes")
    assert len(statements) == 1


async def test_too_many_queries_are_listed(client, database):
    with pytest.raises(AssertionError) as caught, assert_max_queries(database, 1):
        await client.get("/notes")
        await client.get("/notes")
    lines = str(caught.value).splitlines()
    assert lines[0] == "2 statements instead of at most 1:"
    assert [line[:14] for line in lines if line[0].isdigit()][1:] == ["1. SELECT note", "2. SELECT note"]


@pytest.fixture
def app_with_state():
    @asynccontextmanager
    async def lifespan(app):
        events.append("started")
        yield {"who": "Ada"}
        events.append("stopped")

    app = FastAPI(lifespan=lifespan)

    @app.get("/")
    async def who(request: Request) -> str:
        return request.state.who

    return app


class TestState:
    @pytest.fixture
    def app(self, app_with_state):
        return app_with_state

    async def test_the_lifespan_runs_and_its_state_reaches_requests(self, client):
        assert (await client.get("/")).json() == "Ada"
        assert events == ["started"]

    async def test_the_application_was_stopped_after_it(self):
        assert events == ["started", "stopped"]
"""


def passed(project, tests, *arguments):
    project.makepyfile(test_notes=tests)
    outcome = project.runpytest_inprocess("-p", "no:cacheprovider", *arguments)
    outcome.assert_outcomes(passed=outcome.parseoutcomes()["passed"])
    return outcome


def test_the_fixtures_keep_their_promises(project):
    assert passed(project, PROMISES).parseoutcomes() == {"passed": 12}


@pytest.mark.parametrize("server_url", ["postgres"], indirect=True)
def test_the_report_of_a_test_that_fails_hides_the_password(project, postgres_database):
    url = postgres_database.set(password="correct-horse").render_as_string(hide_password=False)
    project.makepyfile(
        test_notes=f"""
        import pytest

        @pytest.fixture(scope="session")
        def database_url():
            return {url!r}

        def test_fails(migrated_url):
            raise LookupError
    """
    )
    outcome = project.runpytest_inprocess("-p", "no:cacheprovider", "--showlocals")
    outcome.assert_outcomes(failed=1)
    outcome.stdout.fnmatch_lines(["migrated_url = 'postgresql*:[*][*][*]@*'"])
    outcome.stdout.no_fnmatch_line("*correct-horse*")


def test_the_database_ends_as_empty_as_it_began_and_is_removed(project, server_url, tmp_path):
    note = tmp_path / "where"
    tests = f"""
        from pathlib import Path
        from sqlalchemy import text

        async def test_commit(session, client, migrated_url):
            Path({str(note)!r}).write_text(migrated_url)
            await session.execute(text("INSERT INTO note (words) VALUES ('Ada')"))
            await session.commit()
            assert (await client.get("/notes")).json() == ["Ada"]
            assert (await client.post("/notes?words=Bob")).status_code == 200
            async with session.begin_nested():
                await session.execute(text("INSERT INTO note (words) VALUES ('Eve')"))
            await session.commit()
    """
    passed(project, tests)
    address = note.read_text()
    if address.startswith("sqlite"):
        with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as connection:
            assert connection.execute("SELECT count(*) FROM note").fetchone() == (0,)
    else:
        assert address.rpartition("/")[2] not in asyncio.run(databases(server_url))


async def databases(url):
    connection = await asyncpg.connect(url)
    names = [row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")]
    await connection.close()
    return names


def test_the_database_of_a_module_is_replaced_for_the_test(project):
    project.makepyfile(
        main="""
        from application import create_app
        from fastapi_data import SQLiteDatabase

        db = SQLiteDatabase("/nowhere/production.sqlite")
        app = create_app(db)
    """
    )
    with (project.path / "conftest.py").open("a") as conftest:
        conftest.write(
            """
import main

@pytest.fixture(scope="session")
def application_database():
    return main.db

@pytest.fixture
def app():
    return main.app
"""
        )
    passed(
        project,
        """
        import pytest
        from main import db
        from fastapi_data import DatabaseNotReadyError

        @pytest.mark.parametrize("time", range(2))
        async def test_it_is_the_same_object(database, client, time):
            assert database is db
            assert (await client.post("/notes?words=Ada")).status_code == 200
            assert (await client.get("/notes")).json() == ["Ada"]

        async def test_it_is_as_before_afterwards():
            with pytest.raises(DatabaseNotReadyError):
                await db.ping()
            assert "setup" not in vars(db)
    """,
    )


@pytest.mark.parametrize("server_url", ["postgres"], indirect=True)
def test_each_process_of_xdist_has_a_database_of_its_own(project):
    project.makepyfile(
        test_notes="""
        import os
        import pytest

        @pytest.mark.parametrize("time", range(4))
        async def test_whose(client, migrated_url, time):
            assert f"test_{os.environ['PYTEST_XDIST_WORKER']}_" in migrated_url
            assert (await client.post("/notes?words=Ada")).status_code == 200
            assert (await client.get("/notes")).json() == ["Ada"]
    """
    )
    outcome = project.runpytest_subprocess("-n", "2", "-p", "no:cacheprovider")
    outcome.assert_outcomes(passed=4)


def test_the_migrations_make_the_tables(project):
    project.makepyfile(
        **{
            "migrations/env": """
            from fastapi_data.migrations import run_migrations
            from application import Base
            run_migrations(Base.metadata)
            """,
            "migrations/versions/one": """
            import sqlalchemy as sa
            from alembic import op
            revision = "one"
            down_revision = None
            def upgrade():
                op.create_table("note", sa.Column("id", sa.Integer, primary_key=True), sa.Column("words", sa.String))
                op.execute("INSERT INTO note VALUES (1, 'from the migration')")
            """,
        }
    )
    with (project.path / "conftest.py").open("a") as conftest:
        conftest.write(
            """
from pathlib import Path

@pytest.fixture(scope="session")
def migrations():
    return Path(__file__).parent / "migrations"
"""
        )
    passed(
        project,
        """
        async def test_it(client):
            assert (await client.get("/notes")).json() == ["from the migration"]
    """,
    )


def test_a_project_need_say_nothing_but_where_the_server_is(project, server_url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", server_url)
    project.makeconftest("")
    passed(
        project,
        """
        import pytest
        from sqlalchemy import text

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        async def test_it(session):
            assert await session.scalar(text("SELECT 1")) == 1
    """,
    )


def test_the_plugin_imports_nothing_before_it_is_used():
    program = "import fastapi_data.testing.plugin, sys; print(*sys.modules)"
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(outcome.stdout.split()).isdisjoint({"sqlalchemy", "fastapi", "asyncpg", "alembic", "httpx2"})
