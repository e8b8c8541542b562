"""Dropping generations: those nobody reads any more, and what a killed publish left behind.

Nothing here ever makes a reader wait: a table that somebody reads is not waited for, but left for the next time. What
another role published is left to that role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import DropSchema

from livedocs.library.postgres.catalogue import (
    PUBLISHERS_LOCK,
    State,
    generation_reader,
    generation_schema,
    library_generation,
)

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_ATTEMPTS = 5
_PAUSE_SECONDS = 0.1
_LOCK_NOT_AVAILABLE = "55P03"
_INSUFFICIENT_PRIVILEGE = "42501"


async def drop_unread(engine: AsyncEngine) -> list[int]:
    """Drop every retired generation that nobody reads; the others stay until the next call.

    Args:
        engine: of the database.

    Returns:
        The numbers of those that were dropped.
    """
    return [number for number in await _of_state(engine, State.RETIRED) if await _drop_unread(engine, number)]


async def drop_abandoned(engine: AsyncEngine) -> list[int]:
    """Drop generations that were never published; only for who holds the lock of publishers.

    Args:
        engine: of the database.

    Returns:
        Their numbers.
    """
    return [number for number in await _of_state(engine, State.BUILDING) if await drop_unpublished(engine, number)]


async def drop_unpublished(engine: AsyncEngine, number: int) -> bool:
    """Drop a generation unless it was published; for who builds it, or knows that nobody does.

    Args:
        engine: of the database.
        number: of the generation.

    Returns:
        Whether it was dropped.
    """
    row = select(library_generation.c.id).where(
        library_generation.c.id == number, library_generation.c.state == State.BUILDING
    )
    try:
        async with engine.begin() as connection:
            if await connection.scalar(row.with_for_update()) is None:
                return False
            await _drop(connection, number)
            return True
    except DBAPIError as error:
        if _code(error) != _INSUFFICIENT_PRIVILEGE:
            raise
        return False


async def _of_state(engine: AsyncEngine, state: State) -> list[int]:
    numbers = select(library_generation.c.id).where(library_generation.c.state == state)
    async with engine.begin() as connection:
        return list(await connection.scalars(numbers.order_by(library_generation.c.id)))


async def _drop_unread(engine: AsyncEngine, number: int) -> bool:
    for _ in range(_ATTEMPTS):
        try:
            async with engine.begin() as connection:
                if not await _is_unread(connection, number):
                    return False
                await _lock_tables(connection, number)
                await _drop(connection, number)
                return True
        except DBAPIError as error:
            if _code(error) == _INSUFFICIENT_PRIVILEGE:
                return False
            if _code(error) != _LOCK_NOT_AVAILABLE:
                raise
        # The last transactions of those who have let it go may still run; what else reads it may take its time.
        await anyio.sleep(_PAUSE_SECONDS)
    return False


def _code(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


async def _is_unread(connection: AsyncConnection, number: int) -> bool:
    """Whether a retired generation may be dropped; if so, nobody can begin to read it before the transaction ends.

    Whoever takes a lease refers to the locked row, and would wait for it to be gone; whoever reads for a moment takes
    the advisory lock, shared.
    """
    row = select(library_generation.c.id).where(
        library_generation.c.id == number, library_generation.c.state == State.RETIRED
    )
    if await connection.scalar(row.with_for_update(skip_locked=True)) is None:
        return False
    if not await connection.scalar(select(func.pg_try_advisory_xact_lock(PUBLISHERS_LOCK, number))):
        return False
    reads = generation_reader.c.generation_id == number
    await connection.execute(delete(generation_reader).where(reads, generation_reader.c.expires_at < func.now()))
    return not await connection.scalar(select(select(generation_reader).where(reads).exists()))


async def _lock_tables(connection: AsyncConnection, number: int) -> None:
    """Lock all tables, or fail at once: while a lock is waited for, nobody else gets to the table."""
    names = text("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = :name")
    tables = list(await connection.scalars(names, {"name": generation_schema(number)}))
    if tables:
        await connection.execute(text(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE NOWAIT"))


async def _drop(connection: AsyncConnection, number: int) -> None:
    await connection.execute(DropSchema(generation_schema(number), cascade=True, if_exists=True))
    await connection.execute(delete(library_generation).where(library_generation.c.id == number))
