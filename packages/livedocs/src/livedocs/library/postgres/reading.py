"""Reading the published generation in one transaction, from code that knows nothing of event loops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import anyio
from sqlalchemy.util import await_

from livedocs.library.postgres.connecting import library_database, opened
from livedocs.library.postgres.leases import keep_published

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from livedocs.library.postgres.catalogue import Generation
    from livedocs.settings import Settings

T = TypeVar("T")

_STARTUP_TIMEOUT_SECONDS = 1
"""Somebody waits for the answer: a server that is only just starting is soon asked again."""


def read_published(settings: Settings, work: Callable[[Connection, Generation], T]) -> T:
    """Do some reading, all of it of the generation that is published at its beginning.

    Args:
        settings: they name the database.
        work: called with a connection on which statements on `livedocs.library.schema` read that generation.

    Raises:
        LibraryError: nothing is published, or the database cannot be reached or refuses.
    """

    def read(connection: Connection) -> T:
        generation = keep_published(connection)
        return work(connection.execution_options(**generation.execution_options), generation)

    async def connect_and_read() -> T:
        database = library_database(settings, pool_max_size=1, startup_timeout_seconds=_STARTUP_TIMEOUT_SECONDS)
        async with opened(database) as engine, engine.connect() as connection:
            return await connection.run_sync(read)

    return anyio.run(connect_and_read)


def rows_of(connection: Connection) -> Callable[[str, Sequence[Any]], Sequence[Any]]:
    """What runs a statement of PostgreSQL's own, with parameters ``$1``, ``$2``, ..., in the connection's transaction.

    Args:
        connection: with a transaction that has begun.
    """
    driver: Any = connection.connection.driver_connection
    return lambda statement, parameters: await_(driver.fetch(statement, *parameters))
