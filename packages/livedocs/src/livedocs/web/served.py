"""The library that is served now, and its replacement while requests run."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, TypeVar, cast
from weakref import WeakKeyDictionary

import anyio
import anyio.to_thread
from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from fastapi_data import DatabaseFileError, InMemoryDatabase
from livedocs.command import as_called
from livedocs.errors import LibraryCorruptError, LibraryError, LibraryMissingError, LibraryVersionError
from livedocs.library import reader, snapshot
from livedocs.search.sqlite import SqliteCandidates
from livedocs.web import searching
from livedocs.web.memory import give_memory_back

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Mapping
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from fastapi_data import PoolStatus
    from livedocs.library.models import Docset
    from livedocs.search.candidates import CandidateReader
    from livedocs.search.meaning import Meaning
    from livedocs.search.resident import Resident

T = TypeVar("T")

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True, slots=True)
class Served:
    """What is made once from each snapshot.

    Attributes:
        resident: what an engine keeps of it between queries.
        meaning: compares meanings; None when the library was not embedded.
        docsets: what it holds.
        kinds: kinds of entries it holds, the most frequent first.
        hash: changes when anything in it does, or in how it is searched.
        candidates: reads it for an engine, through a session.
    """

    resident: Resident
    meaning: Meaning | None
    docsets: tuple[Docset, ...]
    kinds: tuple[str, ...]
    hash: str
    candidates: Callable[[Session], CandidateReader]


class ServedLibrary:
    """A library mapped into memory that follows its file: when a build replaces the file, the new snapshot is served.

    There may be no library yet, or one of another version only: then it is waited for, in the same way.

    Args:
        path: the library's file.
        models_folder: where prepared models are kept; None: only words are compared.
    """

    def __init__(self, path: Path, models_folder: Path | None = None) -> None:
        self.path = path
        self._models_folder = models_folder
        self._database = InMemoryDatabase(path, shared=True)
        self._identity: tuple[int, int, int] | None = None
        self._current: Served | None = None
        self._why_none = f"The library {path} is not loaded."
        # Each snapshot in memory has its own SQLAlchemy engine, so that tells which one a session reads.
        self._served: WeakKeyDictionary[Engine | Connection, Served] = WeakKeyDictionary()
        self._preloaded: tuple[str, Resident | None] = ("", None)
        self._serving = Lock()
        # In a list, so that the request and what it waits for share it.
        self._of_request: ContextVar[list[Served]] = ContextVar("library of the request")
        self._after_swap: list[Callable[[], Awaitable[None]]] = []

    @property
    def held(self) -> Served | None:
        """What is served now; None while there is no library that can be."""
        of_request = self._of_request.get(None)
        return of_request[0] if of_request else self._current

    @property
    def current(self) -> Served:
        """What is served now.

        Raises:
            LibraryError: nothing is; the message says why and what to do.
        """
        held = self.held
        if held is None:
            raise LibraryError(self.path, self._why_none)
        return held

    @contextmanager
    def holding(self) -> Generator[None, None, None]:
        """See `Library.holding`; what a request reads later than a replacement says which library it is about."""
        of_request = [] if self._current is None else [self._current]
        token = self._of_request.set(of_request)
        try:
            yield
        finally:
            self._of_request.reset(token)
            of_request.clear()  # whatever else keeps the request's context does not keep the library

    def after_swap(self, act: Callable[[], Awaitable[None]]) -> None:
        """Have something done each time another snapshot has taken the place of the last, e.g. a cache cleared."""
        self._after_swap.append(act)

    def pools(self) -> Mapping[str, PoolStatus]:
        """See `Library.pools`."""
        return {"library": self._database.pool_status()} if self._database.generation else {}

    def preload(self) -> None:
        """Read what stays in memory of the library: before processes are forked that share it, or requests need it."""
        try:
            snapshot.check(self.path)
        except (LibraryMissingError, LibraryVersionError):
            return  # it is waited for
        engine = create_engine("sqlite://", creator=lambda: snapshot.connect(self.path), poolclass=NullPool)
        with Session(engine) as session:
            self._preloaded = reader.library_hash(session), searching.load_resident(_candidates(session))

    async def load(self) -> None:
        """Map the library into memory for the first time, if there is one.

        Raises:
            LibraryError: it is damaged; the message says what to do.
        """
        self._identity = await anyio.to_thread.run_sync(self._identify)
        try:
            await self._take()
        except (LibraryMissingError, LibraryVersionError) as error:
            self._why_none = str(error)

    async def dispose(self) -> None:
        """Give the memory back."""
        self._current = None
        await self._database.dispose()

    async def read(self, work: Callable[[Session, Served], T]) -> T:
        """Do some reading in one hop to a worker thread.

        Args:
            work: called with a session and what was made from the very snapshot it reads.

        Raises:
            LibraryError: there is no library; the message says what to do.
        """
        _ = self.current
        served, result = await self._database.run(self._read, work)
        of_request = self._of_request.get(None)
        if of_request:
            of_request[0] = served
        return result

    async def follow(self) -> None:
        """Look at the file twice a second, for ever, and serve what takes its place."""
        while True:
            await anyio.sleep(SECONDS_BETWEEN_LOOKS)
            try:
                await self.refresh()
            except LibraryError as error:
                # Said on purpose, for whoever replaced the file: where in the code it was said is of no use to them.
                kept = "The last library is served on." if self._current else "It is not served."
                logger.error("%s %s", as_called(str(error)), kept)  # noqa: TRY400
            except Exception:  # what goes wrong with a new file must not end the service of the last one
                logger.exception("The library's file was replaced, but cannot be served; the last one still is.")

    async def refresh(self) -> bool:
        """Serve the file's present content, if the file was replaced.

        Returns:
            True when another snapshot is served now.

        Raises:
            LibraryError: the new file is damaged or from another version; the last one is served on. The same file is
                not tried again.
        """
        last, self._identity = self._identity, await anyio.to_thread.run_sync(self._identify)
        if self._identity in (None, last):
            if self._forget_last():
                await give_memory_back()
            return False
        await self._take()
        for act in self._after_swap:
            await act()
        return True

    def _forget_last(self) -> bool:
        """Let go of what was made from a library that was replaced before the last look, if there is any.

        SQLAlchemy's engines are parts of cycles, so that those that nobody uses any more stay until a collector of
        garbage comes by, and with them what was made from their snapshots.
        """
        with self._serving:
            replaced = [source for source, served in self._served.items() if served is not self._current]
            for source in replaced:
                del self._served[source]
            return bool(replaced)

    async def _take(self) -> None:
        await anyio.to_thread.run_sync(snapshot.check, self.path)
        try:
            if self._database.generation:
                # While the last one is still served: requests that come to the new one do not wait for what it needs.
                await anyio.to_thread.run_sync(self.preload)
                await self._database.reload()
            else:
                await self._database.setup()
            self._current = await self._database.run(self._served_by)
        except (DatabaseFileError, DatabaseError, sqlite3.DatabaseError) as error:
            message = f"The library {self.path} is damaged ({error}). Build it again with 'livedocs build python'."
            raise LibraryCorruptError(self.path, message) from error

    def _read(self, session: Session, work: Callable[[Session, Served], T]) -> tuple[Served, T]:
        served = self._served_by(session)
        return served, work(session, served)

    def _served_by(self, session: Session) -> Served:
        source = session.get_bind()
        with self._serving:
            served = self._served.get(source)
            if served is None:
                library_hash = reader.library_hash(session)
                (known, resident), self._preloaded = self._preloaded, ("", None)
                if resident is None or known != library_hash:
                    resident = searching.load_resident(_candidates(session))
                meaning = searching.meaning(_candidates(session), resident, self._models_folder)
                served = self._served[source] = Served(
                    resident=resident,
                    meaning=meaning,
                    docsets=tuple(reader.docsets(session)),
                    kinds=tuple(reader.kinds(session)),
                    # An embedded library is answered from in another way once the model can be loaded.
                    hash=f"{library_hash}-{'meaning' if meaning else 'words'}",
                    candidates=_candidates,
                )
        return served

    def _identify(self) -> tuple[int, int, int] | None:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size


def _candidates(session: Session) -> SqliteCandidates:
    connection = session.connection().connection.driver_connection
    return SqliteCandidates(cast("sqlite3.Connection", connection))
