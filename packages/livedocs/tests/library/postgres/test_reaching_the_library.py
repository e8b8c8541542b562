"""Publishing and reading through PgBouncer, and by roles that may do only that."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from own_servers import new_pgbouncer
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from fastapi_data import PostgresDatabase
from livedocs.errors import LibraryBusyError
from livedocs.library import reader
from livedocs.library.postgres.connecting import opened
from livedocs.library.postgres.leases import keep_published, release_lease, take_lease
from livedocs.library.postgres.publishing import publishing


@pytest.fixture
async def behind_pgbouncer(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine whose every transaction may meet another connection of the server."""
    with new_pgbouncer(make_url(database_url), pool_size=4) as url:
        async with opened(PostgresDatabase(url, pgbouncer=True)) as engine:
            yield engine


async def test_behind_pgbouncer_libraries_are_published_kept_and_dropped(
    behind_pgbouncer, schemas, jinja_library, other_library
):
    async with publishing(behind_pgbouncer) as publisher:
        with pytest.raises(LibraryBusyError):
            await publishing(behind_pgbouncer, wait=False).__aenter__()
        await publisher.publish(jinja_library)
    lease = await take_lease(behind_pgbouncer)
    async with behind_pgbouncer.connect() as connection:
        generation = await connection.run_sync(keep_published)
        async with publishing(behind_pgbouncer) as publisher:
            last = (await publisher.publish(other_library)).generation
        await release_lease(behind_pgbouncer, lease)
        assert await schemas() == [generation.schema, last.schema]
        await connection.execution_options(**generation.execution_options)
        assert [docset.name for docset in await connection.run_sync(reader.docsets)] == ["jinja"]
    async with publishing(behind_pgbouncer) as publisher:
        last = (await publisher.publish(other_library)).generation
    assert await schemas() == [last.schema]


READER = """
CREATE ROLE {name} LOGIN PASSWORD 'reader';
GRANT SELECT ON library_generation TO {name};
GRANT SELECT, INSERT, UPDATE, DELETE ON generation_reader TO {name};
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO {name};
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {name}
"""


@pytest.fixture
async def reading_role(engine: AsyncEngine, database_url: str) -> AsyncIterator[AsyncEngine]:
    """The engine of a role with the rights that docs/postgresql.md gives to who serves."""
    name = f"livedocs_test_{uuid4().hex}"  # roles belong to the whole server
    async with engine.begin() as connection:
        for statement in READER.format(name=name).split(";"):
            await connection.execute(text(statement))
    async with opened(PostgresDatabase(make_url(database_url).set(username=name, password="reader"))) as of_role:
        yield of_role
    async with engine.begin() as connection:
        await connection.execute(text(f"DROP OWNED BY {name}"))
        await connection.execute(text(f"DROP ROLE {name}"))


async def test_who_may_only_read_takes_and_releases_leases_and_leaves_dropping_to_others(
    reading_role, publish, schemas, jinja_library, other_library
):
    await publish(jinja_library)
    lease = await take_lease(reading_role)
    second = await publish(other_library)
    async with reading_role.connect() as connection:
        await connection.execution_options(**lease.generation.execution_options)
        assert [docset.name for docset in await connection.run_sync(reader.docsets)] == ["jinja"]
    await release_lease(reading_role, lease)
    assert await schemas() == [lease.generation.schema, second.schema]
    third = await publish(other_library)
    assert await schemas() == [third.schema]
