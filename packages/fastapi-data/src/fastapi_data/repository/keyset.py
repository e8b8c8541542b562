"""Keyset pagination: a page begins after the values of the row the page before ended with.

See https://use-the-index-luke.com/no-offset. Rows inserted or deleted on other pages do not shift what comes next, and
an index on the order makes the thousandth page as cheap as the first.
"""

from __future__ import annotations

import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from hmac import compare_digest
from typing import Any, TypeAlias, cast

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, UnaryExpression, and_, false, inspect, literal, or_, tuple_
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
        values: to JSON and back.
    """

    name: str
    column: InstrumentedAttribute[Any]
    descending: bool
    nullable: bool
    values: TypeAdapter[Any]

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
        ValueError: ``order_by`` holds something other than columns of the class.
    """

    def __init__(self, model: type[Any], order_by: Sequence[Order], secret: bytes = b"") -> None:
        mapper: Mapper[Any] = inspect(model)
        keys = [_key(mapper, order) for order in order_by]
        tie_breakers = [_key(mapper, getattr(model, _name(mapper, column))) for column in mapper.primary_key]
        names = {key.name for key in keys}
        self._keys = [*keys, *(key for key in tie_breakers if key.name not in names)]
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
        values = [key.values.dump_python(getattr(row, key.name), mode="json") for key in self._keys]
        payload = json.dumps(values, separators=(",", ":")).encode()
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

    def _read(self, cursor: str) -> list[Any]:
        try:
            token = b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            digest, payload = token[:_DIGEST_BYTES], token[_DIGEST_BYTES:]
            if not compare_digest(digest, self._digest(payload)):
                raise InvalidCursorError
            values: Any = json.loads(payload)
            if not isinstance(values, list):
                raise InvalidCursorError
            return [
                key.values.validate_python(value)
                for key, value in zip(self._keys, cast("list[Any]", values), strict=True)
            ]
        except (ValueError, RecursionError) as error:
            raise InvalidCursorError from error


def _key(mapper: Mapper[Any], order: Order) -> _Key:
    column: Any = order
    descending = False
    if isinstance(order, UnaryExpression) and order.modifier in {operators.asc_op, operators.desc_op}:
        column, descending = order.element, order.modifier is operators.desc_op
    name = _name(mapper, getattr(column, "expression", column))
    attribute: InstrumentedAttribute[Any] = getattr(mapper.class_, name)
    python_type: type[Any] = attribute.type.python_type
    nullable: bool = mapper.columns[name].nullable is True
    return _Key(name, attribute, descending, nullable, _adapter(python_type, nullable=nullable))


def _name(mapper: Mapper[Any], column: Any) -> str:
    try:
        return mapper.get_property_by_column(column).key
    except UnmappedColumnError as error:
        raise ValueError(
            f"{column} is no column of {mapper.class_.__name__}. Order by columns of the class: "
            "[Article.created_at.desc(), Article.title]."
        ) from error


@lru_cache
def _adapter(python_type: type[Any], *, nullable: bool) -> TypeAdapter[Any]:
    form: Any = python_type | None if nullable else python_type
    return TypeAdapter[Any](form)
