"""Filling a generation from a snapshot: rows by COPY, what needs sorting afterwards."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Column, LargeBinary, MetaData, Table, text
from sqlalchemy.schema import AddConstraint, CreateTable, ForeignKeyConstraint

from livedocs.library import schema, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from livedocs.sources.documentation import ReportProgress

_INLINE_BYTES = 8160
"""As much of a row as fits on a page of PostgreSQL stays there, so that a search reads it without a second look-up."""


async def load(connection: AsyncConnection, path: Path, name: str, report: ReportProgress) -> None:
    """Fill a schema with a library.

    Args:
        connection: each of its statements is a transaction.
        path: the snapshot; complete and of this version.
        name: of the schema; it is empty.
        report: told of each table and step.
    """
    report("Copying the library", 0, len(schema.metadata.sorted_tables))
    await _create(connection, name)
    with closing(snapshot.connect(path)) as stored:
        for done, table in enumerate(schema.metadata.sorted_tables, 1):
            await _copy(connection, stored, table, name)
            report("Copying the library", done, len(schema.metadata.sorted_tables))
    report("Building indexes", 0, None)
    await _constrain(connection, name)
    report("Gathering statistics", 0, None)
    for table in schema.metadata.sorted_tables:
        # Freezing what is never changed spares every reader, and every later VACUUM, to ask whether it is visible.
        await connection.execute(text(f"VACUUM (FREEZE, ANALYZE) {name}.{table.name}"))


async def _create(connection: AsyncConnection, name: str) -> None:
    for table in schema.metadata.sorted_tables:
        # Without keys: rows come faster, and an index over all of them at once is smaller and in order.
        columns = [Column(column.name, column.type, nullable=column.nullable) for column in table.columns]
        await connection.execute(CreateTable(Table(table.name, MetaData(), *columns, schema=name)))
        blobs = [column.name for column in columns if isinstance(column.type, LargeBinary)]
        # Blobs are compressed already, or numbers that do not compress. Nothing changes after the load, so the server's
        # housekeeping has nothing to look for.
        changes = [f"ALTER {blob} SET STORAGE EXTERNAL" for blob in blobs]
        changes.append(f"SET (autovacuum_enabled = false, toast_tuple_target = {_INLINE_BYTES})")
        await connection.execute(text(f"ALTER TABLE {name}.{table.name} {', '.join(changes)}"))


async def _copy(connection: AsyncConnection, stored: sqlite3.Connection, table: Table, name: str) -> None:
    driver: Any = (await connection.get_raw_connection()).driver_connection
    columns = [column.name for column in table.columns]
    await driver.copy_records_to_table(table.name, schema_name=name, columns=columns, records=_rows(stored, table))


def _rows(stored: sqlite3.Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    columns = ", ".join(column.name for column in table.columns)
    order = ", ".join(column.name for column in table.primary_key)
    rows = stored.execute(f"SELECT {columns} FROM {table.name} ORDER BY {order}")  # noqa: S608 - our schema
    truths = [place for place, column in enumerate(table.columns) if isinstance(column.type, Boolean)]
    if not truths:
        return rows
    return (_with_truths(row, truths) for row in rows)


def _with_truths(row: tuple[Any, ...], places: list[int]) -> tuple[Any, ...]:
    """SQLite keeps true as 1."""
    values = list(row)
    for place in places:
        values[place] = bool(values[place])
    return tuple(values)


async def _constrain(connection: AsyncConnection, name: str) -> None:
    """Add keys, and have the server make sure that every row refers to one that is there."""
    inside = MetaData()
    tables = [table.to_metadata(inside, schema=name) for table in schema.metadata.sorted_tables]
    for table in tables:
        await connection.execute(AddConstraint(table.primary_key))
    for table in tables:
        others = table.constraints - {table.primary_key}
        for constraint in sorted(others, key=lambda constraint: isinstance(constraint, ForeignKeyConstraint)):
            await connection.execute(AddConstraint(constraint))
