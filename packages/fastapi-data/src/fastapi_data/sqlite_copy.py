"""Copying a SQLite file into memory, after making sure that it is sound.

The copy lives in SQLite's ``memdb`` VFS (https://sqlite.org/src/file/src/memdb.c, SQLite 3.36 or newer): connections of
one process that open the same name share one copy without a shared cache's locks, and the copy is freed when the last
of them closes.
"""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from fastapi_data.errors import DatabaseFileError

BUSY_TIMEOUT_SECONDS = 5.0
"""How long a writer may hold the file before it is given up."""

_REASONS = {
    sqlite3.SQLITE_NOTADB: "This is not a SQLite database, or it is encrypted. Give the path of a plain SQLite file.",
    sqlite3.SQLITE_CORRUPT: "The SQLite database is truncated or damaged. Build or copy it again.",
    sqlite3.SQLITE_CANTOPEN: "The file cannot be opened. Check its permissions (a database in WAL mode also needs a "
    "folder that can be written to) and try again.",
    sqlite3.SQLITE_BUSY: "A writer holds the SQLite database locked. Let it finish, then try again.",
    sqlite3.SQLITE_FULL: "The SQLite database is larger than SQLite's in-memory limit (1 GiB as usually built). Serve "
    "it from disk instead.",
}


class MemoryCopy:
    """One copy in memory, which lives until ``close()`` and as long as connections to it are open.

    The copy is taken in one read transaction, so a writer that is active meanwhile cannot tear it. Every page is
    checked with ``PRAGMA quick_check`` (measured: about 0.3 ms per MB).

    Args:
        path: the SQLite file; opened read-only.
        name: the copy's name in the VFS, beginning with a slash; no other copy in this process may have it.

    Raises:
        DatabaseFileError: the file is missing, empty, truncated, damaged, encrypted, locked or no SQLite database.
    """

    def __init__(self, path: Path, name: str) -> None:
        require_content(path)
        self._anchor = sqlite3.connect(f"file:{name}?vfs=memdb", uri=True, check_same_thread=False)
        try:
            with naming_file_errors(path):
                _copy(path, self._anchor)
                require_sound(path, self._anchor)
        except BaseException:
            self._anchor.close()
            raise

    def close(self) -> None:
        """Let go of the copy: it is freed with the last connection to it."""
        self._anchor.close()


@contextmanager
def naming_file_errors(path: Path) -> Generator[None]:
    """Raise ``DatabaseFileError`` with what to do, in place of SQLite's own errors."""
    try:
        yield
    except sqlite3.Error as error:
        # The primary result code; extended ones carry a detail in the bits above it.
        reason = _REASONS.get(error.sqlite_errorcode & 0xFF, f"SQLite cannot read it ({error}). Check the file.")
        raise DatabaseFileError(path, reason) from error


def require_content(path: Path) -> None:
    """Make sure that there is a file with something in it.

    Raises:
        DatabaseFileError: there is not.
    """
    try:
        status = path.stat()
    except OSError as error:
        reason = f"The file cannot be read ({error.strerror}). Check the path."
        raise DatabaseFileError(path, reason) from error
    if not stat.S_ISREG(status.st_mode):
        raise DatabaseFileError(path, "This is not a file. Give the path of a SQLite file.")
    # SQLite takes an empty file for an empty database; here it is a build or a download that never finished.
    if status.st_size == 0:
        raise DatabaseFileError(path, "The file is empty. Build or copy it again.")


def _copy(path: Path, target: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", BUSY_TIMEOUT_SECONDS, uri=True)) as source:
        # backup() retries for ever on a locked file, while a statement gives up after the timeout.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_schema")
        source.backup(target)
        source.rollback()
    # A file in WAL mode says so in its header, and memory has no WAL. Only the exclusive mode can leave it there.
    target.execute("PRAGMA locking_mode = exclusive")
    target.execute("PRAGMA journal_mode = delete")
    target.execute("PRAGMA locking_mode = normal")
    # The exclusive lock is given back by the next read.
    target.execute("SELECT count(*) FROM sqlite_schema").fetchall()


def require_sound(path: Path, connection: sqlite3.Connection) -> None:
    """Check every page with ``PRAGMA quick_check``.

    Args:
        path: the file to name when something is wrong.
        connection: open on it, or on a copy.

    Raises:
        DatabaseFileError: something is damaged.
    """
    problem: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if problem != "ok":
        raise DatabaseFileError(path, f"{_REASONS[sqlite3.SQLITE_CORRUPT]} ({problem})")
