"""Worker threads for SQLite, and how the event loop stops a statement that runs in one of them."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from time import monotonic
from typing import Any, TypeVar

from anyio import CancelScope

T = TypeVar("T")

SECONDS_BETWEEN_INTERRUPTS = 0.02
"""An interrupt that comes before its statement has begun does nothing, so it is repeated until the job is done."""


class AbandonedError(Exception):
    """Nobody waits for this job any more; raised in its thread so that it ends."""


class NeverBegunError(Exception):
    """A job found no free thread in time."""


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
        if self.query_only != query_only:
            self.execute(f"PRAGMA query_only = {int(query_only)}")
            self.query_only = query_only
        self.execute(begin)
        self.begun = True


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
    """One job as the event loop sees it.

    Attributes:
        given_up: whether it waited for a thread for too long, and never began.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: SQLiteConnection | None = None
        self._began = monotonic()
        self._abandoned = False
        self.given_up = False

    def statement_begins(self, connection: SQLiteConnection) -> None:
        """Say in the job's thread what may be interrupted from now on.

        Raises:
            AbandonedError: nobody waits for the job any more.
        """
        with self._lock:
            self.require_caller()
            connection.timed_out = False
            self._connection, self._began = connection, monotonic()

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

    def give_up(self, task: Future[Any]) -> None:
        """Let the job never begin, if it has not begun yet."""
        self.given_up = task.cancel()

    def stop_if_late(self, timeout_seconds: float) -> float:
        """Interrupt the statement if it has taken too long.

        Returns:
            After how many seconds to look again.
        """
        with self._lock:
            left = self._began + timeout_seconds - monotonic()
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
    """The watch of the job the present thread works at; one nobody looks at outside such a thread."""
    return _worker.watch or Watch()


class SQLiteThreads:
    """Runs jobs in worker threads.

    Args:
        count: how many run at the same time.
        statement_timeout_seconds: after which time a statement is interrupted; never if None.
    """

    def __init__(self, count: int, statement_timeout_seconds: float | None) -> None:
        self.statement_timeout_seconds = statement_timeout_seconds
        self._executor = ThreadPoolExecutor(count, thread_name_prefix="fastapi-data")

    async def call(self, job: Callable[[], T], *, begin_within_seconds: float | None = None) -> T:
        """Run a job.

        When the caller is cancelled, a job that has not begun never does. The statement of one that has begun is
        interrupted, and the job's end is waited for: nobody else gets a connection that is still at work.

        Args:
            job: what to do; the statements of its connections can be interrupted.
            begin_within_seconds: how long it may wait for a free thread; for ever if None.

        Raises:
            NeverBegunError: it waited for longer.
        """
        watch = Watch()
        # Jobs wait in the executor's queue and not on the event loop: a thread that ends one begins the next at once.
        task = self._executor.submit(copy_context().run, _watched, watch, job)
        timers = [
            _Repeating(watch.stop_if_late, self.statement_timeout_seconds),
            _Repeating(lambda _: watch.give_up(task), begin_within_seconds),
        ]
        try:
            return await asyncio.wrap_future(task)
        except asyncio.CancelledError:
            if watch.given_up:
                raise NeverBegunError from None
            if not task.cancel():
                await _end(task, watch)
            raise
        finally:
            for timer in timers:
                timer.cancel()

    def call_later(self, job: Callable[[], object]) -> None:
        """Run a job that nobody waits for but ``shutdown``."""
        self._executor.submit(job)

    def shutdown(self) -> None:
        """End the threads; waits for jobs that run."""
        self._executor.shutdown()


def _watched(watch: Watch, job: Callable[[], T]) -> T:
    _worker.watch = watch
    try:
        return job()
    finally:
        _worker.watch = None


async def _end(task: Future[T], watch: Watch) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    task.add_done_callback(lambda _: loop.call_soon_threadsafe(ended.set))

    def interrupt(_: float) -> float:
        watch.abandon()
        return SECONDS_BETWEEN_INTERRUPTS

    interrupt(0)
    timer = _Repeating(interrupt, SECONDS_BETWEEN_INTERRUPTS)
    try:
        while not ended.is_set():
            # Neither a cancelled scope nor a task that is cancelled once more may leave a connection at work behind.
            with CancelScope(shield=True), suppress(asyncio.CancelledError):
                await ended.wait()
    finally:
        timer.cancel()


class _Repeating:
    """Calls a function on the event loop after a time, and again after each time that it returns.

    Args:
        act: gets ``seconds``, returns after how many seconds to call it again; None for never.
        seconds: after which time to call it first; never if None.
    """

    def __init__(self, act: Callable[[float], float | None], seconds: float | None) -> None:
        self._handle: asyncio.TimerHandle | None = None
        if seconds is not None:
            self._act, self._seconds = act, seconds
            self._schedule(seconds)

    def cancel(self) -> None:
        """Call it no more."""
        if self._handle is not None:
            self._handle.cancel()

    def _schedule(self, seconds: float) -> None:
        self._handle = asyncio.get_running_loop().call_later(seconds, self._fire)

    def _fire(self) -> None:
        seconds = self._act(self._seconds)
        if seconds is not None:
            self._schedule(seconds)
