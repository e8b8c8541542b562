"""One statement that inserts a row, or updates the one it would come into conflict with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Executable, Integer
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Mapper

_Insert: TypeAlias = postgresql.Insert | sqlite.Insert

_INSERTS = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def upsert_statement(
    dialect: str, mapper: Mapper[Any], values: Mapping[str, Any], on: Sequence[InstrumentedAttribute[Any]]
) -> Executable:
    """``INSERT ... ON CONFLICT (on) DO UPDATE ... RETURNING`` the mapped object.

    What SQLAlchemy does at a flush and not for such a statement is added: the next version of an optimistic lock, and
    what columns are set to whenever a row is updated (``onupdate``).

    Args:
        dialect: ``postgresql`` or ``sqlite``.
        mapper: of the class whose row it is.
        values: by attribute name.
        on: the columns of the constraint that decides whether the row is there already.

    Raises:
        ValueError: the database has no such statement.
    """
    if dialect not in _INSERTS:
        raise ValueError(f"upsert() speaks to PostgreSQL and SQLite, not to {dialect}.")
    version = mapper.version_id_col
    row: dict[str, Any] = {mapper.columns[name].name: value for name, value in values.items()}
    if version is not None:
        next_version: Any = mapper.version_id_generator
        row[version.name] = next_version(None)
    statement: _Insert = _INSERTS[dialect](mapper.class_).values(row)
    kept = {*(attribute.expression.name for attribute in on), *(column.name for column in mapper.primary_key)}
    changes: dict[str, Any] = {name: statement.excluded[name] for name in row if name not in kept}
    for column in mapper.columns:
        if column.onupdate is not None and column.name not in row:
            changes[column.name] = _on_update(column.onupdate)
    if version is not None:
        changes[version.name] = version + 1 if isinstance(version.type, Integer) else statement.excluded[version.name]
    # A row is returned only when something was set, be it to what it was.
    changes = changes or {on[0].expression.name: statement.excluded[on[0].expression.name]}
    columns = [attribute.expression.name for attribute in on]
    return statement.on_conflict_do_update(index_elements=columns, set_=changes).returning(mapper.class_)


def _on_update(onupdate: Any) -> Any:
    return onupdate.arg(None) if onupdate.is_callable else onupdate.arg
