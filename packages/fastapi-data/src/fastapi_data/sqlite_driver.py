"""The asyncio driver for SQLite: each statement is one hop to a worker thread, and can be interrupted.

SQLAlchemy's own asyncio driver for SQLite, aiosqlite, hops for the cursor, the statement, its rows, and the cursor's
end. Here a statement, its rows, and the BEGIN before the first one travel together.

The names and the behaviour of the classes are what SQLAlchemy asks of a PEP 249 driver, see
``sqlalchemy/connectors/asyncio.py``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import AdaptedConnection, Pool
from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_module
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.base import SQLiteExecutionContext
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.util import await_

from fastapi_data.pools import AsyncPool
from fastapi_data.sqlite_connection import SQLiteConnection, current_watch
from fastapi_data.sqlite_threads import SQLiteThreads

T = TypeVar("T")


class AsyncCursor:
    """A cursor whose rows are all fetched by the job that ran its statement."""

    server_side = False

    def __init__(self, connection: AsyncConnection) -> None:
        self.arraysize = 1
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self._connection = connection
        self._rows: Iterator[Any] = iter(())

    def execute(self, statement: str, parameters: Any = ()) -> None:
        """Run a statement."""
        self._connection.work(partial(self._execute, statement, parameters))

    def executemany(self, statement: str, parameters: Any) -> None:
        """Run a statement once for each item of ``parameters``."""
        self._connection.work(partial(self._executemany, statement, parameters))

    def _execute(self, statement: str, parameters: Any, raw: SQLiteConnection) -> None:
        self._take(raw.execute(statement, parameters))

    def _executemany(self, statement: str, parameters: Any, raw: SQLiteConnection) -> None:
        self._take(raw.executemany(statement, parameters))

    def _take(self, cursor: sqlite3.Cursor) -> None:
        self.description, self.lastrowid = cursor.description, cursor.lastrowid
        self._rows = iter(cursor.fetchall())
        # Known only when the last row of a RETURNING was fetched.
        self.rowcount = cursor.rowcount

    def fetchone(self) -> Any:
        """The next row; None after the last."""
        return next(self._rows, None)

    def fetchmany(self, size: int | None = None) -> Sequence[Any]:
        """The next ``size`` rows."""
        return [row for _, row in zip(range(size or self.arraysize), self._rows, strict=False)]

    def fetchall(self) -> Sequence[Any]:
        """The rows that are left."""
        return list(self._rows)

    def close(self) -> None:
        """Forget the rows."""
        self._rows = iter(())

    async def _async_soft_close(self) -> None:
        """SQLAlchemy's asyncio extension asks for this; the job has closed its cursor long ago."""


class StreamingCursor(AsyncCursor):
    """A cursor that leaves the rows with SQLite until they are asked for."""

    server_side = True
    _cursor: sqlite3.Cursor

    def _take(self, cursor: sqlite3.Cursor) -> None:
        self.description, self._cursor = cursor.description, cursor

    def fetchone(self) -> Any:
        """The next row; None after the last."""
        return self._connection.work(lambda _: self._cursor.fetchone())

    def fetchmany(self, size: int | None = None) -> Sequence[Any]:
        """The next ``size`` rows."""
        return self._connection.work(lambda _: self._cursor.fetchmany(size or self.arraysize))

    def fetchall(self) -> Sequence[Any]:
        """The rows that are left."""
        return self._connection.work(lambda _: self._cursor.fetchall())

    def close(self) -> None:
        """Let SQLite end the statement; microseconds, whatever it was."""
        # Without a description there are no rows to leave: the statement has none, or it failed or never began.
        if self.description is not None:
            self._cursor.close()


