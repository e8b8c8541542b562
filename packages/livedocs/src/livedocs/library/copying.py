"""Taking docsets over from the last snapshot into a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from livedocs.library import schema

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from livedocs.library.gaps import DocsetGap

_COPIED = (
    schema.docset,
    schema.page,
    schema.entry,
    schema.entry_body,
    schema.asset,
    schema.docset_vectors,
    schema.name_key,
    schema.word,
)
"""Tables of rows; those of the index are written anew."""


def copy_docsets(connection: sqlite3.Connection, last: Path, removed: DocsetGap | None) -> None:
    """Take over the rows of every docset but one.

    Args:
        connection: to the new snapshot.
        last: the snapshot to copy from.
        removed: the docset to leave out; what stands behind it is numbered anew.
    """
    connection.execute("ATTACH DATABASE ? AS last", (str(last),))
    for table in _COPIED:
        values, conditions = [column.name for column in table.columns], ["1"]
        for position, column in enumerate(table.columns):
            gap = removed.of(table.name, column.name) if removed is not None else None
            if gap is not None:
                values[position] = gap.moved(column.name)
                conditions.append(gap.kept(column.name))
        columns = ", ".join(column.name for column in table.columns)
        connection.execute(
            f"INSERT INTO main.{table.name} ({columns}) "  # noqa: S608 - our own names and numbers
            f"SELECT {', '.join(values)} FROM last.{table.name} WHERE {' AND '.join(conditions)}"
        )
    connection.commit()
    connection.execute("DETACH DATABASE last")
