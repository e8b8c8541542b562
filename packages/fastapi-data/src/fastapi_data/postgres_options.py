"""How to connect to PostgreSQL: what its database is told, and what that means for the driver."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from fastapi_data.errors import DatabaseSettingsError

TLSMode = Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
"""libpq's ``sslmode``: https://www.postgresql.org/docs/current/libpq-ssl.html"""

TLS_MODES: tuple[TLSMode, ...] = get_args(TLSMode)

POSTGRES_DRIVERS = ("postgresql", "postgres", "postgresql+asyncpg")
"""What an address of PostgreSQL may begin with."""


@dataclass(frozen=True, kw_only=True)
class PostgresOptions:
    """How to connect to PostgreSQL.

    Attributes:
        pool_min_size: connections that are opened at set-up.
        pool_max_size: connections there may be; they are opened when they are needed, and stay open.
        pool_timeout_seconds: how long a session waits for a connection.
        pool_recycle_seconds: the age at which a connection is replaced when it is used next.
        statement_timeout_seconds: after which time the server stops a statement; its own setting if None.
        application_name: what the server's lists and logs call us.
        tls: a mode of libpq's, or a context of one's own; the driver's default (``prefer``) if None.
        pgbouncer: whether the address is a PgBouncer in transaction mode.
        connect_timeout_seconds: how long one attempt to connect may take.
        startup_timeout_seconds: how long ``setup()`` goes on trying.
        max_replica_lag_seconds: how far a replica may be behind; however far if None.
    """

    pool_min_size: int = 1
    pool_max_size: int = 10
    pool_timeout_seconds: float = 30
    pool_recycle_seconds: float = 1800
    statement_timeout_seconds: float | None = None
    application_name: str = "fastapi-data"
    tls: TLSMode | ssl.SSLContext | None = None
    pgbouncer: bool = False
    connect_timeout_seconds: float = 10
    startup_timeout_seconds: float = 30
    max_replica_lag_seconds: float | None = None

    def __post_init__(self) -> None:
        """Refuse sizes that contradict each other."""
        if not 0 < self.pool_min_size <= self.pool_max_size:
            raise DatabaseSettingsError(
                f"pool_min_size ({self.pool_min_size}) must be at least 1 and at most pool_max_size "
                f"({self.pool_max_size})."
            )

    def connect_arguments(self) -> dict[str, Any]:
        """What asyncpg, and SQLAlchemy's adapter of it, get besides the URL."""
        server_settings = {"application_name": self.application_name}
        arguments: dict[str, Any] = {"timeout": self.connect_timeout_seconds, "server_settings": server_settings}
        if self.tls is not None:
            arguments["ssl"] = self.tls
        if self.pgbouncer:
            # The next transaction may meet another server connection: nothing prepared here is there, and a name may be
            # taken by somebody else's statement. Statements without a name replace each other; those with one would
            # stay with the server's connection, as who closes them speaks to another one by then.
            arguments |= {
                "statement_cache_size": 0,
                "prepared_statement_cache_size": 0,
                "prepared_statement_name_func": str,
            }
        elif self.statement_timeout_seconds is not None:
            server_settings["statement_timeout"] = str(self.statement_timeout_milliseconds)
        return arguments

    @property
    def statement_timeout_milliseconds(self) -> int:
        """PostgreSQL's unit; 0, which means for ever, if None. A timeout below 1 ms is 1 ms."""
        return max(1, round(self.statement_timeout_seconds * 1000)) if self.statement_timeout_seconds else 0


def parse_url(address: str | URL) -> URL:
    """Parse a URL, and show nothing of it when that fails: it may hold a password.

    Raises:
        DatabaseSettingsError: it is no URL.
    """
    try:
        return make_url(address)
    except (ArgumentError, ValueError):
        raise DatabaseSettingsError(
            "The address of the database is not a URL such as postgresql://user:password@host:5432/name. "
            "Signs like @, / and : in a password are written as %40, %2F and %3A."
        ) from None


def printed(url: URL) -> str:
    """Where a URL leads, without user and password."""
    return f"{url.host or 'localhost'}:{url.port or 5432}/{url.database or ''}"
