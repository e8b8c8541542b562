"""Reaching the database that holds the library, and saying plainly what it answers instead."""

from __future__ import annotations

import errno
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from fastapi_data import (
    DatabaseSettingsError,
    DatabaseUnavailableError,
    MissingDriverError,
    PoolExhaustedError,
    PostgresDatabase,
    ReadOnlyDatabaseError,
)
from livedocs.errors import LibraryDatabaseError, SettingsError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from typing import Any

    from livedocs.settings import Settings

OLDEST_SERVER = 140000
"""As PostgreSQL's ``server_version_num`` counts. Older ones go on with statements that nobody waits for any more."""

_STARTUP_TIMEOUT_SECONDS = 10

_REMEDIES = {
    "42P01": "The catalogue of the library is missing there. Make it with 'livedocs migrate'.",
    "42P07": "Something else in that database has the name already. Give livedocs a database of its own.",
    "42703": "The catalogue of the library is older than this livedocs. Bring it up to date with 'livedocs migrate'.",
    "42501": (
        "The role of LIVEDOCS_DATABASE_URL may not do that. Who publishes needs GRANT CREATE ON DATABASE, who migrates "
        "GRANT CREATE ON SCHEMA public; docs/postgresql.md lists what each command needs."
    ),
    "53100": "The server's disk is full. Free some space there and try again; the published library is as it was.",
    "57014": "Loading a library takes its time: ALTER ROLE ... SET statement_timeout = 0 for the role that publishes.",
    "53200": "The server ran out of memory. Try again when it has less to do; the published library is as it was.",
    "22021": "The documentation holds a character that this database cannot keep. Create it with ENCODING 'UTF8'.",
    "22P05": "The documentation holds a character that this database cannot keep. Create it with ENCODING 'UTF8'.",
}
"""By PostgreSQL's codes: https://www.postgresql.org/docs/current/errcodes-appendix.html"""

_UNDEFINED_TABLE = "42P01"
_LOST = ("08", "57P")
"""Its codes for lost connections, and for servers that stop or start."""
_UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN}


def library_database(settings: Settings, **options: Any) -> PostgresDatabase:
    """The database that ``LIVEDOCS_DATABASE_URL`` names; not set up.

    Args:
        settings: they name one.
        **options: of `fastapi_data.PostgresDatabase`, instead of what the settings say.

    Raises:
        SettingsError: the URL is none of PostgreSQL's.
    """
    assert settings.database_url is not None, "the library is a file"
    given: dict[str, Any] = {
        "application_name": "livedocs",
        "pgbouncer": settings.database_pgbouncer,
        "pool_max_size": settings.database_pool_size,
        "startup_timeout_seconds": _STARTUP_TIMEOUT_SECONDS,
    }
    try:
        return PostgresDatabase(settings.database_url.get_secret_value(), **given | options)
    except DatabaseSettingsError as error:
        message = f"LIVEDOCS_DATABASE_URL: {error} Leave it out to keep the library in a file."
        raise SettingsError(message) from error


@asynccontextmanager
async def opened(database: PostgresDatabase) -> AsyncGenerator[AsyncEngine]:
    """Set a database up for a while and hand out its engine.

    Raises:
        LibraryDatabaseError: it cannot be reached, is too old, or refused a statement of the block.
    """
    with naming_refusals():
        async with database.lifespan():
            engine = primary_of(database)
            await _require_release(engine)
            yield engine


def primary_of(database: PostgresDatabase) -> AsyncEngine:
    """The engine of the server that is written to.

    Each of its statements sees what others have committed by then, whatever the server's or the role's default is: to
    publish and to keep what is read, one has to see what was done since one's transaction began.

    Args:
        database: set up.
    """
    return AsyncEngine(database.sync_engines()[0]).execution_options(isolation_level="READ COMMITTED")


@contextmanager
def naming_refusals() -> Generator[None, None, None]:
    """Turn what the database or its driver complains of into an error that says what to do.

    Raises:
        LibraryDatabaseError: something was refused.
    """
    try:
        yield
    except MissingDriverError as error:
        message = "PostgreSQL needs more than is installed. Install it with: pip install 'livedocs[postgres]'"
        raise LibraryDatabaseError(message) from error
    except DatabaseUnavailableError as error:
        message = (
            f"{error} The library is in that database: make sure that it runs, and that LIVEDOCS_DATABASE_URL is right."
        )
        raise LibraryDatabaseError(message) from error
    except ReadOnlyDatabaseError as error:
        message = "LIVEDOCS_DATABASE_URL leads to a server that is only read, a replica for example. Name the primary."
        raise LibraryDatabaseError(message) from error
    except PoolExhaustedError as error:
        message = f"{error} LIVEDOCS_DATABASE_POOL_SIZE says how many there may be."
        raise LibraryDatabaseError(message) from error
    except DBAPIError as error:
        raise _named(error.orig or error) from error
    except Exception as error:
        # What the driver raises when it is spoken to without SQLAlchemy.
        if _is_lost_connection(error):
            message = f"The connection to the database was lost: {reason_of(error)}. Try again."
            raise LibraryDatabaseError(message) from error
        if getattr(error, "sqlstate", None) is None:
            raise
        raise _named(error) from error


def is_of_driver(error: BaseException | None, name: str) -> bool:
    """Whether an error is one of the driver's own.

    By name: the driver is an extra, and statements that a search sends go to it directly.

    Args:
        error: whatever was raised.
        name: of the driver's class.
    """
    return any(kind.__module__.startswith("asyncpg.") and kind.__name__ == name for kind in type(error).__mro__)


def reason_of(error: BaseException) -> str:
    """What the server or its driver says, without SQLAlchemy's and the driver's own words around it."""
    lines = str(error).rpartition(">: ")[2].splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _is_lost_connection(error: Exception) -> bool:
    if isinstance(error, OSError):
        return isinstance(error, ConnectionError) or error.errno in _UNREACHABLE
    return is_of_driver(error, "InterfaceError") or str(getattr(error, "sqlstate", "")).startswith(_LOST)


def _named(error: BaseException) -> LibraryDatabaseError:
    code = str(getattr(error, "sqlstate", None) or "")
    reason = reason_of(error)
    remedy = _REMEDIES.get(code, f"See the server's log (SQLSTATE {code or 'unknown'}).")
    if code == _UNDEFINED_TABLE and reason.startswith('relation "livedocs_g'):
        remedy = "The published library has been deleted there. Publish one again: 'livedocs publish PATH'."
    return LibraryDatabaseError(f"The database refuses: {reason}. {remedy}")


async def _require_release(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        row = (await connection.execute(text("SELECT current_setting('server_version_num')::int, version()"))).one()
    if row[0] < OLDEST_SERVER:
        needed = OLDEST_SERVER // 10000
        raise LibraryDatabaseError(
            f"The server is {row[1].split(' on ')[0]}; livedocs needs PostgreSQL {needed} or newer."
        )
