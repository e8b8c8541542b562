"""Which generations of the library there are, which one is published, and who reads them.

These tables stand in the database's default schema and are what Alembic migrates (``migrations/``); the tables of a
generation are never altered, only published anew. Everything here runs through any SQLAlchemy connection or session.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    func,
    select,
    text,
)

from livedocs.errors import LibraryMissingError, LibraryVersionError
from livedocs.library.format import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from livedocs.library.reader import Executor

CHANNEL = "livedocs_library"
"""A publish notifies it, with the number of the new generation; listening needs a connection of its own."""

PUBLISHERS_LOCK = 0x4C444F43
"""First half of the advisory locks of generations, and, with 0 as the second, the lock of whoever publishes."""


class State(StrEnum):
    """What becomes of a generation, in this order."""

    BUILDING = "building"
    PUBLISHED = "published"
    RETIRED = "retired"


metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "ix": "%(table_name)s_%(column_0_name)s_idx",
    }
)

_IS_PUBLISHED = text("state = 'published'")

library_generation = Table(
    "library_generation",
    metadata,
    Column("id", Integer, primary_key=True, comment="N of the schema livedocs_gN; never used again"),
    Column("state", String, nullable=False, comment="State"),
    Column("schema_version", Integer, nullable=False, comment="livedocs.library.format.SCHEMA_VERSION"),
    Column("library_hash", String, nullable=False, comment="livedocs.library.reader.library_hash"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.current_timestamp()),
    Column("published_at", DateTime(timezone=True)),
    CheckConstraint("state IN ('building', 'published', 'retired')", name="state"),
    # No more than one generation is published, whatever else goes wrong.
    Index(
        "library_generation_published_key",
        "state",
        unique=True,
        postgresql_where=_IS_PUBLISHED,
        sqlite_where=_IS_PUBLISHED,
    ),
    sqlite_autoincrement=True,
)

generation_reader = Table(
    "generation_reader",
    metadata,
    Column("id", String, primary_key=True, comment="of one process and one generation, made up by the process"),
    Column("generation_id", Integer, ForeignKey("library_generation.id"), nullable=False, index=True),
    Column("name", String, nullable=False, comment="who reads, for people: host and process"),
    Column("expires_at", DateTime(timezone=True), nullable=False, comment="renewed before that, while it reads"),
)


@dataclass(frozen=True, slots=True)
class Generation:
    """One complete library.

    Attributes:
        id: its number.
        library_hash: changes when anything in it does.
    """

    id: int
    library_hash: str

    @property
    def schema(self) -> str:
        """The PostgreSQL schema its tables stand in."""
        return generation_schema(self.id)

    @property
    def execution_options(self) -> Mapping[str, Any]:
        """SQLAlchemy's options by which statements on `livedocs.library.schema` read this generation and no other."""
        return {"schema_translate_map": {None: self.schema}}


def generation_schema(generation_id: int) -> str:
    """The PostgreSQL schema of a generation.

    >>> generation_schema(7)
    'livedocs_g7'
    """
    return f"livedocs_g{generation_id}"


def find_published(executor: Executor) -> Generation | None:
    """The generation that is published now; None when none is.

    Raises:
        LibraryVersionError: another version of livedocs published it.
    """
    table = library_generation.c
    statement = select(table.id, table.library_hash, table.schema_version).where(table.state == State.PUBLISHED)
    # Whatever generation the connection reads, the catalogue is not in its schema.
    row = executor.execute(statement.execution_options(schema_translate_map={})).first()
    if row is None:
        return None
    if row.schema_version != SCHEMA_VERSION:
        raise LibraryVersionError(
            None,
            f"The library in the database was published by another version of livedocs (schema {row.schema_version}, "
            f"this one reads {SCHEMA_VERSION}). Publish it anew with this one: 'livedocs build python'.",
        )
    return Generation(row.id, row.library_hash)


def published(executor: Executor) -> Generation:
    """The generation that is published now.

    Raises:
        LibraryMissingError: none is.
        LibraryVersionError: another version of livedocs published it.
    """
    generation = find_published(executor)
    if generation is None:
        raise LibraryMissingError(
            None,
            "No library is published in the database yet. Build one with 'livedocs build python', or publish a file "
            "with 'livedocs publish PATH'.",
        )
    return generation
