"""What is read is not dropped, what nobody reads any more is."""

from dataclasses import replace

import anyio
import pytest
from sqlalchemy import text, update

from livedocs.errors import LibraryMissingError
from livedocs.library import reader
from livedocs.library.postgres import cleaning
from livedocs.library.postgres.catalogue import generation_reader, published
from livedocs.library.postgres.leases import keep_published, release_lease, renew_lease, take_lease

A_MINUTE_AGO = text("now() - interval '1 minute'")


async def docsets_of(connection, generation):
    await connection.execution_options(**generation.execution_options)
    return [docset.name for docset in await connection.run_sync(reader.docsets)]


async def test_before_anything_is_published_there_is_nothing_to_read(engine):
    with pytest.raises(LibraryMissingError, match="livedocs publish"):
        await take_lease(engine)


async def test_a_leased_generation_stays_until_its_reader_lets_it_go(engine, publish, schemas, jinja_library):
    lease = await take_lease_of(engine, publish, jinja_library)
    second = await publish(jinja_library)
    third = await publish(jinja_library)
    assert await schemas() == [lease.generation.schema, third.schema]
    assert second.schema not in await schemas()
    async with engine.connect() as connection:
        assert await docsets_of(connection, lease.generation) == ["jinja"]
    await release_lease(engine, lease)
    assert await schemas() == [third.schema]


async def test_a_reader_that_is_not_heard_of_loses_its_generation(engine, publish, schemas, jinja_library):
    lease = await take_lease_of(engine, publish, jinja_library)
    last = await publish(jinja_library)
    assert await renew_lease(engine, lease)
    assert await cleaning.drop_unread(engine) == []
    async with engine.begin() as connection:
        await connection.execute(update(generation_reader).values(expires_at=A_MINUTE_AGO))
    assert await cleaning.drop_unread(engine) == [lease.generation.id]
    assert await schemas() == [last.schema]
    assert not await renew_lease(engine, lease)


async def test_a_lease_that_was_over_is_renewed_while_its_generation_is_there(engine, publish, schemas, jinja_library):
    lease = await take_lease_of(engine, publish, jinja_library)
    async with engine.begin() as connection:
        await connection.execute(update(generation_reader).values(expires_at=A_MINUTE_AGO))
    assert await renew_lease(engine, lease)
    last = await publish(jinja_library)
    assert await schemas() == [lease.generation.schema, last.schema]
    await release_lease(engine, lease)


async def test_what_a_killed_reader_held_is_dropped_when_another_one_renews(engine, publish, schemas, jinja_library):
    await take_lease_of(engine, publish, jinja_library)
    async with engine.begin() as connection:
        await connection.execute(update(generation_reader).values(expires_at=A_MINUTE_AGO))
    await publish_and_be_disturbed(engine, publish, jinja_library)
    lease = await take_lease(engine)
    assert await renew_lease(engine, lease)
    assert await schemas() == [lease.generation.schema]
    await release_lease(engine, lease)


async def test_each_reader_counts(engine, publish, schemas, jinja_library):
    one = await take_lease_of(engine, publish, jinja_library)
    other = await take_lease(engine)
    last = await publish(jinja_library)
    await release_lease(engine, one)
    assert await schemas() == [one.generation.schema, last.schema]
    await release_lease(engine, other)
    assert await schemas() == [last.schema]


async def test_what_one_transaction_reads_stays_until_its_end(engine, publish, schemas, jinja_library):
    await publish(jinja_library)
    async with engine.connect() as connection:
        generation = await connection.run_sync(keep_published)
        last = await publish(jinja_library)
        assert await docsets_of(connection, generation) == ["jinja"]
        assert await schemas() == [generation.schema, last.schema]
    assert await cleaning.drop_unread(engine) == [generation.id]


async def test_a_transaction_that_reads_without_asking_is_neither_waited_for_nor_failed(
    engine, publish, schemas, jinja_library
):
    generation = await publish(jinja_library)
    async with engine.connect() as connection:
        assert await docsets_of(connection, generation) == ["jinja"]
        with anyio.fail_after(30):
            last = await publish(jinja_library)
        async with engine.connect() as another:
            assert await docsets_of(another, generation) == ["jinja"]  # no lock is waited for
        assert await schemas() == [generation.schema, last.schema]
        assert await docsets_of(connection, generation) == ["jinja"]
    assert await cleaning.drop_unread(engine) == [generation.id]


async def test_two_who_clean_up_at_once_do_not_disturb_each_other(engine, publish, jinja_library):
    leases = [await take_lease_of(engine, publish, jinja_library) for _ in range(2)]
    await publish(jinja_library)
    async with anyio.create_task_group() as tasks:
        for lease in leases:
            tasks.start_soon(release_lease, engine, lease)
    await cleaning.drop_unread(engine)
    for lease in leases:
        assert not await renew_lease(engine, replace(lease))


async def publish_and_be_disturbed(engine, publish, library):
    """Publish while somebody looks at the last generation, which stays for that reason."""
    async with engine.connect() as connection:
        await docsets_of(connection, await connection.run_sync(published))
        await publish(library)


async def take_lease_of(engine, publish, library):
    await publish(library)
    return await take_lease(engine)
