"""A durable SQLite file."""

from __future__ import annotations

import os
from pathlib import Path

from anyio import to_thread
from sqlalchemy import URL, text

from fastapi_data.database import Database
from fastapi_data.engines import Engines
from fastapi_data.errors import DatabaseFileError
from fastapi_data.sqlite_connection import SQLiteConnection, connect_sqlite
from fastapi_data.sqlite_copy import naming_file_errors
from fastapi_data.sqlite_engines import SQLiteEngines, SQLiteOptions, SQLiteSource


class SQLiteDatabase(Database):
    """A SQLite file that is read and written, in WAL mode and with foreign keys enforced.

    One transaction writes at a time, whoever it belongs to; readers are never in its way. A transaction that may write
    (``Depends(db)``, ``begin``, ``run``) takes its turn with its first statement, and waits for it for
    ``busy_timeout_seconds``: what only reads should depend on ``db.read``, or use ``run_read``.

    Args:
        path: the file; made by ``setup()`` when there is none. Its folder must exist.
        threads: how many units of ``run`` may work at the same time; as many as there are processors unless told.
        pool_size: how many async sessions may work at the same time.
        pool_timeout_seconds: how long either waits for its turn before ``PoolExhaustedError``.
        statement_timeout_seconds: after which time a statement is stopped with ``StatementTimeoutError``.
        busy_timeout_seconds: how long a transaction waits for another's lock before ``DatabaseUnavailableError``.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        threads: int | None = None,
        pool_size: int = 8,
        pool_timeout_seconds: float = 30,
        statement_timeout_seconds: float | None = None,
        busy_timeout_seconds: float = 5,
    ) -> None:
        super().__init__()
        self._path = Path(path)
        self._options = SQLiteOptions(
            pool_size=pool_size,
            threads=threads or os.cpu_count() or 1,
            pool_timeout_seconds=pool_timeout_seconds,
            statement_timeout_seconds=statement_timeout_seconds,
        )
        self._busy_timeout_seconds = busy_timeout_seconds

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def url(self) -> URL:
        """The file, as SQLAlchemy names it."""
        return URL.create("sqlite", database=str(self._path.absolute()))

    async def ping(self) -> None:
        """Make sure that the file can be read, whoever writes to it, for a readiness check.

        Raises:
            DatabaseNotReadyError: the database is not set up.
            DatabaseUnavailableError: it does not answer.
            PoolExhaustedError: no connection is free to ask it.
        """
        async with self.read_session() as session:
            # SELECT 1 would not look at the file.
            await session.execute(text("SELECT count(*) FROM sqlite_schema"))

    async def _open(self) -> Engines:
        await to_thread.run_sync(self._prepare)
        return SQLiteEngines(SQLiteSource(self._connect), self._options)

    def _prepare(self) -> None:
        if not self._path.parent.is_dir():
            raise DatabaseFileError(self._path, "Its folder does not exist. Make it first.")
        with naming_file_errors(self._path):
            connection = connect_sqlite(self._uri, busy_timeout_seconds=self._busy_timeout_seconds)
            try:
                # Kept in the file; it lets readers and a writer work at the same time.
                connection.execute("PRAGMA journal_mode = wal")
            finally:
                connection.close()

    def _connect(self) -> SQLiteConnection:
        connection = connect_sqlite(self._uri, busy_timeout_seconds=self._busy_timeout_seconds)
        connection.execute("PRAGMA foreign_keys = on")
        # In WAL mode this loses no consistency, and after a power cut at most the last transactions.
        connection.execute("PRAGMA synchronous = normal")
        return connection

    @property
    def _uri(self) -> str:
        return self._path.absolute().as_uri()
