"""A library goes into the database as a whole, and what is read of it there is what the file says."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import anyio
import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.pool import NullPool

from livedocs.errors import (
    LibraryBusyError,
    LibraryCorruptError,
    LibraryDatabaseError,
    LibraryMissingError,
    LibraryVersionError,
)
from livedocs.library import reader, schema, snapshot
from livedocs.library.postgres.catalogue import CHANNEL, published
from livedocs.library.postgres.connecting import naming_refusals
from livedocs.library.postgres.exporting import export
from livedocs.library.postgres.leases import keep_published
from livedocs.library.postgres.publishing import publishing
from livedocs.sources.documentation import ignore_progress


def everything(connection):
    """What readers are shown of a library: all of it, but pages and entries by sample."""
    docsets = reader.docsets(connection)
    name, version = docsets[0].name, docsets[0].version
    paths = connection.execute(select(schema.page.c.path).order_by(schema.page.c.id)).scalars().all()
    ids = connection.execute(select(schema.entry.c.id).order_by(schema.entry.c.id)).scalars().all()
    assets = connection.execute(select(schema.asset.c.path).order_by(schema.asset.c.path)).scalars().all()
    return {
        "docsets": docsets,
        "kinds": reader.kinds(connection),
        "hash": reader.library_hash(connection),
        "pages": [reader.page(connection, name, version, path) for path in paths[:5]],
        "entries": [reader.entry(connection, number) for number in ids[::50]],
        "assets": [reader.asset(connection, name, version, path) for path in assets],
        "counts": (len(paths), len(ids)),
    }


def everything_of(path):
    engine = create_engine("sqlite://", creator=lambda: snapshot.connect(path), poolclass=NullPool)
    with engine.connect() as connection:
        return everything(connection)


END_THE_HOLDER = """
SELECT pg_terminate_backend(pid) FROM pg_locks
WHERE locktype = 'advisory' AND objid = 0
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


async def published_docsets(engine):
    async with engine.connect() as connection:
        generation = await connection.run_sync(keep_published)
        await connection.execution_options(**generation.execution_options)
        return generation.id, [docset.name for docset in await connection.run_sync(reader.docsets)]


async def test_what_is_read_from_the_database_is_what_the_file_says(engine, publish, jinja_library):
    generation = await publish(jinja_library)
    async with engine.connect() as connection:
        assert await connection.run_sync(published) == generation
        await connection.execution_options(**generation.execution_options)
        assert await connection.run_sync(everything) == everything_of(jinja_library)


async def test_a_generation_is_written_back_into_the_very_file(engine, publish, embedded_library, tmp_path):
    generation = await publish(embedded_library)
    await export(engine, generation, tmp_path / "library.sqlite", ignore_progress)
    snapshot.verify(tmp_path / "library.sqlite")
    with (
        closing(snapshot.connect(embedded_library)) as one,
        closing(snapshot.connect(tmp_path / "library.sqlite")) as two,
    ):
        for table in schema.metadata.sorted_tables:
            rows = f"SELECT * FROM {table.name} ORDER BY {', '.join(table.primary_key.columns.keys())}"
            assert one.execute(rows).fetchall() == two.execute(rows).fetchall(), table.name


async def test_a_publish_takes_the_last_ones_place_and_drops_it(publish, schemas, jinja_library, other_library):
    first = await publish(jinja_library)
    assert await schemas() == [first.schema]
    second = await publish(other_library)
    assert second.id > first.id
    assert await schemas() == [second.schema]


async def test_whoever_reads_meanwhile_sees_one_library_or_the_other(engine, publish, jinja_library, other_library):
    expected = {(await publish(jinja_library)).id: ["jinja"]}
    seen = set()

    async def read_again_and_again():
        while True:
            number, names = await published_docsets(engine)
            assert names == expected.get(number, names)
            assert names in (["jinja"], ["other"])
            seen.add((number, *names))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read_again_and_again)
        for path, name in ((other_library, "other"), (jinja_library, "jinja")):
            expected[(await publish(path)).id] = [name]
        assert await published_docsets(engine) == (max(expected), ["jinja"])
        tasks.cancel_scope.cancel()
    assert len(seen) > 1
    assert all(expected[number] == [name] for number, name in seen)


async def test_whoever_listens_is_told_of_the_new_generation(engine, publish, jinja_library):
    heard = anyio.Event()
    payloads = []

    def hear(*notification):
        payloads.append(notification[-1])
        heard.set()

    async with engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        await driver.add_listener(CHANNEL, hear)
        generation = await publish(jinja_library)
        with anyio.fail_after(10):
            await heard.wait()
        await driver.remove_listener(CHANNEL, hear)
    assert payloads == [str(generation.id)]


async def test_a_second_publisher_is_told_or_waits(engine, publish, schemas, jinja_library, other_library):
    waiting = anyio.Event()
    results = []

    async def wait_and_publish():
        async with publishing(engine, report=lambda *_: waiting.set()) as publisher:
            results.append((await publisher.publish(jinja_library)).generation)

    async with anyio.create_task_group() as tasks, publishing(engine) as publisher:
        with pytest.raises(LibraryBusyError, match="Another process is publishing"):
            await publishing(engine, wait=False).__aenter__()
        tasks.start_soon(wait_and_publish)
        await waiting.wait()
        first = (await publisher.publish(other_library)).generation
    assert results[0].id > first.id
    assert await schemas() == [results[0].schema]


def cut_off(path):
    path.write_bytes(path.read_bytes()[:-5000])


def write_other_version(path):
    path.write_bytes(path.read_bytes()[:60] + (9999).to_bytes(4, "big") + path.read_bytes()[64:])


def contradict(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE entry SET page_id = 999999 WHERE id = 1")
        connection.commit()


UNUSABLE = {
    Path.unlink: LibraryMissingError,
    cut_off: LibraryCorruptError,
    write_other_version: LibraryVersionError,
    contradict: LibraryCorruptError,
}


async def test_a_snapshot_that_cannot_be_used_leaves_the_last_library(
    engine, publish, schemas, jinja_library, tmp_path
):
    generation = await publish(jinja_library)
    for spoil, error in UNUSABLE.items():
        bad = Path(shutil.copy(jinja_library, tmp_path / "library.sqlite"))
        spoil(bad)
        with pytest.raises(error):
            await publish(bad)
        assert await published_docsets(engine) == (generation.id, ["jinja"]), spoil
        assert await schemas() == [generation.schema], spoil


async def test_who_has_lost_the_right_to_publish_cannot_switch(engine, publish, schemas, jinja_library, other_library):
    generation = await publish(jinja_library)

    async def lose_the_right_and_publish():
        async with publishing(engine) as publisher:
            async with engine.connect() as connection:
                await connection.exec_driver_sql(END_THE_HOLDER)
            await publisher.publish(other_library)

    with pytest.raises(LibraryDatabaseError), naming_refusals():
        await lose_the_right_and_publish()
    assert await published_docsets(engine) == (generation.id, ["jinja"])
    async with publishing(engine):
        assert await schemas() == [generation.schema]
