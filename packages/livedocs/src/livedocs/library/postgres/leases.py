"""Keeping a generation while it is read, so that whoever publishes does not drop it.

Who serves takes a **lease**: a row that says until when it reads, renewed in between. A process that is killed renews
nothing, and what it read is dropped once the lease is over. Who reads for one transaction only takes a lock that ends
with it. Both work through a PgBouncer in transaction mode, which keeps no locks of sessions, and cost a search nothing.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from livedocs.library.postgres.catalogue import (
    PUBLISHERS_LOCK,
    Generation,
    generation_reader,
    library_generation,
    published,
)
from livedocs.library.postgres.cleaning import drop_unread

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from livedocs.library.reader import Executor

LEASE = timedelta(seconds=60)
"""How long a generation is kept for a reader that is not heard of."""

SECONDS_BETWEEN_RENEWALS = 15.0
"""How often a reader should renew its lease: the database may be away for most of a minute before it is over."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to read a generation for a while.

    Attributes:
        id: made up by the reader.
        generation: what is read.
    """

    id: str
    generation: Generation


async def take_lease(engine: AsyncEngine) -> Lease:
    """Keep the generation that is published now.

    Args:
        engine: of the primary.

    Raises:
        LibraryMissingError: nothing is published.
        LibraryVersionError: another version of livedocs published it.
    """
    while True:
        async with engine.connect() as connection:
            lease = Lease(uuid4().hex, await connection.run_sync(published))
            if await _write(connection, lease):
                return lease


async def renew_lease(engine: AsyncEngine, lease: Lease) -> bool:
    """Keep a generation for another while, and drop those whose readers are not heard of any more.

    Args:
        engine: of the primary.
        lease: that was taken before; it may be over.

    Returns:
        False when the generation has been dropped meanwhile.
    """
    async with engine.connect() as connection:
        is_kept = await _write(connection, lease)
    await drop_unread(engine)
    return is_kept


async def release_lease(engine: AsyncEngine, lease: Lease) -> None:
    """Say that a generation is no longer read, and drop what nobody reads any more.

    Args:
        engine: of the primary.
        lease: to end.
    """
    async with engine.begin() as connection:
        await connection.execute(delete(generation_reader).where(generation_reader.c.id == lease.id))
    await drop_unread(engine)


def keep_published(executor: Executor) -> Generation:
    """The generation that is published now, which is not dropped before the executor's transaction ends.

    Args:
        executor: in a transaction on the primary that sees what others commit (read committed).

    Raises:
        LibraryMissingError: nothing is published.
        LibraryVersionError: another version of livedocs published it.
    """
    while True:
        generation = published(executor)
        lock = select(func.pg_try_advisory_xact_lock_shared(PUBLISHERS_LOCK, generation.id))
        is_kept = executor.execute(lock).scalar_one()
        # Published anew and dropped between the two statements: then there is another one.
        row = select(library_generation.c.id).where(library_generation.c.id == generation.id)
        is_there = executor.execute(row.execution_options(schema_translate_map={})).first() is not None
        if is_kept and is_there:
            return generation


async def _write(connection: AsyncConnection, lease: Lease) -> bool:
    over = func.now() + LEASE
    name = f"{socket.gethostname()}, process {os.getpid()}"
    values = {"id": lease.id, "generation_id": lease.generation.id, "name": name, "expires_at": over}
    statement = insert(generation_reader).values(values)
    try:
        await connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"expires_at": over}))
        await connection.commit()
    except IntegrityError:  # the generation it refers to is no longer there
        return False
    return True
