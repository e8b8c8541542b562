"""What an ``env.py`` of Alembic does, for async drivers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import monotonic
from typing import Any

from alembic import context
from sqlalchemy import Connection, MetaData, create_engine, event, func, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import NullPool

from fastapi_data.errors import MigrationError
from fastapi_data.postgres import PostgresDatabase
from fastapi_data.postgres_options import parse_url
from fastapi_data.postgres_parameters import postgres_url
from fastapi_data.settings import DatabaseSettings

LOCK_TIMEOUT_SECONDS = 600.0
"""How long a process waits for another one that migrates the same database."""

_LOCK_KEY = 0x6661737464617461
"""Of PostgreSQL's advisory lock: "fastdata" in ASCII. Such locks belong to one database, so they need no more."""

_LOCK_POLL_SECONDS = 0.1

_CARRIED_OPTIONS = {"tls", "pgbouncer", "connect_timeout_seconds", "startup_timeout_seconds"}
"""How to reach the server. The rest is about requests: a migration may take longer than a statement of theirs."""


def run_migrations(metadata: MetaData | Sequence[MetaData], **options: Any) -> None:
    """Run what Alembic was asked for; the one call of an ``env.py``.

    The database is the one that was given to ``upgrade()`` and the others; under Alembic's own command line it is
    ``sqlalchemy.url`` of its configuration, else what ``DatabaseSettings`` finds in the environment.

    All migrations that are due are one transaction, on SQLite too. Meanwhile other processes that migrate wait, by an
    advisory lock on PostgreSQL (connect directly, not through PgBouncer) and by SQLite's write lock.

    Args:
        metadata: what the tables should be, for ``revision(autogenerate=True)`` and ``check``.
        **options: of ``alembic.context.configure``, e.g. ``include_object``.

    Raises:
        MigrationError: another process migrates the database for longer than ``LOCK_TIMEOUT_SECONDS``.
        DatabaseSettingsError: no database was named, or the address is neither PostgreSQL's nor SQLite's.
        DatabaseUnavailableError: the server cannot be reached.
    """
    url, given = _target()
    # Batches also run on databases that can alter tables, so a revision that was written on one database runs on all.
    batches = {"render_as_batch": True, "transactional_ddl": True}
    options = {"target_metadata": metadata, "render_item": _import_own_type, **batches, **options}
    if context.is_offline_mode():
        context.configure(url=url, literal_binds=True, dialect_opts={"paramstyle": "named"}, **options)
        with context.begin_transaction():
            context.run_migrations()
    elif url.get_backend_name() == "sqlite":
        _run_on_sqlite(url, options)
    else:
        asyncio.run(_run_on_postgres(url, given, options))


def _import_own_type(kind: str, item: object, autogenerate: Any) -> bool:
    """Let a new revision import the application's own column types, which Alembic names and does not import."""
    if kind == "type" and not isinstance(item, type) and not type(item).__module__.startswith("sqlalchemy."):
        autogenerate.imports.add(f"import {type(item).__module__}")
    return False


def _target() -> tuple[URL, dict[str, Any]]:
    """The address, and the options of the database's class."""
    attributes = context.config.attributes
    given = attributes.get("url") or context.config.get_main_option("sqlalchemy.url")
    if given:
        url, options = parse_url(given), attributes.get("options", {})
    else:
        settings = DatabaseSettings()
        url, options = settings.address, settings.options
    return url.set(drivername="sqlite") if url.get_backend_name() == "sqlite" else postgres_url(url), options


def _run_on_sqlite(url: URL, options: dict[str, Any]) -> None:
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": LOCK_TIMEOUT_SECONDS})
    event.listen(engine, "connect", _leave_transactions_to_sqlalchemy)
    event.listen(engine, "begin", _begin_writing)
    with engine.connect() as connection:
        _migrate(connection, options)


async def _run_on_postgres(url: URL, given: dict[str, Any], options: dict[str, Any]) -> None:
    carried = {name: given[name] for name in _CARRIED_OPTIONS & given.keys()}
    database = PostgresDatabase(url, application_name="fastapi-data migrations", **carried)
    # Its end closes the connection, which gives the lock back even after an error.
    async with database.lifespan():
        engine = AsyncEngine(database.sync_engines()[0])
        async with engine.connect() as connection:
            await _lock(connection)
            await connection.run_sync(_migrate, options)


def _leave_transactions_to_sqlalchemy(connection: Any, record: object) -> None:
    # Python's sqlite3 begins no transaction for CREATE and ALTER: a migration that fails would leave half of itself.
    del record
    connection.isolation_level = None


def _begin_writing(connection: Connection) -> None:
    # Who begins by reading cannot become a writer while another one is; who waits here reads what that one wrote.
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as error:
        raise MigrationError(
            f"This database cannot be written to, waiting {LOCK_TIMEOUT_SECONDS} s: {error.orig}."
        ) from error


async def _lock(connection: AsyncConnection) -> None:
    # The lock is the session's, not the transaction's: a migration may leave its transaction (CREATE INDEX
    # CONCURRENTLY). That also waits for all older snapshots, so nobody may wait for the lock inside a statement.
    deadline = monotonic() + LOCK_TIMEOUT_SECONDS
    while not await connection.scalar(select(func.pg_try_advisory_lock(_LOCK_KEY))):
        await connection.rollback()
        if monotonic() > deadline:
            raise MigrationError(f"Another process has been migrating this database for {LOCK_TIMEOUT_SECONDS} s.")
        await asyncio.sleep(_LOCK_POLL_SECONDS)
    await connection.commit()


def _migrate(connection: Connection, options: dict[str, Any]) -> None:
    context.configure(connection=connection, **options)
    with context.begin_transaction():
        context.run_migrations()
