"""Every error livedocs raises on purpose.

::

    LivedocsError
    ├── SourceError             documentation could not be obtained or is not documentation
    │   └── NoSourceError       every source that was tried failed
    ├── LibraryError            the library cannot be used
    │   ├── LibraryMissingError     there is none yet
    │   ├── LibraryCorruptError     it is truncated, or no SQLite file at all
    │   ├── LibraryVersionError     another version of livedocs wrote it
    │   ├── LibraryBusyError        another build is running
    │   └── LibraryDatabaseError    the database it is in cannot be reached, or refuses
    ├── ModelError              the model that finds by meaning is not installed or damaged
    ├── AssetsMissingError      the web page's styles and scripts were never built
    ├── AddressError            the address to serve on cannot be listened on
    ├── SettingsError           a setting has a value that cannot be used
    ├── NotFoundError           no such docset, page or entry
    └── QueryError              the query cannot be answered as asked

Each message says what is wrong and what to do next. The faces turn these into HTTP statuses and
exit codes; nothing below them does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class LivedocsError(Exception):
    """Root of every error livedocs raises on purpose."""


class SourceError(LivedocsError):
    """Documentation could not be obtained, or what was obtained is not documentation."""


@dataclass(frozen=True, slots=True)
class FailedSource:
    """One source that was tried, and why it gave nothing.

    Attributes:
        description: the source in words, e.g. ``Debian package python3.11-doc (installed)``.
        reason: one line that says why it failed.
    """

    description: str
    reason: str


class NoSourceError(SourceError):
    """Every source that was tried failed.

    Attributes:
        wanted: what was asked for, e.g. ``python@3.11``.
        failures: the sources in the order they were tried.
    """

    def __init__(self, wanted: str, failures: Sequence[FailedSource], *, remedy: str) -> None:
        self.wanted = wanted
        self.failures = tuple(failures)
        lines = [f"No source could provide the documentation of {wanted}."]
        lines += [f"  - {failure.description}: {failure.reason}" for failure in self.failures]
        lines.append(remedy)
        super().__init__("\n".join(lines))


class LibraryError(LivedocsError):
    """The library cannot be used.

    Attributes:
        path: the file; None when the library is in a database.
    """

    def __init__(self, path: Path | None, message: str) -> None:
        self.path = path
        super().__init__(message)


class LibraryMissingError(LibraryError):
    """There is no library yet."""


class LibraryCorruptError(LibraryError):
    """The file is truncated, damaged, or no SQLite database at all."""


class LibraryVersionError(LibraryError):
    """The file was written by a version of livedocs with another schema."""


class LibraryBusyError(LibraryError):
    """Another process is building into the same library."""


class LibraryDatabaseError(LibraryError):
    """The database that holds the library cannot be reached, refuses what is asked of it, or was not migrated."""

    def __init__(self, message: str) -> None:
        super().__init__(None, message)


class ModelError(LivedocsError):
    """The model that finds by meaning, or what runs it, is not installed, or its files are damaged."""


class AssetsMissingError(LivedocsError):
    """The web page's styles and scripts were never built."""


class AddressError(LivedocsError):
    """The address to serve on cannot be listened on."""


class SettingsError(LivedocsError):
    """A setting has a value that cannot be used."""


class NotFoundError(LivedocsError):
    """There is no such docset, page, asset or entry in the library."""


class QueryError(LivedocsError):
    """The query cannot be answered as asked, e.g. because it is too long."""
