"""A SQLite file copied into memory and shared by all readers."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any
from uuid import uuid4

from anyio import to_thread
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import create_async_engine

from fastapi_data.database import Database
from fastapi_data.engines import Engines
from fastapi_data.errors import MissingDriverError, ReadOnlyDatabaseError
from fastapi_data.sqlite_copy import MemoryCopy


class InMemoryDatabase(Database):
    """A read-only copy of a SQLite file in memory.

    ``setup()`` copies the file in a worker thread; every session and every ``run`` reads the same copy. ``reload()``
    takes a newer file while requests run.

    In ``run`` the driver's connection (``session.connection().connection.driver_connection``) is a plain
    ``sqlite3.Connection``, for what SQLAlchemy does not cover. It is one of the pool's: leave it open.

    Args:
        path: the SQLite file, in any journal mode; not opened before ``setup()``.
        threads: how many ``run`` calls may read at the same time; as many as there are processors unless told.
        pool_size: how many async sessions may read at the same time (each needs a connection with a thread of its
            own); further ones wait.
    """

    def __init__(self, path: str | os.PathLike[str], *, threads: int | None = None, pool_size: int = 8) -> None:
        super().__init__()
        self._path = Path(path)
        self._threads = threads or os.cpu_count() or 1
        self._pool_size = pool_size
        self._generation = 0

    @property
    def path(self) -> Path:
        """The file that is served, or will be after ``setup()``."""
        return self._path

    @property
    def generation(self) -> int:
        """How often a copy was taken: 0 before ``setup()``, one more after it and after each ``reload()``.

        Results that were computed from the database can be kept under it as a key.
        """
        return self._generation

    async def reload(self, path: str | os.PathLike[str] | None = None) -> None:
        """Serve a newer file.

        The copy is made aside, then exchanged at once: sessions that began earlier finish on the old copy, which is
        freed when the last of them is done; later ones see the new copy. Both are in memory for that time.

        Args:
            path: the file to serve from now on; the same path, read again, unless given.

        Raises:
            DatabaseNotReadyError: the database is not set up.
            DatabaseFileError: the file cannot be served; the old copy stays.
        """
        async with self._changing:
            self._ready_engines()
            newer_path = self._path if path is None else Path(path)
            newer = await self._copy(newer_path)
            older, self._engines, self._path = self._ready_engines(), newer, newer_path
            await older.retire()

    async def _open(self) -> Engines:
        return await self._copy(self._path)

    async def _copy(self, path: Path) -> Engines:
        engines = await to_thread.run_sync(self._copy_blocking, path)
        self._generation += 1
        return engines

    def _copy_blocking(self, path: Path) -> Engines:
        name = f"/fastapi-data-{uuid4().hex}"
        url = URL.create("sqlite", database=f"file:{name}", query={"vfs": "memdb", "mode": "ro", "uri": "true"})
        # The copy never changes, so there is nothing to commit or to roll back: that spares an async session two hops.
        options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True, "max_overflow": 0}
        try:
            async_engine = create_async_engine(
                url.set(drivername="sqlite+aiosqlite"), pool_size=self._pool_size, **options
            )
        except ModuleNotFoundError as error:
            raise MissingDriverError("aiosqlite", extra="sqlite") from error
        sync_engine = create_engine(url, pool_size=self._threads, **options)
        for engine in (async_engine.sync_engine, sync_engine):
            _name_writes(engine, path)
        copy = MemoryCopy(path, name)
        return Engines(async_engine, sync_engine, threads=self._threads, close=copy.close)


def _name_writes(engine: Engine, path: Path) -> None:
    """Raise ``ReadOnlyDatabaseError`` in place of the driver's error for a write."""

    def explain(context: ExceptionContext) -> None:
        code: int | None = getattr(context.original_exception, "sqlite_errorcode", None)
        if code == sqlite3.SQLITE_READONLY:
            raise ReadOnlyDatabaseError(path) from context.original_exception

    event.listen(engine, "handle_error", explain)
