"""A SQLite file copied into memory and shared by all readers."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from uuid import uuid4

from anyio import to_thread

from fastapi_data.database import Database
from fastapi_data.engines import Engines
from fastapi_data.sqlite_connection import connect_sqlite
from fastapi_data.sqlite_copy import MemoryCopy
from fastapi_data.sqlite_engines import SQLiteEngines, SQLiteOptions, SQLiteSource
from fastapi_data.sqlite_map import MappedFile


class InMemoryDatabase(Database):
    """A read-only copy of a SQLite file in memory.

    ``setup()`` copies the file in a worker thread; every session and every ``run`` reads the same copy. ``reload()``
    takes a newer file while requests run.

    In ``run`` the driver's connection (``session.connection().connection.driver_connection``) is a plain
    ``sqlite3.Connection``, for what SQLAlchemy does not cover. It is one of the pool's: leave it open.

    Args:
        path: the SQLite file, in any journal mode; not opened before ``setup()``.
        shared: instead of copying, map the file itself into memory, so that the workers of one host share one copy.
            The file must then be replaced as a whole (written elsewhere, then renamed), never changed in place.
        threads: how many ``run`` calls may read at the same time; as many as there are processors unless told.
        pool_size: how many async sessions may read at the same time.
        pool_timeout_seconds: how long either waits for its turn before ``PoolExhaustedError``.
        statement_timeout_seconds: after which time a statement is stopped with ``StatementTimeoutError``.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        shared: bool = False,
        threads: int | None = None,
        pool_size: int = 8,
        pool_timeout_seconds: float = 30,
        statement_timeout_seconds: float | None = None,
    ) -> None:
        super().__init__()
        self._path = Path(path)
        self._shared = shared
        self._options = SQLiteOptions(
            pool_size=pool_size,
            threads=threads or os.cpu_count() or 1,
            pool_timeout_seconds=pool_timeout_seconds,
            statement_timeout_seconds=statement_timeout_seconds,
        )
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
            newer = await self._serve(newer_path)
            older, self._engines, self._path = self._ready_engines(), newer, newer_path
            await older.retire()

    async def _open(self) -> Engines:
        return await self._serve(self._path)

    async def _serve(self, path: Path) -> Engines:
        source = await to_thread.run_sync(self._map if self._shared else self._copy, path)
        self._generation += 1
        return SQLiteEngines(source, self._options)

    def _copy(self, path: Path) -> SQLiteSource:
        name = f"/fastapi-data-{uuid4().hex}"
        copy = MemoryCopy(path, name)
        connect = partial(connect_sqlite, f"file:{name}?vfs=memdb&mode=ro")
        read_only = (
            f"The in-memory copy of {path} is read-only. Write to the file itself, then call 'await db.reload()'."
        )
        return SQLiteSource(connect, copy.close, read_only)

    def _map(self, path: Path) -> SQLiteSource:
        connections = self._options.pool_size + self._options.threads
        mapped = MappedFile(path, connections, timeout_seconds=self._options.pool_timeout_seconds)
        read_only = f"{path} is served read-only. Write a new file, put it in its place, then call 'await db.reload()'."
        return SQLiteSource(mapped.connect, mapped.close, read_only)
