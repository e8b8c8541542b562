"""What is left where a docset was: the rows behind it move up, so that ids count from 1 without a gap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, slots=True)
class Gap:
    """Consecutive ids that are taken out.

    Attributes:
        first: the first of them.
        count: how many.
    """

    first: int
    count: int

    def moved(self, column: str) -> str:
        """SQL for the new value of a column of ids."""
        return f"{column} - {self.count} * ({column} >= {self.first + self.count})"

    def kept(self, column: str) -> str:
        """SQL for whether a row stays."""
        return f"({column} < {self.first} OR {column} >= {self.first + self.count})"


@dataclass(frozen=True, slots=True)
class DocsetGap:
    """The rows of a docset that is taken out of a library."""

    docsets: Gap
    pages: Gap
    entries: Gap

    @classmethod
    def find(cls, connection: sqlite3.Connection, name: str, version: str) -> DocsetGap | None:
        """The rows of a docset; None when the library has no such docset."""
        row = connection.execute("SELECT id FROM docset WHERE name = ? AND version = ?", (name, version)).fetchone()
        if row is None:
            return None
        pages = connection.execute("SELECT min(id), count(*) FROM page WHERE docset_id = ?", row).fetchone()
        entries = connection.execute("SELECT min(id), count(*) FROM entry WHERE docset_id = ?", row).fetchone()
        return cls(Gap(row[0], 1), *(Gap(first or 0, count) for first, count in (pages, entries)))

    def of(self, table: str, column: str) -> Gap | None:
        """What a column of a table loses; None when it holds no ids."""
        of_name = {"docset_id": self.docsets, "page_id": self.pages, "entry_id": self.entries}
        return of_name.get(f"{table}_id" if column == "id" else column)
