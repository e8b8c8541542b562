"""PostgreSQL, through asyncpg."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from random import uniform
from time import monotonic

import anyio
from sqlalchemy import URL

from fastapi_data.database import Database
from fastapi_data.engines import Engines
from fastapi_data.errors import DatabaseUnavailableError
from fastapi_data.postgres_engines import PostgresEngines
from fastapi_data.postgres_options import PostgresOptions, TLSMode, printed
from fastapi_data.postgres_parameters import postgres_url
from fastapi_data.postgres_replicas import Replica, ReplicaStatus
from fastapi_data.postgres_server import Server

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 2.0


class PostgresDatabase(Database):
    """A PostgreSQL server, and its replicas.

    ``setup()`` opens the pool's first connections; when the server cannot be reached yet, it tries again for a while.
    Connections that break later (the server was restarted, a backend was terminated) fail the requests that use them;
    later ones get new connections.

    ``run`` works on the event loop, in a greenlet: the statements of its session are awaited behind its back, and the
    loop serves others meanwhile. So it needs no second driver and no thread; but what the work computes between its
    statements holds up the loop, and it must not block.

    Args:
        url: ``postgresql://user:password@host:port/name``.
        replicas: addresses of streaming replicas, which ``read`` sessions use in turn. Once a second each is asked how
            it is, beside the requests; one that does not answer or is too far behind is left out until it does, and the
            primary takes their place when none is left.
        max_replica_lag_seconds: how long what a replica has received may wait until it can be read there; however long
            if None. See ``require_replayed``, too.
        pool_min_size: connections that are opened at set-up, for each server.
        pool_max_size: connections there may be, for each server. They are opened when they are needed, and stay open.
        pool_timeout_seconds: how long a session waits for a connection before ``PoolExhaustedError``.
        pool_recycle_seconds: the age at which a connection is replaced when it is used next.
        statement_timeout_seconds: after which time the server stops a statement, with ``StatementTimeoutError``; the
            server's own setting if None.
        application_name: what the server's lists and logs call us.
        tls: a mode of libpq's (``require``, ``verify-full``, ...), or a context of one's own; ``prefer`` if None.
        pgbouncer: whether the address is a PgBouncer in transaction mode.
        connect_timeout_seconds: how long one attempt to connect may take.
        startup_timeout_seconds: how long ``setup()`` goes on trying.

    Raises:
        DatabaseSettingsError: an address is none of PostgreSQL's or has an unknown parameter, or the sizes of the pool
            contradict each other.
    """

    def __init__(  # noqa: PLR0913 - keyword-only options
        self,
        url: str | URL,
        *,
        replicas: Sequence[str | URL] = (),
        max_replica_lag_seconds: float | None = None,
        pool_min_size: int = 1,
        pool_max_size: int = 10,
        pool_timeout_seconds: float = 30,
        pool_recycle_seconds: float = 1800,
        statement_timeout_seconds: float | None = None,
        application_name: str = "fastapi-data",
        tls: TLSMode | ssl.SSLContext | None = None,
        pgbouncer: bool = False,
        connect_timeout_seconds: float = 10,
        startup_timeout_seconds: float = 30,
    ) -> None:
        super().__init__()
        self._url = postgres_url(url)
        self._replicas = [postgres_url(replica) for replica in replicas]
        self._options = PostgresOptions(
            pool_min_size=pool_min_size,
            pool_max_size=pool_max_size,
            pool_timeout_seconds=pool_timeout_seconds,
            pool_recycle_seconds=pool_recycle_seconds,
            statement_timeout_seconds=statement_timeout_seconds,
            application_name=application_name,
            tls=tls,
            pgbouncer=pgbouncer,
            connect_timeout_seconds=connect_timeout_seconds,
            startup_timeout_seconds=startup_timeout_seconds,
            max_replica_lag_seconds=max_replica_lag_seconds,
        )

    @property
    def url(self) -> URL:
        """The address of the primary; printed, it hides the password."""
        return self._url

    @property
    def options(self) -> PostgresOptions:
        """How it connects."""
        return self._options

    async def require_replayed(self) -> None:
        """Have ``read`` sessions see all that is committed by now: replicas that are behind are left out until they do.

        For changes that readers must not miss: call it after the commit. It costs one question to the primary; from
        then on each replica's own answers, once a second, say whether it has got there.

        Raises:
            DatabaseNotReadyError: the database is not set up.
            DatabaseUnavailableError: the primary cannot be reached.
        """
        await self._postgres_engines().require_replayed()

    def replica_status(self) -> list[ReplicaStatus]:
        """How each replica was when it was last asked, in the order in which they were given.

        Raises:
            DatabaseNotReadyError: the database is not set up.
        """
        return self._postgres_engines().replica_status()

    def _postgres_engines(self) -> PostgresEngines:
        engines = self._ready_engines()
        assert isinstance(engines, PostgresEngines)
        return engines

    def __repr__(self) -> str:
        return f"PostgresDatabase({printed(self._url)})"

    async def _open(self) -> Engines:
        primary = Server(self._url, self._options)
        engines = PostgresEngines(primary, [Replica(replica, self._options) for replica in self._replicas])
        try:
            await self._fill(primary)
        except BaseException:
            await engines.retire()
            raise
        return engines

    async def _fill(self, primary: Server) -> None:
        deadline = monotonic() + self._options.startup_timeout_seconds
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                return await primary.fill()
            except DatabaseUnavailableError as error:
                if not error.transient or monotonic() + pause > deadline:
                    raise
            # Workers that all wait for the same server come back at different moments.
            await anyio.sleep(uniform(pause / 2, pause))  # noqa: S311 - nothing secret
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
