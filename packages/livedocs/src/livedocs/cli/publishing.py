"""``livedocs migrate`` and ``livedocs publish``: the library in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from rich.console import Console
from rich.markup import escape
from sqlalchemy import make_url

from livedocs.cli.progress_bars import drawn
from livedocs.errors import SettingsError
from livedocs.library.postgres.connecting import library_database, opened
from livedocs.library.postgres.migrating import migrate
from livedocs.library.postgres.publishing import CONNECTIONS, publishing, require_publishable

if TYPE_CHECKING:
    from pathlib import Path

    from livedocs.library.postgres.publishing import Publication
    from livedocs.settings import Settings
    from livedocs.sources.documentation import ReportProgress


def migrate_catalogue(settings: Settings) -> str:
    """Create the catalogue of the library's database, or bring it up to date.

    Returns:
        What was done, in words.

    Raises:
        SettingsError: no database is set, or it is behind PgBouncer.
        LibraryError: it cannot be reached or refuses.
    """
    _require_database(settings)
    if settings.database_pgbouncer:
        raise SettingsError(
            "LIVEDOCS_DATABASE_PGBOUNCER is set, but who migrates holds a lock that PgBouncer does not keep. Run "
            "'livedocs migrate' with the address of the server itself, and LIVEDOCS_DATABASE_PGBOUNCER=false."
        )
    before, after = anyio.run(migrate, library_database(settings))
    if before == after:
        return f"The catalogue in {_address(settings)} is up to date (revision {after})."
    return f"The catalogue in {_address(settings)} is now at revision {after}{f', was at {before}' if before else ''}."


def publish_file(settings: Settings, path: Path, *, wait: bool) -> None:
    """Publish a snapshot and print a report.

    Raises:
        SettingsError: no database is set.
        LibraryError: the snapshot cannot be used, or the database cannot be reached, refuses or is busy.
    """
    _require_database(settings)

    async def publish(report: ReportProgress) -> Publication:
        async with (
            opened(library_database(settings, pool_max_size=CONNECTIONS)) as engine,
            publishing(engine, wait=wait, report=report) as publisher,
        ):
            return await publisher.publish(path, report)

    with drawn() as report:
        publication = anyio.run(publish, report)
    said = f"Published {path} in {publication.seconds:.1f} s: {place(settings, publication)}"
    Console(highlight=False).print(escape(said), soft_wrap=True)


def prepare(settings: Settings) -> None:
    """Make sure, before anything is built, that it could be published.

    Raises:
        LibraryError: the database cannot be reached, was not migrated, or the role may not publish.
    """

    async def look() -> None:
        async with opened(library_database(settings)) as engine:
            await require_publishable(engine)

    anyio.run(look)


def place(settings: Settings, publication: Publication | None) -> str:
    """Where the library is, in words.

    Args:
        settings: they name a database.
        publication: the one that is published now; None: whichever it is.
    """
    return f"{_address(settings)}{f', generation {publication.generation.id}' if publication else ''}"


def _address(settings: Settings) -> str:
    assert settings.database_url is not None
    url = make_url(settings.database_url.get_secret_value())
    return f"database {url.database or ''} on {url.host or 'localhost'}"


def _require_database(settings: Settings) -> None:
    if settings.database_url is None:
        raise SettingsError(
            "No database is set: the library is a file. Set LIVEDOCS_DATABASE_URL to "
            "postgresql+asyncpg://user:password@host/name."
        )
