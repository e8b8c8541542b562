"""What a database refuses is said plainly, with what to do, and leaves the published library as it was."""

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from fastapi_data import PostgresDatabase
from fastapi_data.testing.provisioning import new_database
from livedocs.errors import LibraryDatabaseError, LibraryVersionError, SettingsError
from livedocs.library.format import SCHEMA_VERSION
from livedocs.library.postgres import connecting
from livedocs.library.postgres.catalogue import published
from livedocs.library.postgres.connecting import library_database, opened
from livedocs.library.postgres.migrating import migrate
from livedocs.library.postgres.publishing import publishing, require_publishable
from livedocs.settings import Settings


@pytest.fixture
def empty_database(postgres_server: str, tmp_path) -> Iterator[str]:
    """The URL of a database without a catalogue."""
    with new_database(postgres_server, tmp_path) as url:
        yield url


@asynccontextmanager
async def executed(engine, undo, *statements):
    """Run some statements, and undo what they did."""
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    yield
    async with engine.begin() as connection:
        for statement in undo:
            await connection.execute(text(statement))


async def publish_to(url, path):
    async with opened(PostgresDatabase(url, startup_timeout_seconds=0)) as engine, publishing(engine) as publisher:
        await publisher.publish(path)


@pytest.fixture
async def stranger(engine: AsyncEngine, database_url: str) -> AsyncIterator[str]:
    """The database's URL for a role that may only change the catalogue."""
    name = f"livedocs_test_{uuid4().hex}"  # roles belong to the whole server
    async with executed(
        engine,
        [f"DROP OWNED BY {name}", f"DROP ROLE {name}"],
        f"CREATE ROLE {name} LOGIN PASSWORD 'stranger'",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON library_generation, generation_reader TO {name}",
        f"GRANT USAGE ON SEQUENCE library_generation_id_seq TO {name}",
    ):
        yield make_url(database_url).set(username=name, password="stranger")


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("sqlite:///library.sqlite", "not an address of PostgreSQL"),
        ("not a url", "is not a URL"),
        ("postgresql://localhost/x?colour=blue", "colour in the address"),
    ],
)
def test_an_address_of_something_else_is_refused(url, complaint):
    with pytest.raises(SettingsError, match=complaint) as refused:
        library_database(Settings(database_url=url))
    assert str(refused.value).startswith("LIVEDOCS_DATABASE_URL: ")


async def test_a_server_that_is_not_there_is_named_without_the_password(jinja_library):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"postgresql://ada:sesame@127.0.0.1:{nobody.getsockname()[1]}/library"
        for work in (publish_to(url, jinja_library), migrate(PostgresDatabase(url, startup_timeout_seconds=0))):
            with pytest.raises(LibraryDatabaseError, match="cannot be reached") as refused:
                await work
            assert "LIVEDOCS_DATABASE_URL" in str(refused.value)
            assert "sesame" not in str(refused.value)


async def test_a_database_that_is_not_there_is_named(database_url, jinja_library):
    with pytest.raises(LibraryDatabaseError, match='database "nowhere" does not exist'):
        await publish_to(make_url(database_url).set(database="nowhere"), jinja_library)


async def test_a_database_that_was_not_migrated_is_to_be(empty_database, jinja_library):
    with pytest.raises(LibraryDatabaseError, match="'livedocs migrate'"):
        await publish_to(empty_database, jinja_library)


async def test_an_older_server_is_told_from_one_that_fits(database_url, monkeypatch, jinja_library):
    monkeypatch.setattr(connecting, "OLDEST_SERVER", 990000)
    with pytest.raises(LibraryDatabaseError, match=r"The server is PostgreSQL [0-9.]+.*needs PostgreSQL 99 or newer"):
        await publish_to(database_url, jinja_library)


async def test_a_role_without_rights_is_told_which_it_needs(stranger, publish, schemas, jinja_library):
    generation = await publish(jinja_library)
    with pytest.raises(LibraryDatabaseError, match=r"permission denied.*GRANT CREATE ON DATABASE"):
        await publish_to(stranger, jinja_library)
    assert await schemas() == [generation.schema]
    async with opened(PostgresDatabase(stranger)) as engine:
        with pytest.raises(LibraryDatabaseError, match="may not publish: it needs GRANT CREATE ON DATABASE"):
            await require_publishable(engine)


FULL_DISK = """
CREATE FUNCTION fill_the_disk() RETURNS event_trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$
"""


@pytest.mark.parametrize("tag", ["CREATE TABLE", "ALTER TABLE"])
async def test_a_full_disk_leaves_the_last_library_and_nothing_else(
    engine, publish, schemas, database_url, jinja_library, tag
):
    generation = await publish(jinja_library)
    trigger = (
        f"CREATE EVENT TRIGGER full_disk ON ddl_command_end WHEN TAG IN ('{tag}') EXECUTE FUNCTION fill_the_disk()"
    )
    async with executed(engine, ["DROP FUNCTION fill_the_disk CASCADE"], FULL_DISK, trigger):
        with pytest.raises(LibraryDatabaseError, match="disk is full"):
            await publish_to(database_url, jinja_library)
    assert await schemas() == [generation.schema]
    async with engine.connect() as connection:
        assert await connection.run_sync(published) == generation


async def test_a_server_that_ends_long_statements_is_to_make_an_exception(database_url, jinja_library):
    impatient = make_url(database_url).update_query_dict({"options": "-c statement_timeout=1"})
    with pytest.raises(LibraryDatabaseError, match=r"statement timeout.*SET statement_timeout = 0"):
        await publish_to(impatient, jinja_library)


async def test_a_server_that_ends_idle_transactions_does_not_end_the_lock(database_url):
    restless = make_url(database_url).update_query_dict({"options": "-c idle_in_transaction_session_timeout=60000"})
    timeout = text("SHOW idle_in_transaction_session_timeout")
    async with opened(PostgresDatabase(restless)) as engine:
        async with publishing(engine) as publisher:
            assert await publisher._holder.scalar(timeout) == "0"
        async with engine.connect() as connection:
            assert await connection.scalar(timeout) == "1min"


async def test_a_server_that_only_reads_is_told_from_the_primary(engine, publish, database_url, jinja_library):
    await publish(jinja_library)
    read_only = make_url(database_url).update_query_dict({"options": "-c default_transaction_read_only=on"})
    with pytest.raises(LibraryDatabaseError, match="Name the primary"):
        await publish_to(read_only, jinja_library)


async def test_what_another_version_published_is_not_read(engine, publish, jinja_library):
    await publish(jinja_library)
    undo, change = (f"UPDATE library_generation SET schema_version = {version}" for version in (SCHEMA_VERSION, 9999))
    async with executed(engine, [undo], change), engine.connect() as connection:
        with pytest.raises(LibraryVersionError, match=r"schema 9999.*livedocs build python"):
            await connection.run_sync(published)
