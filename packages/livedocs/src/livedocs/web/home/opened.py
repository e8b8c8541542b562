"""What people open, counted beside the library that is a file."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol, TypeVar

import anyio
import anyio.to_thread
from sqlalchemy.exc import DatabaseError

from fastapi_data import DatabaseFileError, FastAPIDataError, SQLiteDatabase
from livedocs.library.opened import count_opened, metadata, most_opened

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from livedocs.library.listing import Place

T = TypeVar("T")

logger = logging.getLogger(__name__)

_SECONDS = 1.0
"""How long a page may wait for those who count."""


def _today() -> date:
    return datetime.now(UTC).date()


class Opened(Protocol):
    """Counts what is opened."""

    async def count(self, place: Place) -> None:
        """An entry was opened once more."""
        ...

    async def most(self, limit: int) -> list[Place]:
        """What was opened most in the last 30 days, the most often first.

        Args:
            limit: how many are wanted at most.
        """
        ...

    async def dispose(self) -> None:
        """Give back what it uses."""
        ...


class OpenedEntries:
    """Counts what is opened, in a small SQLite file beside the library.

    Where that cannot be read or written, counts are kept for as long as the process runs; where they cannot even be
    kept aside, nothing is counted. No file is there before something is opened.

    Args:
        library_path: the library.
        today: tells the day.
    """

    def __init__(self, library_path: Path, today: Callable[[], date] = _today) -> None:
        self._path = library_path.with_name(f"{library_path.name}.opened")
        self._today = today
        self._opening = anyio.Lock()
        self._database: SQLiteDatabase | None = None
        self._closing = AsyncExitStack()

    async def count(self, place: Place) -> None:
        """See `Opened.count`."""
        await self._work(lambda database: database.run(count_opened, place, self._today()))

    async def most(self, limit: int) -> list[Place]:
        """See `Opened.most`."""
        if self._database is None and not await anyio.Path(self._path).exists():
            return []
        return await self._work(lambda database: database.run_read(most_opened, self._today(), limit)) or []

    async def dispose(self) -> None:
        """Let go of the file."""
        await self._closing.aclose()
        self._database = None

    async def _work(self, work: Callable[[SQLiteDatabase], Awaitable[T]]) -> T | None:
        try:
            database = await self._open()
            try:
                return await work(database)
            except DatabaseError as error:  # the file is there, but may only be read, or is damaged
                return await work(await self._open_aside(database, error))
        except (DatabaseError, FastAPIDataError, OSError) as error:
            logger.info("What people open is not counted now. %s", error)
            return None

    async def _open(self) -> SQLiteDatabase:
        async with self._opening:
            if self._database is None:
                try:
                    self._database = await self._set_up(self._path)
                except (DatabaseFileError, DatabaseError) as error:
                    self._database = await self._set_up_aside(error)
            return self._database

    async def _open_aside(self, failed: SQLiteDatabase, error: Exception) -> SQLiteDatabase:
        async with self._opening:
            if self._database is None or self._database is failed:
                self._database = await self._set_up_aside(error)
            return self._database

    async def _set_up_aside(self, error: Exception) -> SQLiteDatabase:
        database = await self._set_up(await self._path_aside())
        logger.warning("%s cannot be used: what people open is counted until the server ends. %s", self._path, error)
        return database

    async def _path_aside(self) -> Path:
        folder = await anyio.to_thread.run_sync(lambda: TemporaryDirectory(prefix="livedocs-opened-"))
        self._closing.callback(folder.cleanup)
        return Path(folder.name) / "opened.sqlite"

    async def _set_up(self, path: Path) -> SQLiteDatabase:
        database = SQLiteDatabase(path, threads=1, pool_timeout_seconds=_SECONDS, busy_timeout_seconds=_SECONDS)
        await database.setup()
        try:
            await database.run(lambda session: metadata.create_all(session.connection()))
        except BaseException:
            await database.dispose()
            raise
        self._closing.push_async_callback(database.dispose)
        return database
