"""What people open: how often each entry was opened on each of the last days, and nothing about who did."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
from sqlalchemy import Column, Date, Integer, MetaData, String, Table, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import OperationalError

from fastapi_data import DatabaseFileError, SQLiteDatabase
from livedocs.library.listing import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

DAYS = 30

_metadata = MetaData()
_opened = Table(
    "opened",
    _metadata,
    Column("day", Date, primary_key=True),
    Column("docset", String, primary_key=True),
    Column("version", String, primary_key=True),
    Column("page", String, primary_key=True),
    Column("anchor", String, primary_key=True),
    Column("count", Integer, nullable=False),
)
_PLACE = (_opened.c.docset, _opened.c.version, _opened.c.page, _opened.c.anchor)


def _today() -> date:
    return datetime.now(UTC).date()


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
        """An entry was opened once more."""
        database = await self._open()
        try:
            await database.run(_count, place, self._today())
        except OperationalError:
            # The file is there, but may only be read.
            await (await self._open_aside()).run(_count, place, self._today())

    async def most(self, limit: int) -> list[Place]:
        """What was opened most in the last 30 days, the most often first.

        Args:
            limit: how many are wanted at most.
        """
        if self._database is None and not await anyio.Path(self._path).exists():
            return []
        database = await self._open()
        return await database.run_read(_most, self._today(), limit)

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
            await database.run(lambda session: _metadata.create_all(session.connection()))
        except BaseException:
            await database.dispose()
            raise
        self._closing.push_async_callback(database.dispose)
        return database


def _count(session: Session, place: Place, today: date) -> None:
    session.execute(_opened.delete().where(_opened.c.day <= today - timedelta(days=DAYS)))
    row = insert(_opened).values(
        day=today, docset=place.docset, version=place.version, page=place.page, anchor=place.anchor, count=1
    )
    session.execute(row.on_conflict_do_update(index_elements=["day", *_PLACE], set_={"count": _opened.c.count + 1}))


def _most(session: Session, today: date, limit: int) -> list[Place]:
    rows = session.execute(
        select(*_PLACE)
        .where(_opened.c.day > today - timedelta(days=DAYS))
        .group_by(*_PLACE)
        .order_by(func.sum(_opened.c.count).desc(), func.max(_opened.c.day).desc(), *_PLACE)
        .limit(limit)
    )
    return [Place(*row) for row in rows]
