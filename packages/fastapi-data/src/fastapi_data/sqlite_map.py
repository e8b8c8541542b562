"""Serving a SQLite file that many processes map into memory at the same time.

``immutable=1`` (https://sqlite.org/uri.html) promises SQLite that nobody changes the file, so that it takes no locks; a
mapped file's pages are the operating system's, one copy for all processes that map it.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from queue import Empty, SimpleQueue

from fastapi_data.errors import DatabaseFileError, PoolExhaustedError
from fastapi_data.sqlite_connection import SQLiteConnection, connect_sqlite
from fastapi_data.sqlite_copy import naming_file_errors, require_content, require_sound

_CACHE_KIB = 256
"""SQLite's own cache for each connection; pages of a mapped file need none."""


class _LentConnection(SQLiteConnection):
    """A connection that goes back to whom it belongs when it is closed."""

    lender: SimpleQueue[_LentConnection] | None = None

    def close(self) -> None:
        """Give it back, once."""
        lender, self.lender = self.lender, None
        if lender is not None:
            self.rollback()
            lender.put(self)

    def close_for_good(self) -> None:
        """Close it."""
        super().close()


class MappedFile:
    """Connections to one file, which stay with it when another takes its place.

    All are opened here, because a path may name another file later.

    Args:
        path: the SQLite file. It may be replaced, but never changed.
        connections: how many to open.
        timeout_seconds: how long ``connect`` waits for one that is closed.

    Raises:
        DatabaseFileError: the file is missing, empty, truncated, damaged, encrypted, no SQLite database, or part of it
            is in a write-ahead log.
    """

    def __init__(self, path: Path, connections: int, *, timeout_seconds: float = 30) -> None:
        require_content(path)
        _require_no_log(path)
        self._timeout_seconds = timeout_seconds
        self._free: SimpleQueue[_LentConnection] = SimpleQueue()
        self._all: list[_LentConnection] = []
        try:
            with naming_file_errors(path):
                self._open(path, connections)
        except BaseException:
            self.close()
            raise

    def connect(self) -> SQLiteConnection:
        """One of the connections; it is given out again once it is closed.

        Raises:
            PoolExhaustedError: none was closed in time.
        """
        try:
            connection = self._free.get(timeout=self._timeout_seconds)
        except Empty:
            raise PoolExhaustedError(max_size=len(self._all), timeout_seconds=self._timeout_seconds) from None
        connection.lender = self._free
        return connection

    def close(self) -> None:
        """Close all connections."""
        for connection in self._all:
            connection.close_for_good()

    def _open(self, path: Path, connections: int) -> None:
        identity = _identity(path)
        for _ in range(connections):
            connection = _map(path)
            self._all.append(connection)
            self._free.put(connection)
        # Checked without the map, which would make every page of the file count as this process's memory.
        with closing(connect_sqlite(_uri(path))) as unmapped:
            require_sound(path, unmapped)
        if _identity(path) != identity:
            raise DatabaseFileError(path, "The file was replaced while it was opened. Try again.")


def _map(path: Path) -> _LentConnection:
    connection = connect_sqlite(_uri(path), factory=_LentConnection)
    assert isinstance(connection, _LentConnection)
    connection.execute(f"PRAGMA mmap_size = {path.stat().st_size}")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    # SQLite opens the file with the first statement that reads it.
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    return connection


def _uri(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=ro&immutable=1"


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _require_no_log(path: Path) -> None:
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        raise DatabaseFileError(
            path,
            "Part of the database is in its write-ahead log, which a shared file cannot have. Close its writers first, "
            "or run PRAGMA wal_checkpoint(TRUNCATE).",
        )