class AsyncConnection(AdaptedConnection):
    """A connection whose work is done in the threads of its database."""

    _connection: Any

    def __init__(self, raw: SQLiteConnection, threads: SQLiteThreads) -> None:
        self._connection = raw
        self._threads = threads
        self._begin: Callable[[], None] | None = None

    @property
    def isolation_level(self) -> str | None:
        """None: SQLite begins a transaction when told, never by itself."""
        return self._connection.isolation_level

    def start(self, begin: str, *, query_only: bool) -> None:
        """Begin a transaction, on the way of its first statement."""
        self._begin = partial(self._connection.start, begin, query_only=query_only)

    def work(self, act: Callable[[SQLiteConnection], T]) -> T:
        """Have something done in a worker thread; called in a greenlet of SQLAlchemy's."""
        return await_(self._threads.call(partial(self._work, act)))

    def _work(self, act: Callable[[SQLiteConnection], T]) -> T:
        current_watch().statement_begins(self._connection)
        if self._begin is not None:
            self._begin()
            # Not before: the statement after a BEGIN that failed would be committed by itself.
            self._begin = None
        return act(self._connection)

    def cursor(self, *, server_side: bool = False) -> AsyncCursor:
        """A new cursor."""
        return (StreamingCursor if server_side else AsyncCursor)(self)

    def commit(self) -> None:
        """Commit; not interrupted, because nobody could tell what became of it."""
        self._connection.require_transaction()
        self._finish(self._connection.commit)

    def rollback(self) -> None:
        """Roll back."""
        self._finish(self._connection.rollback)

    def _finish(self, act: Callable[[], None]) -> None:
        self._begin = None
        if self._connection.in_transaction:
            await_(self._threads.call(act))
        self._connection.begun = False

    def close(self) -> None:
        """Close."""
        await_(self._threads.call(self._connection.close))

    def terminate(self) -> None:
        """Have it closed without waiting for that: whoever leaves it behind is often cancelled already."""
        self._threads.call_later(self._connection.close)


class _Module(AsyncAdapt_dbapi_module):
    """What SQLAlchemy takes for the driver's module: sqlite3, but for connections."""

    paramstyle = "qmark"

    def __init__(self) -> None:
        super().__init__(sqlite3, dbapi_module=sqlite3)

    def __getattr__(self, name: str) -> Any:
        return getattr(sqlite3, name)

    def connect(self, *, open_connection: Callable[[], SQLiteConnection], threads: SQLiteThreads) -> AsyncConnection:
        """Open a connection in a worker thread."""
        opened: list[SQLiteConnection] = []
        try:
            await_(threads.call(lambda: opened.append(open_connection())))
        except BaseException:
            # A caller who is cancelled gets no result, though there is one.
            for connection in opened:
                threads.call_later(connection.close)
            raise
        return AsyncConnection(opened[0], threads)


class _ExecutionContext(SQLiteExecutionContext):
    def create_server_side_cursor(self) -> DBAPICursor:
        connection: Any = self._dbapi_connection
        return connection.cursor(server_side=True)


class AsyncSQLiteDialect(SQLiteDialect_pysqlite):
    """``sqlite+fastapi_data://``: connections come from the ``open_connection`` and ``threads`` in ``connect_args``."""

    driver = "fastapi_data"
    is_async = True
    has_terminate = True
    supports_statement_cache = True
    supports_server_side_cursors = True
    execution_ctx_cls = _ExecutionContext

    @classmethod
    def import_dbapi(cls) -> Any:
        """The driver's module."""
        return _Module()

    @classmethod
    def get_pool_class(cls, url: object) -> type[Pool]:
        """The pool unless another is asked for."""
        del url
        return AsyncPool

    def create_connect_args(self, url: object) -> Any:
        """Nothing of the URL: ``open_connection`` knows the file."""
        del url
        return [], {}

    def do_terminate(self, dbapi_connection: Any) -> None:
        """Close a connection that was left behind."""
        dbapi_connection.terminate()

    def get_driver_connection(self, connection: Any) -> Any:
        """The connection of sqlite3."""
        return connection.driver_connection

    def on_connect(self) -> Any:
        """Nothing: ``open_connection`` prepares connections in their thread."""
        return None


registry.register("sqlite.fastapi_data", __name__, AsyncSQLiteDialect.__name__)
