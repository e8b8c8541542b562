"""The engines of a SQLite database: one for async sessions, one for units of sync work, both in worker threads."""

from __future__ import annotations

import asyncio
import math
import re
import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from anyio import to_thread
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import QueuePool

from fastapi_data.engines import Engines, sessions_of
from fastapi_data.errors import (
    DatabaseError,
    DatabaseUnavailableError,
    PoolExhaustedError,
    ReadOnlyDatabaseError,
    StatementTimeoutError,
)
from fastapi_data.pools import PoolStatus, status_of
from fastapi_data.sqlite_connection import SQLiteConnection, TransactionLostError, current_watch
from fastapi_data.sqlite_driver import AsyncConnection
from fastapi_data.sqlite_threads import NeverBegunError, SQLiteThreads

T = TypeVar("T")

_READ = "fastapi_data_read"


def _nothing_more() -> None:
    """Close nothing besides the connections."""


@dataclass(frozen=True)
class SQLiteOptions:
    """How many may use a SQLite database, and for how long.

    Attributes:
        pool_size: how many async sessions may use it at the same time.
        threads: how many units of sync work may run at the same time.
        pool_timeout_seconds: how long either waits for its turn.
        statement_timeout_seconds: how long a statement may take; for ever if None.
    """

    pool_size: int
    threads: int
    pool_timeout_seconds: float
    statement_timeout_seconds: float | None


@dataclass(frozen=True)
class SQLiteSource:
    """Where connections come from.

    Attributes:
        connect: opens one; called in a worker thread.
        close: called last, in a worker thread.
        read_only: what a write is told; None where writing is possible.
    """

    connect: Callable[[], SQLiteConnection]
    close: Callable[[], None] = _nothing_more
    read_only: str | None = None


