"""The library file: checked before it is used, replaced all at once, built by one process at a time."""

from __future__ import annotations

import fcntl
import itertools
import os
import sqlite3
import struct
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from livedocs.errors import (
    LibraryBusyError,
    LibraryCorruptError,
    LibraryError,
    LibraryMissingError,
    LibraryVersionError,
)
from livedocs.library.format import APPLICATION_ID, SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_HEADER_BYTES = 100
_MAGIC = b"SQLite format 3\x00"
_REMEDY = "Build it again with 'livedocs build python'; this file is set aside then, not deleted."


def check(path: Path) -> None:
    """Make sure that a file is a complete library of this version; reads its first 100 bytes only.

    The header's layout is SQLite's "Database File Format", section 1.3.

    Raises:
        LibraryMissingError: there is no such file.
        LibraryCorruptError: it is no SQLite file, is cut off, or is not a library.
        LibraryVersionError: it was written with another schema.
    """
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
            size_bytes = os.fstat(file.fileno()).st_size
    except FileNotFoundError as error:
        message = f"There is no library at {path} yet. Build one with 'livedocs build python'."
        raise LibraryMissingError(path, message) from error
    except OSError as error:
        raise LibraryError(path, f"The library {path} cannot be read: {error.strerror}.") from error
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        raise LibraryCorruptError(path, f"{path} is not a SQLite file, so it is no library. {_REMEDY}")
    page_bytes = struct.unpack_from(">H", header, 16)[0]
    page_bytes = 65536 if page_bytes == 1 else page_bytes
    page_count, user_version, application_id = (struct.unpack_from(">I", header, at)[0] for at in (28, 60, 68))
    if application_id != APPLICATION_ID:
        raise LibraryCorruptError(path, f"{path} is a SQLite file, but not a library of livedocs. {_REMEDY}")
    if user_version != SCHEMA_VERSION:
        raise LibraryVersionError(
            path,
            f"{path} was written by another version of livedocs (schema {user_version}, this one reads "
            f"{SCHEMA_VERSION}). {_REMEDY}",
        )
    if page_count * page_bytes != size_bytes:
        expected = page_count * page_bytes
        raise LibraryCorruptError(path, f"{path} is cut off: {size_bytes} bytes of {expected} are there. {_REMEDY}")


def connect(path: Path) -> sqlite3.Connection:
    """Open a library for reading; nothing is looked at yet, so `check` it before.

    Args:
        path: the file; what takes its place later is not seen by this connection.
    """
    # A library is replaced, never changed, so SQLite need not look for changes (immutable).
    return sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)


def verify(path: Path) -> None:
    """Make sure that a library is whole, down to its last page; reads all of it.

    Raises:
        LibraryMissingError, LibraryCorruptError, LibraryVersionError: see `check`.
    """
    check(path)
    try:
        with closing(connect(path)) as connection:
            complaint = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            connection.execute("SELECT 1 FROM docset").fetchone()
    except sqlite3.DatabaseError as error:
        complaint = str(error)
    if complaint != "ok":
        raise LibraryCorruptError(path, f"{path} is damaged ({complaint.splitlines()[-1]}). {_REMEDY}")


@contextmanager
def replacing(path: Path) -> Generator[Path, None, None]:
    """Hand out a new file aside and put it in the place of ``path`` when the block ends without an error.

    The last good file stays until then, whatever happens to the process: what a killed one left behind is removed by
    the next. One process at a time may replace a library; the lock is the operating system's and ends with its holder.

    Args:
        path: the library; its folder is made when it is missing.

    Yields:
        An unused path on the same file system.

    Raises:
        LibraryBusyError: another process is building into the same library.
        LibraryError: the folder cannot be written to.
    """
    lock = _open_lock(path)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise busy(path) from error
        _remove_leftovers(path)
        new = path.with_name(f"{path.name}.building-{os.getpid()}")
        try:
            yield new
            _put_in_place(new, path)
        finally:
            _remove_leftovers(path)
    finally:
        os.close(lock)


def busy(path: Path) -> LibraryBusyError:
    """The error that another process builds into the same library."""
    message = f"Another build is writing to {path}. Wait until it ends, or stop it, and try again."
    return LibraryBusyError(path, message)


def prepare(path: Path) -> None:
    """Make sure that a library can be put there, before anything is done for it; makes its folder.

    Raises:
        LibraryError: the folder cannot be written to.
    """
    os.close(_open_lock(path))


def _open_lock(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        message = f"{path.parent} cannot be written to ({error.strerror}). Choose another place: LIVEDOCS_LIBRARY_PATH."
        raise LibraryError(path, message) from error


def _put_in_place(new: Path, path: Path) -> None:
    try:
        _flush(new)
        new.replace(path)
        _flush(path.parent)
    except OSError as error:
        raise LibraryError(
            path, f"{path} cannot be written: {error.strerror}. Free some space and try again."
        ) from error


def set_aside(path: Path) -> Path:
    """Rename a file that is no usable library, so that a new one can take its place and nothing is lost.

    Returns:
        Where it is now.
    """
    free = (path.with_name(f"{path.name}.unusable-{number}") for number in itertools.count(1))
    aside = next(candidate for candidate in free if not candidate.exists())
    return path.rename(aside)


def _remove_leftovers(path: Path) -> None:
    for leftover in path.parent.glob(f"{path.name}.building-*"):
        leftover.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
