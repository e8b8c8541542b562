"""Publishing: a snapshot becomes a generation aside, and takes the published one's place in one transaction."""

from __future__ import annotations

import logging
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio
from sqlalchemy import create_engine, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateSchema

from fastapi_data import DatabaseError
from livedocs.errors import LibraryBusyError, LibraryCorruptError, LibraryDatabaseError
from livedocs.library import reader, snapshot
from livedocs.library.format import SCHEMA_VERSION
from livedocs.library.postgres import cleaning
from livedocs.library.postgres.catalogue import (
    CHANNEL,
    PUBLISHERS_LOCK,
    Generation,
    State,
    library_generation,
)
from livedocs.library.postgres.connecting import reason_of
from livedocs.library.postgres.loading import load
from livedocs.sources.documentation import ignore_progress

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from livedocs.sources.documentation import ReportProgress

logger = logging.getLogger(__name__)

CONNECTIONS = 2
"""How many a publisher needs: one holds the lock, while the other one does the work."""

_POLL_SECONDS = 0.2
_DUPLICATE_SCHEMA = "42P06"

_WITHOUT_TIMEOUTS = text(
    "SELECT set_config(name, '0', true) FROM pg_settings "
    "WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')"
)
"""The transaction that holds the lock does nothing while rows are copied, which a server may be told to end."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What a publish did.

    Attributes:
        generation: that is published now.
        seconds: from the first look at the snapshot to the switch.
    """

    generation: Generation
    seconds: float


class Publisher:
    """Who alone may publish, from the beginning of a `publishing` block until it has published, or to its end.

    Args:
        engine: of the database.
        holder: in the transaction that holds the lock of publishers.
    """

    def __init__(self, engine: AsyncEngine, holder: AsyncConnection) -> None:
        self._engine = engine
        self._holder = holder

    async def publish(self, path: Path, report: ReportProgress = ignore_progress) -> Publication:
        """Copy a snapshot into a new generation and switch to it; ends the right to publish.

        Args:
            path: the snapshot.
            report: told of each step.

        Raises:
            LibraryError: the snapshot is missing, damaged or from another version.
        """
        started = time.perf_counter()
        await anyio.to_thread.run_sync(snapshot.verify, path)
        generation = await self._announce(await anyio.to_thread.run_sync(_library_hash, path))
        try:
            await self._load(path, generation, report)
            await self._require_same(path, generation)
            report("Switching to the new library", 0, None)
            await self._switch(generation)
        except BaseException:
            # Its own alone: it may have lost the lock, and another one may publish already. Should that fail as well,
            # whoever publishes next does it.
            with anyio.CancelScope(shield=True):
                with suppress(Exception):  # it may have begun to switch, and would be waited for
                    await self._holder.rollback()
                with suppress(Exception):
                    await cleaning.drop_unpublished(self._engine, generation.id)
            raise
        seconds = time.perf_counter() - started
        report("Removing libraries that nobody reads", 0, None)
        try:
            await cleaning.drop_unread(self._engine)
        except (DBAPIError, DatabaseError) as error:  # it is published all the same
            logger.warning("Libraries that nobody reads stay until the next publish: %s.", reason_of(error))
        return Publication(generation, seconds)

    async def _announce(self, library_hash: str) -> Generation:
        """Enter a new generation into the catalogue together with its schema: none is in there that is not ours."""
        values = {"state": State.BUILDING, "schema_version": SCHEMA_VERSION, "library_hash": library_hash}
        statement = insert(library_generation).values(values).returning(library_generation.c.id)
        while True:
            try:
                async with self._engine.begin() as connection:
                    generation = Generation((await connection.execute(statement)).scalar_one(), library_hash)
                    await connection.execute(CreateSchema(generation.schema))
                    return generation
            except DBAPIError as error:
                # Of a catalogue that is no longer there, or that another role has: the next number may be free.
                if getattr(error.orig, "sqlstate", None) != _DUPLICATE_SCHEMA:
                    raise

    async def _load(self, path: Path, generation: Generation, report: ReportProgress) -> None:
        try:
            async with self._engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await load(connection, path, generation.schema, report)
        except IntegrityError as error:
            reason = reason_of(error.orig or error)
            message = f"{path} is damaged ({reason}). Build it again with 'livedocs build python', and publish that."
            raise LibraryCorruptError(path, message) from error

    async def _require_same(self, path: Path, generation: Generation) -> None:
        async with self._engine.connect() as connection:
            await connection.execution_options(**generation.execution_options)
            if await connection.run_sync(reader.library_hash) != generation.library_hash:
                raise LibraryBusyError(path, f"{path} was replaced while it was read. Publish it again.")

    async def _switch(self, generation: Generation) -> None:
        """Publish a generation in the transaction that holds the lock: who has lost the lock cannot."""
        table = library_generation
        retire = update(table).where(table.c.state == State.PUBLISHED).values(state=State.RETIRED)
        await self._holder.execute(retire)
        # The transaction began before the library was loaded, or even built.
        published = {"state": State.PUBLISHED, "published_at": func.clock_timestamp()}
        switched = await self._holder.execute(update(table).where(table.c.id == generation.id).values(published))
        if switched.rowcount != 1:
            raise LibraryDatabaseError(
                "The new library was removed from the catalogue before it was complete; the last one stays."
            )
        await self._holder.execute(select(func.pg_notify(CHANNEL, str(generation.id))))
        await self._holder.commit()


@asynccontextmanager
async def publishing(
    engine: AsyncEngine, *, wait: bool = True, report: ReportProgress = ignore_progress
) -> AsyncGenerator[Publisher]:
    """Be the only one who publishes, and remove what one who was killed left behind.

    The lock belongs to a transaction, not to a session, so that it also works through PgBouncer; it ends with whoever
    holds it.

    Args:
        engine: of the database.
        wait: whether to wait for another one who publishes.
        report: told that it waits, and of what it removes.

    Raises:
        LibraryBusyError: another one publishes, and ``wait`` is false.
    """
    async with engine.connect() as holder:
        lock = select(func.pg_try_advisory_xact_lock(PUBLISHERS_LOCK, 0))
        while not await holder.scalar(lock):
            # Not inside a statement that waits: its snapshot would keep the other one from freezing its rows.
            await holder.rollback()
            if not wait:
                raise LibraryBusyError(
                    None, "Another process is publishing to this database. Wait until it ends, and try again."
                )
            report("Waiting for another process that publishes", 0, None)
            await anyio.sleep(_POLL_SECONDS)
        await holder.execute(_WITHOUT_TIMEOUTS)
        await cleaning.drop_abandoned(engine)
        yield Publisher(engine, holder)


async def require_publishable(engine: AsyncEngine) -> None:
    """Make sure, before anything is built, that it could be published.

    Args:
        engine: of the database.

    Raises:
        LibraryDatabaseError: the role may not publish.
        sqlalchemy.exc.DBAPIError: there is no catalogue.
    """
    async with engine.connect() as connection:
        await connection.execute(select(library_generation.c.id).limit(1))
        if not await connection.scalar(select(func.has_database_privilege(func.current_database(), "CREATE"))):
            raise LibraryDatabaseError(
                "The role of LIVEDOCS_DATABASE_URL may not publish: it needs GRANT CREATE ON DATABASE. "
                "docs/postgresql.md lists what each command needs."
            )


def _library_hash(path: Path) -> str:
    engine = create_engine("sqlite://", creator=lambda: snapshot.connect(path), poolclass=NullPool)
    with engine.connect() as connection:
        return reader.library_hash(connection)
