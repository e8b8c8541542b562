"""Writing a generation back into a snapshot file, the same as the one it was published from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import JSON, text

from livedocs.library import schema
from livedocs.library.writer import new_snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncEngine

    from livedocs.library.postgres.catalogue import Generation
    from livedocs.sources.documentation import ReportProgress

_ROWS_AT_ONCE = 1000


async def export(engine: AsyncEngine, generation: Generation, path: Path, report: ReportProgress) -> None:
    """Write a generation into a new snapshot.

    Args:
        engine: of the database.
        generation: kept by the caller until this is done.
        path: where there is nothing yet.
        report: told of each table.

    Raises:
        LibraryError: the snapshot cannot be written.
    """
    tables = schema.metadata.sorted_tables
    with new_snapshot(path) as written:
        async with engine.connect() as connection:
            for done, table in enumerate(tables):
                report("Fetching the published library", done, len(tables))
                order = ", ".join(column.name for column in table.primary_key)
                # JSON as it was written: to read it and write it again would take longer, and change it.
                read = ", ".join(
                    f"{column.name}::text" if isinstance(column.type, JSON) else column.name for column in table.columns
                )
                statement = f"SELECT {read} FROM {generation.schema}.{table.name} ORDER BY {order}"  # noqa: S608 - ours
                insert = f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(table.columns))})"  # noqa: S608 - ours
                async with connection.stream(text(statement)) as rows:
                    async for some in rows.partitions(_ROWS_AT_ONCE):
                        written.executemany(insert, map(tuple, some))
