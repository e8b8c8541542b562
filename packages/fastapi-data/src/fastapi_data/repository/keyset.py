"""Keyset pagination: a page begins after the values of the row the page before ended with.

See https://use-the-index-luke.com/no-offset. Rows inserted or deleted on other pages do not shift what comes next, and
an index on the order makes the thousandth page as cheap as the first.
"""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from hmac import compare_digest
from typing import Any, TypeAlias

from pydantic import ConfigDict, TypeAdapter
from sqlalchemy import ColumnElement, TypeDecorator, UnaryExpression, and_, false, inspect, literal, or_, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Mapper
from sqlalchemy.orm.exc import UnmappedColumnError
from sqlalchemy.sql import operators

from fastapi_data.errors import InvalidCursorError

Order: TypeAlias = InstrumentedAttribute[Any] | UnaryExpression[Any]
"""``Article.title``, ``Article.title.asc()`` or ``Article.created_at.desc()``."""

_DIGEST_BYTES = 8


@dataclass(frozen=True, slots=True)
class _Key:
    """One column of an order.

    Attributes:
        name: of the mapped attribute.
        column: what it is compared with.
        descending: largest first.
        nullable: rows without a value come last.
        python_type: of its values.
    """

    name: str
    column: InstrumentedAttribute[Any]
    descending: bool
    nullable: bool
    python_type: Any

    def order(self) -> ColumnElement[Any]:
        order = self.column.desc() if self.descending else self.column.asc()
        # The databases disagree about where rows without a value come.
        return order.nulls_last() if self.nullable else order

    def at(self, value: Any) -> ColumnElement[bool]:
        return self.column.is_(None) if value is None else self.column == self.bound(value)

    def after(self, value: Any) -> ColumnElement[bool]:
        if value is None:
            return false()
        bound = self.bound(value)
        later = self.column < bound if self.descending else self.column > bound
        return or_(later, self.column.is_(None)) if self.nullable else later

    def bound(self, value: Any) -> ColumnElement[Any]:
        return literal(value, self.column.type)


class Keyset:
    """The order of a list, and the cursors that point into it.

    Args:
        model: the mapped class whose rows are listed.
        order_by: its columns, the most significant first. The primary key is added where it is missing, so that no two
            rows are equal.
        secret: signs the cursors, so that nobody else can make one; without it a checksum finds damage only.

    Raises:
        ValueError: ``order_by`` holds something other than columns of the class, or one whose Python type is unknown.
    """

    def __init__(self, model: type[Any], order_by: Sequence[Order], secret: bytes = b"") -> None:
        mapper: Mapper[Any] = inspect(model)
        keys = [_key(mapper, order) for order in order_by]
        tie_breakers = [_key(mapper, getattr(model, _name(mapper, column))) for column in mapper.primary_key]
        names = {key.name for key in keys}
        self._keys = [*keys, *(key for key in tie_breakers if key.name not in names)]
        self._values = _values_of(tuple(key.python_type for key in self._keys))
        order = ",".join(f"{key.name}:{'desc' if key.descending else 'asc'}" for key in self._keys)
        self._signature = blake2b(f"{mapper.local_table}:{order}".encode(), digest_size=_DIGEST_BYTES, key=secret)

    def order_by(self) -> list[ColumnElement[Any]]:
        """The order, for ``Select.order_by``."""
        return [key.order() for key in self._keys]

    def cursor(self, row: object) -> str:
        """The cursor that points behind a row.

        Args:
            row: of the model.

        Returns:
            Letters that are safe in a URL. They hold the values of the row's ordering columns, readable to who decodes
            them.
        """
        payload = self._values.dump_json(tuple(getattr(row, key.name) for key in self._keys))
        return urlsafe_b64encode(self._digest(payload) + payload).decode().rstrip("=")

    def after(self, cursor: str) -> ColumnElement[bool]:
        """The condition that only rows behind the cursor fulfil.

        Args:
            cursor: from ``cursor()``, with the same order and secret.

        Raises:
            InvalidCursorError: it is not such a cursor.
        """
        values = self._read(cursor)
        directions = {key.descending for key in self._keys}
        if len(directions) == 1 and not any(key.nullable for key in self._keys):
            # Row values compare like an index is ordered, so the database can start right there.
            rows = tuple_(*(key.column for key in self._keys))
            bounds = tuple_(*(key.bound(value) for key, value in zip(self._keys, values, strict=True)))
            return rows < bounds if directions.pop() else rows > bounds
        later: list[ColumnElement[bool]] = []
        ties: list[ColumnElement[bool]] = []
        for key, value in zip(self._keys, values, strict=True):
            later.append(and_(*ties, key.after(value)))
            ties.append(key.at(value))
        return or_(*later)

    def _digest(self, payload: bytes) -> bytes:
        digest = self._signature.copy()
        digest.update(payload)
        return digest.digest()

    def _read(self, cursor: str) -> tuple[Any, ...]:
        try:
            token = b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            digest, payload = token[:_DIGEST_BYTES], token[_DIGEST_BYTES:]
            if not compare_digest(digest, self._digest(payload)):
                raise InvalidCursorError
            return self._values.validate_json(payload)
        except ValueError as error:
            raise InvalidCursorError from error


def _key(mapper: Mapper[Any], order: Order) -> _Key:
    column: Any = order
    descending = False
    if isinstance(order, UnaryExpression) and order.modifier in {operators.asc_op, operators.desc_op}:
        column, descending = order.element, order.modifier is operators.desc_op
    name = _name(mapper, getattr(column, "expression", column))
    attribute: InstrumentedAttribute[Any] = getattr(mapper.class_, name)
    python_type = _python_type(attribute)
    nullable: bool = mapper.columns[name].nullable is True
    return _Key(name, attribute, descending, nullable, python_type | None if nullable else python_type)


def _name(mapper: Mapper[Any], column: Any) -> str:
    try:
        return mapper.get_property_by_column(column).key
    except UnmappedColumnError as error:
        raise ValueError(
            f"{column} is no column of {mapper.class_.__name__}. Order by columns of the class: "
            "[Article.created_at.desc(), Article.title]."
        ) from error


def _python_type(attribute: InstrumentedAttribute[Any]) -> type[Any]:
    column_type = attribute.type
    python_type: type[Any] = column_type.python_type
    if python_type is object and isinstance(column_type, TypeDecorator):
        python_type = column_type.impl_instance.python_type
    if python_type is object:
        raise ValueError(
            f"Nobody says of which type the values of {attribute} are, so no cursor can hold one. Order by another "
            "column, or give its type a 'python_type'."
        )
    return python_type


@lru_cache
def _values_of(python_types: tuple[Any, ...]) -> TypeAdapter[tuple[Any, ...]]:
    lossless = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64", ser_json_inf_nan="constants")
    row: Any = tuple.__class_getitem__(python_types)
    return TypeAdapter[tuple[Any, ...]](row, config=lossless)