class SQLiteEngines(Engines):
    """The engines of a SQLite database.

    Args:
        source: where connections come from.
        options: how many, and for how long.
    """

    def __init__(self, source: SQLiteSource, options: SQLiteOptions) -> None:
        super().__init__()
        self._source = source
        self._options = options
        self._statements = SQLiteThreads(options.pool_size, options.statement_timeout_seconds)
        self._units = SQLiteThreads(options.threads, options.statement_timeout_seconds)
        # What only reads has nothing to commit or to roll back: that spares an async session two hops.
        common: dict[str, Any] = {"max_overflow": 0, "skip_autocommit_rollback": source.read_only is not None}
        self._async_engine = create_async_engine(
            "sqlite+fastapi_data://",
            connect_args={"open_connection": partial(open_prepared, source.connect), "threads": self._statements},
            pool_size=options.pool_size,
            pool_timeout=options.pool_timeout_seconds,
            **common,
        )
        self._sync_engine = create_engine(
            "sqlite://", creator=source.connect, poolclass=QueuePool, pool_size=options.threads, **common
        )
        for engine in (self._async_engine.sync_engine, self._sync_engine):
            event.listen(engine, "handle_error", self._explain)
        if source.read_only is None:
            event.listen(self._async_engine.sync_engine, "begin", _begin_with_next_statement)
            event.listen(self._sync_engine, "begin", _begin_at_once)
        self._sessions = sessions_of(self._async_engine)
        self._read_sessions = sessions_of(self._async_engine.execution_options(**{_READ: True}))
        self._kept: list[Connection] = []
        self._sync_sessions = sessionmaker(expire_on_commit=False, close_resets_only=False)

    def session(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A new session; what it did not commit is rolled back when it closes."""
        return self._opened(self._sessions)

    def read_session(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A new session that refuses to write."""
        return self._opened(self._read_sessions)

    async def commit(self, session: AsyncSession) -> None:
        """Commit; where nothing can be written, only what was tried in vain costs anything."""
        if self._may_write(session.sync_session):
            await session.commit()

    async def run(self, work: Callable[[Session], T], *, read: bool) -> T:
        """Run ``work`` as one transaction in one thread.

        When the caller is cancelled, work that has not begun never does; of work that has begun the statement is
        interrupted, its end is waited for, and it is rolled back.
        """
        seconds = self._options.pool_timeout_seconds
        self._users += 1
        try:
            return await self._units.call(partial(self._transact, work, read=read), begin_within_seconds=seconds)
        except NeverBegunError:
            raise PoolExhaustedError(max_size=self._options.threads, timeout_seconds=seconds) from None
        finally:
            self._users -= 1
            await self._close_if_unused()

    def pool_status(self) -> PoolStatus:
        """How the connections of both engines are used now."""
        units, kept = status_of(self._sync_engine.pool), len(self._kept)
        units = replace(units, in_use=units.in_use - kept, idle=units.idle + kept)
        return status_of(self._async_engine.pool) + units

    def sync_engines(self) -> list[Engine]:
        """The engine below async sessions, and that of ``run``."""
        return [self._async_engine.sync_engine, self._sync_engine]

    def _transact(self, work: Callable[[Session], T], *, read: bool) -> T:
        connection = self._take_connection()
        connection.info[_READ] = read
        try:
            with self._sync_sessions(bind=connection) as session:
                result = work(session)
                current_watch().require_caller()
                if self._may_write(session):
                    session.commit()
                return result
        finally:
            self._keep(connection)

    # SQLAlchemy's pool would take as long as a short statement to lend a connection and to take it back.
    def _take_connection(self) -> Connection:
        try:
            return self._kept.pop()
        except IndexError:
            return self._sync_engine.connect()

    def _keep(self, connection: Connection) -> None:
        current_watch().connection_leaves()
        if connection.closed or connection.invalidated or connection.get_execution_options():
            # Somebody has changed it, and the pool knows how to undo that.
            connection.close()
            return
        raw = _driver_connection(connection)
        if raw.begun:
            # A COMMIT that failed leaves the transaction open, which SQLAlchemy takes for ended, but not for its own.
            connection.rollback()
            raw.rollback()
        self._kept.append(connection)

    def _may_write(self, session: Session) -> bool:
        return self._source.read_only is None or bool(session.new or session.dirty or session.deleted)

    async def _end(self, session: AsyncSession) -> None:
        if self._source.read_only is None:
            await super()._end(session)
        else:
            # Nothing was begun that would have to be rolled back in a thread.
            session.sync_session.close()

    async def _close(self) -> None:
        await self._async_engine.dispose()
        await to_thread.run_sync(self._close_sync)

    def _close_sync(self) -> None:
        self._statements.shutdown()
        self._units.shutdown()
        for connection in self._kept:
            connection.close()
        self._sync_engine.dispose()
        self._source.close()

    def _explain(self, context: ExceptionContext) -> None:
        """Raise this package's error where SQLite's own would leave the reader guessing."""
        error = context.original_exception
        if isinstance(error, asyncio.CancelledError):
            # The driver has waited for the end of the statement: the connection is as good as before.
            context.is_disconnect = False
            return
        if isinstance(error, TransactionLostError):
            raise DatabaseError(str(error)) from error
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_READONLY:
            raise ReadOnlyDatabaseError(
                self._source.read_only or "This session only reads. Depend on the database itself to write."
            ) from error
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise DatabaseUnavailableError(
                "The SQLite database is locked: another connection has been writing to it for too long."
            ) from error
        if code == sqlite3.SQLITE_INTERRUPT and _driver_connection(context.connection).timed_out:
            raise StatementTimeoutError(self._options.statement_timeout_seconds or 0) from error


def open_prepared(connect: Callable[[], SQLiteConnection]) -> SQLiteConnection:
    """Open a connection with the functions SQLAlchemy's dialect gives to SQLite."""
    connection = connect()
    connection.create_function("regexp", 2, _regexp, deterministic=True)
    connection.create_function("floor", 1, math.floor, deterministic=True)
    return connection


def _regexp(pattern: str, value: str | None) -> bool | None:
    return None if value is None else re.search(pattern, value) is not None


# A transaction that may write says so at once: one that read first and writes later fails, without waiting, when
# somebody else wrote meanwhile.
_BEGIN_WRITING = "BEGIN IMMEDIATE"


def _begin_with_next_statement(connection: Connection) -> None:
    read = _READ in connection.get_execution_options()
    adapted = connection.connection.dbapi_connection
    assert isinstance(adapted, AsyncConnection)
    adapted.start("BEGIN" if read else _BEGIN_WRITING, query_only=read)


def _begin_at_once(connection: Connection) -> None:
    read = connection.info.get(_READ, False)
    raw = _driver_connection(connection)
    raw.refuse_writes(refused=read)
    connection.exec_driver_sql("BEGIN" if read else _BEGIN_WRITING)
    raw.begun = True


def _driver_connection(connection: Connection | None) -> SQLiteConnection:
    assert connection is not None
    driver_connection = connection.connection.driver_connection
    assert isinstance(driver_connection, SQLiteConnection)
    return driver_connection
