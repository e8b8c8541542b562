"""The engine of one PostgreSQL server."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from importlib import import_module
from typing import Any

from anyio import CancelScope
from sqlalchemy import URL, Connection, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from fastapi_data.engines import sessions_of
from fastapi_data.errors import MissingDriverError
from fastapi_data.pools import AsyncPool
from fastapi_data.postgres_errors import explain, unavailable
from fastapi_data.postgres_options import PostgresOptions, printed
from fastapi_data.postgres_parameters import driver_arguments

SECONDS_UNTIL_NOTICED = 1
"""How often the server looks, while a statement runs, whether anybody still waits for it."""


class Server:
    """The engine of one PostgreSQL server.

    Args:
        url: its address.
        options: how to connect.

    Attributes:
        address: host, port and database, without user and password.
        engine: its connections.
        sessions: makes sessions.
        read_sessions: makes sessions that refuse to write.
    """

    def __init__(self, url: URL, options: PostgresOptions) -> None:
        self.address = printed(url)
        self._options = options
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
            problem = unavailable(error, self.address)
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
        explain(context, self.address, self._options.statement_timeout_seconds)

    def _limit_statements(self, connection: Connection) -> None:
        # PgBouncer passes on no settings when it connects, and a plain SET would reach whoever comes next.
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {self._options.statement_timeout_milliseconds}")


def _require_open(dbapi_connection: Any, *_: object) -> None:
    # The operating system has told the driver when the server closed the connection: knowing costs no round trip.
    if dbapi_connection.driver_connection.is_closed():
        raise DisconnectionError
