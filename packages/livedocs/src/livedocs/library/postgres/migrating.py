"""Bringing the catalogue up to date: Alembic's revisions, however many processes start at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fastapi_data import MigrationError
from livedocs.errors import LibraryDatabaseError
from livedocs.library.postgres.connecting import naming_refusals

if TYPE_CHECKING:
    from fastapi_data import PostgresDatabase

FOLDER = Path(__file__).with_name("migrations")
"""Of the revisions, and how Alembic runs them."""


async def migrate(database: PostgresDatabase) -> tuple[str, str]:
    """Create the catalogue, or bring it to this version's revision; of several processes one does it, others wait.

    Args:
        database: reached directly: the lock that others wait for is a session's, which PgBouncer does not keep.

    Returns:
        The revision it had, empty when there was none, and the one it has.

    Raises:
        LibraryDatabaseError: it cannot be reached or refuses, or a newer livedocs migrated it; it is as it was.
    """
    with naming_refusals():
        from alembic.script import ScriptDirectory  # noqa: PLC0415 - nothing else needs Alembic

        from fastapi_data.migrations import current, upgrade  # noqa: PLC0415 - as above

        before = await current(database, FOLDER)
        if unknown := set(before) - {script.revision for script in ScriptDirectory(FOLDER).walk_revisions()}:
            raise LibraryDatabaseError(
                f"A newer livedocs migrated the catalogue, to revision {', '.join(unknown)}. Use that version, or "
                "another database."
            )
        try:
            await upgrade(database, FOLDER)
        except MigrationError as error:
            message = f"The catalogue cannot be migrated: {error}"
            raise LibraryDatabaseError(message) from error
        return ", ".join(before), ", ".join(await current(database, FOLDER))
