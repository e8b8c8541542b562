"""Connections to SQLite whose statements the event loop can stop while a worker thread runs them."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager
from time import monotonic
from typing import Any

SECONDS_BETWEEN_INTERRUPTS = 0.02
"""An interrupt that comes before its statement has begun does nothing, so it is repeated until the job is done."""


class AbandonedError(Exception):
    """Nobody waits for this job any more; raised in its thread so that it ends."""


class TransactionLostError(sqlite3.OperationalError):
    """A transaction that was begun is not open any more, though nobody committed it or rolled it back."""

    def __init__(self) -> None:
        super().__init__(
            "SQLite rolled the transaction back, as it does when a write is interrupted (its time was over, or its "
            "caller was cancelled) or finds no space. Nothing of it is kept: roll the session back and begin anew. "
            "COMMIT and ROLLBACK are the session's to send."
        )


class SQLiteConnection(sqlite3.Connection):
    """A connection that remembers why it was interrupted and how its transaction began.

    Attributes:
        timed_out: whether its statement was interrupted because it took too long.
        query_only: whether SQLite refuses to write through it now.
        begun: whether a transaction was begun and neither committed nor rolled back by its owner.
    """

    timed_out = False
    query_only = False
    begun = False

    # Each of SQLAlchemy's statements asks for a cursor. Events of SQLAlchemy's that would say the same took 30
    # microseconds for each unit of work.
    def cursor(self, *args: Any, **kwargs: Any) -> sqlite3.Cursor:
        """A new cursor; its statement is the one that may be interrupted from now on."""
        current_watch().statement_begins(self)
        self.require_transaction()
        return super().cursor(*args, **kwargs)

    # sqlite3's own make their cursor without asking for it.
    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Run a statement with a new cursor."""
        return self.cursor().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> sqlite3.Cursor:
        """Run a statement with a new cursor once for each item of ``parameters``."""
        return self.cursor().executemany(sql, parameters)

    def commit(self) -> None:
        """Commit."""
        self.require_transaction()
        super().commit()
        self.begun = False

    def rollback(self) -> None:
        """Roll back."""
        super().rollback()
        self.begun = False

    def require_transaction(self) -> None:
        """Make sure that a transaction that was begun is still open.

        Raises:
            TransactionLostError: SQLite rolled it back by itself. What follows would be kept without what went before.
        """
        if self.begun and not self.in_transaction:
            raise TransactionLostError

    def start(self, begin: str, *, query_only: bool) -> None:
        """Begin a transaction.

        Args:
            begin: the statement that does.
            query_only: whether writes are refused in it.
        """
        self.refuse_writes(refused=query_only)
        self.execute(begin)
        self.begun = True

    def refuse_writes(self, *, refused: bool) -> None:
        """Refuse writes from now on, or allow them."""
        if self.query_only != refused:
            self.execute(f"PRAGMA query_only = {int(refused)}")
            self.query_only = refused


def connect_sqlite(
    uri: str, *, busy_timeout_seconds: float = 5, factory: type[SQLiteConnection] = SQLiteConnection
) -> SQLiteConnection:
    """Open a connection that any thread may use, and that begins no transaction by itself.

    Args:
        uri: see https://sqlite.org/uri.html.
        busy_timeout_seconds: how long to wait for somebody else's lock.
        factory: its class.
    """
    return sqlite3.connect(
        uri, busy_timeout_seconds, isolation_level=None, check_same_thread=False, factory=factory, uri=True
    )


class Watch:
    """One job as the event loop sees it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: SQLiteConnection | None = None
        self._statement_began = monotonic()
        self._begun = False
        self._abandoned = False

    def begin(self) -> bool:
        """Begin in the job's thread.

        Returns:
            Whether somebody waits for the job.
        """
        with self._lock:
            self._begun = not self._abandoned
            return self._begun

    def cancel(self) -> bool:
        """Let the job never begin.

        Returns:
            False if it has begun.
        """
        with self._lock:
            self._abandoned = self._abandoned or not self._begun
            return not self._begun

    def statement_begins(self, connection: SQLiteConnection) -> None:
        """Say in the job's thread what may be interrupted from now on.

        Raises:
            AbandonedError: nobody waits for the job any more.
        """
        with self._lock:
            self.require_caller()
            connection.timed_out = False
            self._connection, self._statement_began = connection, monotonic()

    def connection_leaves(self) -> None:
        """Say in the job's thread that others get its connection, before they do: theirs must not be interrupted."""
        with self._lock:
            self._connection = None

    def require_caller(self) -> None:
        """Make sure in the job's thread that going on is of use.

        Raises:
            AbandonedError: nobody waits for the job any more.
        """
        if self._abandoned:
            raise AbandonedError

    def abandon(self) -> None:
        """Interrupt the statement, and let no other begin."""
        with self._lock:
            self._abandoned = True
            if self._connection is not None:
                self._connection.interrupt()

    def stop_if_late(self, timeout_seconds: float) -> float:
        """Interrupt the statement if it has taken too long.

        Returns:
            After how many seconds to look again.
        """
        with self._lock:
            left = self._statement_began + timeout_seconds - monotonic()
            if left > 0:
                return left
            if self._connection is not None:
                self._connection.timed_out = True
                self._connection.interrupt()
            return SECONDS_BETWEEN_INTERRUPTS


class _Worker(threading.local):
    """What the present thread works at."""

    watch: Watch | None = None


_worker = _Worker()


def current_watch() -> Watch:
    """The watch of the job the present thread works at; one nobody looks at outside such a job."""
    return _worker.watch or Watch()


@contextmanager
def watched(watch: Watch) -> Generator[None]:
    """Have the present thread work at a job."""
    _worker.watch = watch
    try:
        yield
    finally:
        _worker.watch = None
        # A statement may have rows left for a later job, which an interrupt now would stop.
        watch.connection_leaves()
