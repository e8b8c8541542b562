"""Writing a snapshot: the rows of docsets first, the index of the whole library last."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from livedocs.errors import LibraryError
from livedocs.library import schema
from livedocs.library.format import APPLICATION_ID, SCHEMA_VERSION
from livedocs.library.index.beginnings import write_beginnings
from livedocs.library.index.blocks import joined, write_postings
from livedocs.library.index.columns import write_columns
from livedocs.library.postings import Postings
from livedocs.library.rows import FirstIds, docset_rows

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

    from sqlalchemy import Table

    from livedocs.library.contents import DocsetContent
    from livedocs.library.index.impacts import DocsetPostings


@contextmanager
def new_snapshot(path: Path) -> Generator[sqlite3.Connection, None, None]:
    """Create an empty snapshot and hand out a connection to fill it; it is a library when the block ends.

    Raises:
        LibraryError: it cannot be written, for instance because the disk is full.
    """
    try:
        with closing(sqlite3.connect(path)) as connection:
            # Nobody reads this file before it is complete, and an interrupted one is thrown away: no journal is needed.
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "page_size=8192", "cache_size=-65536"):
                connection.execute(f"PRAGMA {pragma}")
            for table in schema.metadata.sorted_tables:
                connection.execute(str(CreateTable(table).compile(dialect=sqlite.dialect())))
            yield connection
            connection.commit()
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
    except sqlite3.OperationalError as error:
        raise LibraryError(
            path, f"{path} cannot be written ({error}). Free some space, or choose another: LIVEDOCS_LIBRARY_PATH."
        ) from error


def write_docset(connection: sqlite3.Connection, content: DocsetContent) -> None:
    """Add the rows of one docset."""
    ids = FirstIds(*(1 + _last_id(connection, table) for table in (schema.docset, schema.page, schema.entry)))
    for table, rows in docset_rows(content, ids):
        columns = [column.name for column in table.columns]
        statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - our schema
        connection.executemany(statement, rows)


def write_index(
    connection: sqlite3.Connection, kept: Iterable[tuple[str, Postings]], added: DocsetPostings | None
) -> None:
    """Fill the tables of the index, once all rows are written.

    Args:
        connection: to the new snapshot.
        kept: postings of the docsets that were taken over, see `livedocs.library.index.blocks.stored_postings`.
        added: of the docset that was added last; None when none was.
    """
    columns = write_columns(connection)
    write_beginnings(connection, columns)
    entries_before = _last_id(connection, schema.entry) - (added.entry_count if added is not None else 0)
    new = added.numbered_behind(entries_before) if added is not None else ()
    write_postings(connection, joined(kept, new), columns.promise())


def _last_id(connection: sqlite3.Connection, table: Table) -> int:
    return connection.execute(f"SELECT max(id) FROM {table.name}").fetchone()[0] or 0  # noqa: S608 - our schema
