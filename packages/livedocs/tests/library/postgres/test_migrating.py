"""The catalogue, from nothing and from every older revision."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from fastapi_data import Database, PostgresDatabase
from fastapi_data.migrations import check, current, downgrade, upgrade
from fastapi_data.testing.provisioning import new_database
from livedocs.errors import LibraryDatabaseError
from livedocs.library.postgres.migrating import FOLDER, migrate

REVISIONS = [script.revision for script in ScriptDirectory(FOLDER).walk_revisions()]

OLD_ROW = text(
    "INSERT INTO library_generation (id, state, schema_version, library_hash) VALUES (7, 'published', 2, 'abc')"
)
ROWS = text("SELECT id, state, schema_version, library_hash FROM library_generation")


@pytest.fixture(params=["postgres", "sqlite"])
def url(request: pytest.FixtureRequest, postgres_server: str, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    with new_database(postgres_server if request.param == "postgres" else "sqlite://", tmp_path) as url:
        yield url


async def test_migrations_make_what_the_code_describes(url):
    await upgrade(url, FOLDER)
    await check(url, FOLDER)
    await downgrade(url, FOLDER, "base")
    assert await current(url, FOLDER) == ()
    await upgrade(url, FOLDER)
    await check(url, FOLDER)


async def test_migrations_of_another_application_in_the_same_database_are_none_of_ours(url):
    database = Database.from_url(url)
    async with database.lifespan(), database.begin() as session:
        await session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        await session.execute(text("INSERT INTO alembic_version VALUES ('0002')"))
    await upgrade(url, FOLDER)
    assert await current(url, FOLDER) == (REVISIONS[0],)
    async with database.lifespan(), database.session() as session:
        assert (await session.execute(text("SELECT version_num FROM alembic_version"))).all() == [("0002",)]
        assert (await session.execute(ROWS)).all() == []


async def test_what_a_newer_livedocs_migrated_is_left_to_it(postgres_server, tmp_path):
    with new_database(postgres_server, tmp_path) as url:
        database = PostgresDatabase(url)
        await migrate(database)
        async with database.lifespan(), database.begin() as session:
            await session.execute(text("UPDATE livedocs_revision SET version_num = '9999'"))
        with pytest.raises(LibraryDatabaseError, match="A newer livedocs migrated the catalogue, to revision 9999"):
            await migrate(database)


@pytest.mark.parametrize("revision", REVISIONS)
async def test_what_an_older_database_holds_is_kept(url, revision):
    await upgrade(url, FOLDER, revision)
    database = Database.from_url(url)
    async with database.lifespan(), database.begin() as session:
        await session.execute(OLD_ROW)
    await upgrade(url, FOLDER)
    await check(url, FOLDER)
    async with database.lifespan(), database.session() as session:
        assert (await session.execute(ROWS)).all() == [(7, "published", 2, "abc")]
