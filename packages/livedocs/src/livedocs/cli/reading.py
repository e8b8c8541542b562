"""Reading the library for one command: from its file, or from its database."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from livedocs.errors import LibraryCorruptError
from livedocs.library import snapshot
from livedocs.search.sqlite import SqliteCandidates

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from sqlalchemy import Connection

    from livedocs.search.candidates import CandidateReader
    from livedocs.settings import Settings

T = TypeVar("T")


class Library(Protocol):
    """A library that is read once."""

    def read(self, work: Callable[[Connection, CandidateReader], T]) -> T:
        """Do some reading.

        Args:
            work: called with a connection for `livedocs.library.reader`, and with what reads candidates through it.

        Raises:
            LibraryError: the library is missing, damaged, from another version, or its database is away.
        """
        ...

    def look_up(self, work: Callable[[CandidateReader], T]) -> T:
        """Do some reading of candidates alone, which from a file needs no ORM and so begins sooner.

        Raises:
            LibraryError: the library is missing, damaged, from another version, or its database is away.
        """
        ...


class LibraryFile:
    """A library in its file.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, work: Callable[[Connection, CandidateReader], T]) -> T:
        """See `Library.read`."""
        from sqlalchemy import create_engine
        from sqlalchemy.exc import DatabaseError

        snapshot.check(self._path)
        engine = create_engine("sqlite://", creator=lambda: snapshot.connect(self._path))
        try:
            with self._naming_damage(), engine.connect() as connection:
                driver = cast("sqlite3.Connection", connection.connection.driver_connection)
                return work(connection, SqliteCandidates(driver))
        except DatabaseError as error:
            raise self._damaged(error.orig or error) from error
        finally:
            engine.dispose()

    def look_up(self, work: Callable[[CandidateReader], T]) -> T:
        """See `Library.look_up`."""
        snapshot.check(self._path)
        with self._naming_damage(), closing(snapshot.connect(self._path)) as connection:
            return work(SqliteCandidates(connection))

    @contextmanager
    def _naming_damage(self) -> Generator[None, None, None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error

    def _damaged(self, error: BaseException) -> LibraryCorruptError:
        message = f"The library {self._path} is damaged ({error}). Build it again with 'livedocs build python'."
        return LibraryCorruptError(self._path, message)


class LibraryInDatabase:
    """A library in PostgreSQL; all that one call reads is of one generation.

    Args:
        settings: they name the database.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def read(self, work: Callable[[Connection, CandidateReader], T]) -> T:
        """See `Library.read`."""
        from livedocs.library.postgres.reading import read_published, rows_of
        from livedocs.search.postgres import PostgresSource

        return read_published(
            self._settings,
            lambda connection, generation: work(
                connection, PostgresSource(generation.schema).candidates(rows_of(connection))
            ),
        )

    def look_up(self, work: Callable[[CandidateReader], T]) -> T:
        """See `Library.look_up`."""
        return self.read(lambda _, reader: work(reader))


def library_of(settings: Settings) -> Library:
    """Where settings say that the library is."""
    return LibraryFile(settings.library_path) if settings.database_url is None else LibraryInDatabase(settings)
