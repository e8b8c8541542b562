"""Servers with other defaults, databases with something else in them, and publishers who get in each other's way."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from fastapi_data import PostgresDatabase
from fastapi_data.testing.provisioning import in_thread
from livedocs.errors import LibraryBusyError, LibraryCorruptError, LibraryDatabaseError
from livedocs.library import reader
from livedocs.library.postgres.catalogue import library_generation, published
from livedocs.library.postgres.connecting import naming_refusals, opened
from livedocs.library.postgres.leases import release_lease, take_lease
from livedocs.library.postgres.publishing import publishing

END_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def execute(engine, *statements):
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def numbers(engine):
    async with engine.connect() as connection:
        return list(await connection.scalars(select(library_generation.c.id).order_by(library_generation.c.id)))


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
async def test_a_stricter_isolation_by_default_changes_nothing(
    database_url, schemas, jinja_library, other_library, level
):
    escaped = level.replace(" ", r"\ ")
    strict = make_url(database_url).update_query_dict({"options": f"-c default_transaction_isolation={escaped}"})
    async with opened(PostgresDatabase(strict)) as engine:
        for path in (jinja_library, other_library):
            async with publishing(engine) as publisher:
                last = (await publisher.publish(path)).generation
        lease = await take_lease(engine)
        assert lease.generation == last
        await release_lease(engine, lease)
    assert await schemas() == [last.schema]


async def test_a_generation_is_published_after_it_was_created(engine, publish, jinja_library):
    await publish(jinja_library)
    async with engine.connect() as connection:
        assert await connection.scalar(select(library_generation.c.published_at > library_generation.c.created_at))


async def test_who_has_lost_the_lock_removes_nothing_of_who_has_it_now(
    engine, publish, schemas, jinja_library, tmp_path
):
    first = await publish(jinja_library)
    bad = shutil.copy(jinja_library, tmp_path / "library.sqlite")
    with closing(sqlite3.connect(bad)) as connection:
        connection.execute("UPDATE entry SET page_id = 999999 WHERE id = 1")
        connection.commit()
    async with publishing(engine) as one:
        await one._holder.rollback()  # as when the server ends its session
        async with publishing(engine):
            other = first.id + 1000  # what the other one is building
            await execute(
                engine,
                "INSERT INTO library_generation (id, state, schema_version, library_hash) "
                f"VALUES ({other}, 'building', 2, '')",
                f"CREATE SCHEMA livedocs_g{other}",
            )
            with pytest.raises(LibraryCorruptError):
                await one.publish(tmp_path / "library.sqlite")
            assert await schemas() == [first.schema, f"livedocs_g{other}"]
            assert await numbers(engine) == [first.id, other]
    async with publishing(engine):
        assert await schemas() == [first.schema]


async def test_a_generation_that_somebody_removed_is_not_switched_to(engine, publish, jinja_library, other_library):
    generation = await publish(jinja_library)

    def remove(step, *_):
        if step == "Switching to the new library":
            in_thread(execute_apart(engine.url, text("DELETE FROM library_generation WHERE state = 'building'")))

    async with publishing(engine) as publisher:
        with pytest.raises(LibraryDatabaseError, match="the last one stays"):
            await publisher.publish(other_library, remove)
    async with engine.connect() as connection:
        assert await connection.run_sync(published) == generation
    await execute(engine, f"DROP SCHEMA livedocs_g{generation.id + 1} CASCADE")


async def test_a_schema_that_is_not_ours_is_left_alone(engine, publish, schemas, jinja_library):
    first = await publish(jinja_library)
    foreign = f"livedocs_g{first.id + 1}"
    await execute(engine, f"CREATE SCHEMA {foreign}", f"CREATE TABLE {foreign}.precious ()")
    second = await publish(jinja_library)
    assert second.id == first.id + 2
    assert await schemas() == [foreign, second.schema]
    await execute(engine, f"DROP TABLE {foreign}.precious", f"DROP SCHEMA {foreign}")


@pytest.fixture
async def another_publisher(engine, database_url):
    """The engine of another role that may publish."""
    name = f"livedocs_test_{uuid4().hex}"  # roles belong to the whole server
    await execute(
        engine,
        f"CREATE ROLE {name} LOGIN PASSWORD 'publisher'",
        f"GRANT CREATE ON DATABASE {make_url(database_url).database} TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON library_generation, generation_reader TO {name}",
        f"GRANT USAGE ON SEQUENCE library_generation_id_seq TO {name}",
    )
    async with opened(PostgresDatabase(make_url(database_url).set(username=name, password="publisher"))) as of_role:
        yield of_role
    await execute(engine, f"DROP OWNED BY {name} CASCADE", f"DROP ROLE {name}")


async def test_what_another_role_published_or_left_behind_is_left_to_that_role(
    engine, publish, another_publisher, schemas, jinja_library, other_library
):
    first = await publish(jinja_library)
    abandoned = first.id + 1000
    await execute(
        engine,
        "INSERT INTO library_generation (id, state, schema_version, library_hash) "
        f"VALUES ({abandoned}, 'building', 2, '')",
        f"CREATE SCHEMA livedocs_g{abandoned}",
    )
    async with publishing(another_publisher) as publisher:
        second = (await publisher.publish(other_library)).generation
    assert await schemas() == [first.schema, f"livedocs_g{abandoned}", second.schema]
    third = await publish(jinja_library)
    assert await schemas() == [third.schema]


async def test_a_file_that_is_replaced_while_it_is_read_is_not_published(
    engine, publish, schemas, jinja_library, other_library, tmp_path
):
    generation = await publish(jinja_library)
    path, successor = (
        Path(shutil.copy(library, tmp_path / f"{library.parent.name}.sqlite"))
        for library in (jinja_library, other_library)
    )

    def replace(step, *_):
        if step == "Copying the library" and successor.exists():
            successor.replace(path)

    async with publishing(engine) as publisher:
        with pytest.raises(LibraryBusyError, match="was replaced while it was read"):
            await publisher.publish(path, replace)
    assert await schemas() == [generation.schema]


async def execute_apart(url, statement):
    """Run a statement from another event loop."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(statement)
    await engine.dispose()


@pytest.mark.parametrize("step", ["Copying the library", "Building indexes", "Switching to the new library"])
async def test_a_server_that_ends_all_connections_is_said_and_leaves_the_last_library(
    engine, publish, schemas, jinja_library, other_library, step
):
    generation = await publish(jinja_library)

    def end_connections(said, *_):
        if said == step:
            in_thread(execute_apart(engine.url, END_OTHERS))

    with pytest.raises(LibraryDatabaseError, match=r"cannot be reached|was lost"), naming_refusals():
        await publish_reporting(engine, other_library, end_connections)
    async with publishing(engine):
        assert await schemas() == [generation.schema]


async def publish_reporting(engine, path, report):
    async with publishing(engine) as publisher:
        await publisher.publish(path, report)


async def test_a_library_that_was_deleted_by_hand_is_to_be_published_again(engine, publish, jinja_library):
    generation = await publish(jinja_library)
    await execute(engine, f"DROP SCHEMA {generation.schema} CASCADE")
    async with engine.connect() as connection:
        await connection.execution_options(**generation.execution_options)
        with pytest.raises(LibraryDatabaseError, match="'livedocs publish PATH'"), naming_refusals():
            await connection.run_sync(reader.docsets)
    await publish(jinja_library)
