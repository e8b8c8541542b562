"""The engines of a PostgreSQL database: the primary, and replicas that are only read."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from importlib import import_module
from itertools import cycle
from time import monotonic
from typing import Any, TypeVar

from anyio import CancelScope
from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from fastapi_data.engines import Engines, sessions_of
from fastapi_data.errors import DatabaseError, DatabaseUnavailableError, MissingDriverError, PoolExhaustedError
from fastapi_data.pools import AsyncPool, PoolStatus, status_of
from fastapi_data.postgres_errors import explain, unavailable
from fastapi_data.postgres_options import PostgresOptions, printed
from fastapi_data.postgres_parameters import driver_arguments

T = TypeVar("T")

SECONDS_WITHOUT_REPLICA = 5.0
"""How long a replica that could not be reached is left alone before it is tried again; doubled each time in vain."""

LONGEST_SECONDS_WITHOUT_REPLICA = 60.0

SECONDS_UNTIL_NOTICED = 1
"""How often the server looks, while a statement runs, whether anybody still waits for it."""


class Server:
    """The engine of one PostgreSQL server.

    Args:
        url: its address.
        options: how to connect.
    """

    def __init__(self, url: URL, options: PostgresOptions) -> None:
        self._address = printed(url)
        self._options = options
        self._seconds_alone = 0.0
        self._away_until = 0.0
        self._trying: asyncio.Task[None] | None = None
        self._unwanted: set[asyncio.Future[Any]] = set()
        try:
            url, arguments = driver_arguments(url, options)
            self.engine = create_async_engine(
                url,
                connect_args=arguments | {"async_creator_fn": self._connect},
                poolclass=AsyncPool,
                pool_size=options.pool_max_size,
                max_overflow=0,
                # Connections that a rush has opened rest below those in use, and grow old.
                pool_use_lifo=True,
                pool_timeout=options.pool_timeout_seconds,
                pool_recycle=options.pool_recycle_seconds,
            )
        except ModuleNotFoundError as error:
            raise MissingDriverError("asyncpg", extra="postgres") from error
        event.listen(self.engine.sync_engine, "handle_error", self._explain)
        event.listen(self.engine.sync_engine, "checkout", _require_open)
        if options.pgbouncer and options.statement_timeout_seconds is not None:
            event.listen(self.engine.sync_engine, "begin", self._limit_statements)
        self.sessions = sessions_of(self.engine)
        self.read_sessions = sessions_of(self.engine.execution_options(postgresql_readonly=True))

    def is_away(self) -> bool:
        """Whether it could not be reached when it was last tried.

        After a while it is tried again, in a task of its own: a server that accepts and never answers would hold up
        whoever tries it.
        """
        if not self._seconds_alone:
            return False
        if self._trying is None and monotonic() >= self._away_until:
            self._trying = asyncio.create_task(self._try_again())
        return True

    def leave_alone(self) -> None:
        """Say that it could not be reached."""
        if not self._seconds_alone:  # else others have said so
            self._leave_alone_for(SECONDS_WITHOUT_REPLICA)

    def _leave_alone_for(self, seconds: float) -> None:
        self._seconds_alone = seconds
        self._away_until = monotonic() + seconds

    async def _try_again(self) -> None:
        try:
            async with self.engine.connect():
                self._seconds_alone = 0.0
        except (DatabaseError, SQLAlchemyError):
            self._leave_alone_for(min(2 * self._seconds_alone, LONGEST_SECONDS_WITHOUT_REPLICA))
        finally:
            self._trying = None

    async def fill(self) -> None:
        """Open the connections that are kept.

        Raises:
            DatabaseUnavailableError: that is not possible now.
        """
        connections: list[AsyncConnection] = []
        try:
            for _ in range(self._options.pool_min_size):
                connections.append(await self.engine.connect())  # noqa: PERF401 - those opened so far are to be closed
        finally:
            with CancelScope(shield=True):
                for connection in connections:
                    await connection.close()

    async def dispose(self) -> None:
        """Close all connections."""
        if self._trying is not None:
            self._trying.cancel()
            await asyncio.wait([self._trying])
        await self.engine.dispose()
        # An attempt that failed has told whoever wanted it.
        await asyncio.gather(*self._unwanted, return_exceptions=True)

    async def _connect(self, **arguments: Any) -> Any:
        asyncpg: Any = import_module("asyncpg")  # its types are unknown
        connecting = asyncio.ensure_future(self._connect_and_prepare(asyncpg, arguments))
        try:
            return await asyncio.shield(connecting)
        except asyncio.CancelledError:
            # asyncpg's handshake, cancelled in the middle, leaves an error behind that nobody handles.
            self._unwanted.add(connecting)
            connecting.add_done_callback(self._close_unwanted)
            raise
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            problem = unavailable(error, self._address)
            if isinstance(error, ssl.SSLError) and problem is not None:
                problem.transient = False
            raise problem or error from error

    async def _connect_and_prepare(self, asyncpg: Any, arguments: dict[str, Any]) -> Any:
        connection = await asyncpg.connect(**arguments)
        if not self._options.pgbouncer:
            # A caller that is cancelled closes its connection. Else the server would notice when the statement ends.
            # Servers before version 14 or on Windows cannot look.
            with suppress(asyncpg.PostgresError):
                await connection.execute(f"SET client_connection_check_interval = '{SECONDS_UNTIL_NOTICED}s'")
        return connection

    def _close_unwanted(self, connecting: asyncio.Future[Any]) -> None:
        self._unwanted.discard(connecting)
        if not connecting.cancelled() and connecting.exception() is None:
            connecting.result().terminate()

    def _explain(self, context: Any) -> None:
        explain(context, self._address, self._options.statement_timeout_seconds)

    def _limit_statements(self, connection: Connection) -> None:
        # PgBouncer passes on no settings when it connects, and a plain SET would reach whoever comes next.
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {self._options.statement_timeout_milliseconds}")


class PostgresEngines(Engines):
    """The engines of a PostgreSQL database.

    Args:
        primary: reads and writes.
        replicas: take the sessions that only read, in turn.
    """

    def __init__(self, primary: Server, replicas: list[Server]) -> None:
        super().__init__()
        self._primary = primary
        self._replicas = replicas
        self._turns = cycle(replicas)

    def session(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A new session on the primary; what it did not commit is rolled back when it closes."""
        return self._opened(self._primary.sessions)

    @asynccontextmanager
    async def read_session(self) -> AsyncGenerator[AsyncSession]:
        """A new session that refuses to write: on the next replica that can be reached, else on the primary."""
        for _ in self._replicas:
            replica = next(self._turns)
            if replica.is_away():
                continue
            async with self._opened(replica.read_sessions) as session:
                try:
                    await session.connection()
                except (DatabaseUnavailableError, PoolExhaustedError):
                    replica.leave_alone()
                    continue
                yield session
                return
        async with self._opened(self._primary.read_sessions) as session:
            yield session

    async def run(self, work: Callable[[Session], T], *, read: bool) -> T:
        """Run ``work`` as one transaction on the event loop, which goes on while the server works."""
        async with self.read_session() if read else self.session() as session:
            try:
                result = await session.run_sync(work)
                await session.commit()
            except BaseException:
                with CancelScope(shield=True):
                    await session.rollback()
                raise
            return result

    def pool_status(self) -> PoolStatus:
        """How the connections to all servers are used now."""
        return sum((status_of(replica.engine.pool) for replica in self._replicas), status_of(self._primary.engine.pool))

    def sync_engines(self) -> list[Engine]:
        """The engines of all servers, the primary's first."""
        return [server.engine.sync_engine for server in (self._primary, *self._replicas)]

    async def _close(self) -> None:
        for server in (self._primary, *self._replicas):
            await server.dispose()


def _require_open(dbapi_connection: Any, *_: object) -> None:
    # The operating system has told the driver when the server closed the connection: knowing costs no round trip.
    if dbapi_connection.driver_connection.is_closed():
        raise DisconnectionError
