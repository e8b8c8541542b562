"""What people open, counted beside the library that is a file."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol

import anyio
import anyio.to_thread
from sqlalchemy.exc import OperationalError

from fastapi_data import DatabaseFileError, SQLiteDatabase
from livedocs.library.opened import count_opened, metadata, most_opened

if TYPE_CHECKING:
    from collections.abc import Callable

    from livedocs.library.listing import Place


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

    Where that cannot be written, counts are kept for as long as the process runs. Neither is there before something is
    opened.

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
        database = await self._open()
        try:
            await database.run(count_opened, place, self._today())
        except OperationalError:
            # The file is there, but may only be read.
            await (await self._open_aside()).run(count_opened, place, self._today())

    async def most(self, limit: int) -> list[Place]:
        """See `Opened.most`."""
        if self._database is None and not await anyio.Path(self._path).exists():
            return []
        database = await self._open()
        return await database.run_read(most_opened, self._today(), limit)

    async def dispose(self) -> None:
        """Let go of the file."""
        await self._closing.aclose()
        self._database = None

    async def _open(self) -> SQLiteDatabase:
        async with self._opening:
            if self._database is None:
                try:
                    self._database = await self._set_up(self._path)
                except (DatabaseFileError, OperationalError):
                    self._database = await self._set_up(await self._path_aside())
            return self._database

    async def _open_aside(self) -> SQLiteDatabase:
        async with self._opening:
            if self._database is None or self._database.path == self._path:
                self._database = await self._set_up(await self._path_aside())
            return self._database

    async def _path_aside(self) -> Path:
        folder = await anyio.to_thread.run_sync(lambda: TemporaryDirectory(prefix="livedocs-opened-"))
        self._closing.callback(folder.cleanup)
        return Path(folder.name) / "opened.sqlite"

    async def _set_up(self, path: Path) -> SQLiteDatabase:
        database = SQLiteDatabase(path, threads=1)
        await database.setup()
        try:
            await database.run(lambda session: metadata.create_all(session.connection()))
        except BaseException:
            await database.dispose()
            raise
        self._closing.push_async_callback(database.dispose)
        return database
