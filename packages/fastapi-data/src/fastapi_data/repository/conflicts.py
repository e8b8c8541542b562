"""What a driver says about a write it refused, as a ``ConflictError``.

Told from codes alone: PostgreSQL's SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html, class 23)
and SQLite's extended result codes (https://www.sqlite.org/rescode.html). Messages change with versions and languages.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Constraint, ForeignKeyConstraint, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.exc import StaleDataError

from fastapi_data.errors import ConflictError, ConflictKind

_SQLSTATES: dict[str, ConflictKind] = {
    "23001": "foreign_key",
    "23502": "not_null",
    "23503": "foreign_key",
    "23505": "unique",
    "23514": "check",
    "23P01": "exclusion",
}

_SQLITE_CODES: dict[int, ConflictKind] = {
    sqlite3.SQLITE_CONSTRAINT_CHECK: "check",
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: "foreign_key",
    sqlite3.SQLITE_CONSTRAINT_NOTNULL: "not_null",
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: "unique",
    sqlite3.SQLITE_CONSTRAINT_ROWID: "unique",
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: "unique",
}


@contextmanager
def conflicts_named(mapper: Mapper[Any]) -> Generator[None]:
    """Raise ``ConflictError`` in place of SQLAlchemy's errors about constraints and versions.

    Args:
        mapper: of the class that is written.

    Raises:
        ConflictError: the write was refused.
    """
    try:
        yield
    except StaleDataError as error:
        raise ConflictError(mapper.class_.__name__, "version") from error
    except IntegrityError as error:
        raise _conflict(error.driver_exception, mapper) from error


def _conflict(error: Exception, mapper: Mapper[Any]) -> ConflictError:
    sqlstate: str | None = getattr(error, "sqlstate", None)
    if sqlstate is None:
        kind = _SQLITE_CODES.get(getattr(error, "sqlite_errorcode", 0), "other")
        return ConflictError(mapper.class_.__name__, kind)
    constraint: str | None = getattr(error, "constraint_name", None)
    column: str | None = getattr(error, "column_name", None)
    table = _table(error, mapper)
    return ConflictError(
        _entity(table, mapper),
        _SQLSTATES.get(sqlstate, "other"),
        constraint=constraint,
        columns=(column,) if column else _columns(table, constraint),
    )


def _table(error: Exception, mapper: Mapper[Any]) -> Table | None:
    """The table the driver names: a flush writes all that is pending, not only the repository's own rows."""
    for table in mapper.registry.metadata.tables.values():
        if table.name == getattr(error, "table_name", None) and table.schema in {
            None,
            getattr(error, "schema_name", None),
        }:
            return table
    return None


def _entity(table: Table | None, mapper: Mapper[Any]) -> str:
    # Of a foreign key the driver names the table that refers, also when a row it refers to is deleted.
    near = () if table is None else (table, *(key.column.table for key in table.foreign_keys))
    if table is None or any(each in mapper.tables for each in near):
        return mapper.class_.__name__
    return next((other.class_.__name__ for other in mapper.registry.mappers if table in other.tables), table.name)


def _columns(table: Table | None, name: str | None) -> tuple[str, ...]:
    if table is None or name is None:
        return ()
    for constraint in table.constraints:
        columns = tuple(column.name for column in getattr(constraint, "columns", ()))
        if name in (constraint.name, _default_name(table, constraint, columns)):
            return columns
    for index in table.indexes:
        if name == index.name:
            return tuple(column.name for column in index.columns)
    return ()


def _default_name(table: Table, constraint: Constraint, columns: tuple[str, ...]) -> str | None:
    """The name PostgreSQL gives to a constraint that has none (ChooseIndexName in its source)."""
    match constraint:
        case PrimaryKeyConstraint():
            return f"{table.name}_pkey"
        case UniqueConstraint():
            return "_".join((table.name, *columns, "key"))
        case ForeignKeyConstraint():
            return "_".join((table.name, *columns, "fkey"))
        case _:
            return None
