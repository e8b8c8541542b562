"""Reading and writing the rows of one mapped class."""

from __future__ import annotations

import builtins
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Generic, TypeAlias, TypeVar, cast

from pydantic import BaseModel
from sqlalchemy import ScalarResult, Select, func, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapper

from fastapi_data.errors import ConflictError, NotFoundError
from fastapi_data.repository.conflicts import conflicts_named
from fastapi_data.repository.keyset import Keyset, Order
from fastapi_data.repository.pages import KeysetPage, Page
from fastapi_data.repository.upsert import upsert_statement

Model = TypeVar("Model")

Values: TypeAlias = BaseModel | Mapping[str, Any]
"""What a row is to hold, by attribute name: a pydantic model or a mapping."""


class Repository(Generic[Model]):
    """The rows of one mapped class.

    What to read is said by a statement, so that everything SQLAlchemy can say can be asked for::

        articles = Repository(session, Article)
        await articles.list(select(Article).where(Article.title.startswith("A")).order_by(Article.title))

    Writes are flushed, so that conflicts show at once, and never committed: the transaction belongs to who opened the
    session. Name the queries of your application in a subclass.

    Args:
        session: of the request, or of whatever else is one unit of work.
        model: the mapped class.
        cursor_secret: signs the cursors of ``keyset_page``, so that nobody else can make one; without it a checksum
            finds damage only.

    Attributes:
        session: as given.
        model: as given.
    """

    def __init__(self, session: AsyncSession, model: type[Model], *, cursor_secret: bytes = b"") -> None:
        self.session = session
        self.model = model
        self._mapper: Mapper[Model] = inspect(model)
        self._cursor_secret = cursor_secret

    async def list(self, statement: Select[Model] | None = None) -> builtins.list[Model]:
        """All rows of a statement, or of the table.

        Args:
            statement: what to read, in which order, with which loading options.
        """
        rows = await self.session.scalars(self._select(statement))
        return builtins.list(_each_once(rows).all())

    async def stream(self, statement: Select[Model] | None = None) -> AsyncGenerator[Model]:
        """The rows of a statement, or of the table, without holding all of them in memory.

        Args:
            statement: what to read; its ``yield_per`` option says how many rows are fetched at a time (500 unless set).
        """
        chosen = self._select(statement)
        if "yield_per" not in chosen.get_execution_options():
            chosen = chosen.execution_options(yield_per=500)
        rows = await self.session.stream_scalars(chosen)
        try:
            async for row in rows:
                yield row
        finally:
            await rows.close()

    async def get(self, key: object) -> Model:
        """One row.

        Args:
            key: its primary key (a tuple if that has several columns), or a statement that finds it.

        Raises:
            NotFoundError: there is none.
            sqlalchemy.exc.MultipleResultsFound: the statement finds several.
        """
        if isinstance(key, Select):
            rows = await self.session.scalars(cast("Select[Model]", key))
            only = _each_once(rows).one_or_none()
            if only is None:
                raise NotFoundError(self.model.__name__)
            return only
        found = await self.session.get(self.model, key)
        if found is None:
            raise NotFoundError(self.model.__name__, key)
        return found

    async def count(self, statement: Select[Model] | None = None) -> int:
        """How many rows a statement, or the table, has.

        Args:
            statement: what to count; its order does not matter, its limit does.
        """
        keys = self._keys(statement).subquery()
        return (await self.session.scalars(select(func.count()).select_from(keys))).one()

    async def exists(self, statement: Select[Model]) -> bool:
        """Whether a statement has any row."""
        return (await self.session.scalars(select(self._keys(statement).exists()))).one()

    async def page(self, statement: Select[Model] | None = None, *, limit: int, offset: int = 0) -> Page[Model]:
        """A part of a list, by position, and how long the list is.

        Args:
            statement: what to read. The primary key is added to its order, so that every row is on one page. If it has
                a limit or an offset of its own, its rows are the list.
            limit: how many rows at most, 1 or more.
            offset: how many rows to pass over, 0 or more.

        Raises:
            ValueError: limit or offset is out of range.
        """
        if limit < 1 or offset < 0:
            raise ValueError(f"A page needs a limit of at least 1 and an offset of at least 0, not {limit}, {offset}.")
        total = await self.count(statement)
        ordered = self._select(statement).order_by(*self._mapper.primary_key)
        # A slice counts from the statement's own offset; where its own limit ends, only the total knows.
        items = await self.list(ordered.slice(offset, max(offset, min(offset + limit, total))))
        return Page(items=items, total=total, limit=limit, offset=offset)

    async def keyset_page(
        self,
        statement: Select[Model] | None = None,
        *,
        order_by: Sequence[Order],
        limit: int,
        after: str | None = None,
    ) -> KeysetPage[Model]:
        """A part of a list, by where the page before it ended: rows that come and go elsewhere do not shift it.

        Args:
            statement: what to read; its order is not used.
            order_by: columns of the class, e.g. ``[Article.created_at.desc(), Article.title]``, the most significant
                first. The primary key is added, so that no two rows are equal; rows without a value come last.
            limit: how many rows at most, 1 or more.
            after: the ``next_cursor`` of the page before; None for the first page.

        Raises:
            InvalidCursorError: ``after`` is broken, or was made for another order or with another secret.
            ValueError: the limit is out of range, the statement has a limit or an offset of its own, or ``order_by``
                names something that is no column of the class.
        """
        if limit < 1:
            raise ValueError(f"A page needs a limit of at least 1, not {limit}.")
        chosen = self._select(statement)
        if chosen._has_row_limiting_clause:  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - has no accessor
            raise ValueError("A keyset page has no limit and no offset but its own: take those of the statement away.")
        keyset = Keyset(self.model, order_by, self._cursor_secret)
        chosen = chosen.order_by(None).order_by(*keyset.order_by())
        if after is not None:
            chosen = chosen.where(keyset.after(after))
        rows = await self.list(chosen.limit(limit + 1))
        items = rows[:limit]
        return KeysetPage(items=items, next_cursor=keyset.cursor(items[-1]) if len(rows) > limit else None)

    async def create(self, values: Model | Values) -> Model:
        """Insert a row.

        Args:
            values: what it holds, or the object itself.

        Raises:
            ConflictError: a constraint forbids it.
            TypeError: a value's name is no attribute of the class.
        """
        (created,) = await self.create_many([values])
        return created

    async def create_many(self, values: Iterable[Model | Values]) -> builtins.list[Model]:
        """Insert rows, as many with each statement as the database takes; all of them or none.

        Args:
            values: what each holds, or the objects themselves.

        Raises:
            ConflictError: a constraint forbids one of them.
            TypeError: a value's name is no attribute of the class.
        """
        created = [self._entity(each) for each in values]
        self.session.add_all(created)
        await self._flush()
        for each in created:
            await self._load_what_the_database_set(each)
        return created

    async def update(self, entity: Model, values: Values) -> Model:
        """Change a row.

        If the class has a version column (``version_id_col``) and ``values`` holds it, it is the version the change was
        decided on: the change is refused when the row has another one by now.

        Args:
            entity: the row, of this session.
            values: what is to change. Of a pydantic model only those fields that were set.

        Returns:
            ``entity``, with what the database set.

        Raises:
            ConflictError: a constraint forbids it, or somebody else changed or deleted the row meanwhile.
            TypeError: a value's name is no attribute of the class.
        """
        changes = _named(values, exclude_unset=True)
        self._refuse_unknown(changes.keys() - self._mapper.all_orm_descriptors.keys())
        # A conflict in a savepoint has expired what was loaded, and changing an attribute may read its older value.
        await self._load_what_the_database_set(entity)
        if self._mapper.version_id_col is not None:
            version = self._mapper.get_property_by_column(self._mapper.version_id_col).key
            current = getattr(entity, version)
            if changes.pop(version, current) != current:
                raise ConflictError(self.model.__name__, "version")
        for name, value in changes.items():
            setattr(entity, name, value)
        await self._flush()
        await self._load_what_the_database_set(entity)
        return entity

    async def upsert(self, values: Values, *, on: Sequence[InstrumentedAttribute[Any]]) -> Model:
        """Insert a row, or update the one that has the same ``on`` already, in one statement.

        Args:
            values: what it holds, all of which replaces what an older row held, except its primary key.
            on: the columns of a unique constraint, e.g. ``[Article.slug]``.

        Returns:
            The row as it is now.

        Raises:
            ConflictError: another constraint forbids it.
            TypeError: a value's name is no column of the class.
            ValueError: the database is neither PostgreSQL nor SQLite.
        """
        row = _named(values)
        self._refuse_unknown(row.keys() - self._mapper.columns.keys())
        dialect = self.session.get_bind().dialect.name
        statement = upsert_statement(dialect, self._mapper, row, on)
        with conflicts_named(self._mapper):
            rows = await self.session.scalars(statement, execution_options={"populate_existing": True})
        return rows.one()

    async def delete(self, entity: Model) -> None:
        """Delete a row.

        Args:
            entity: the row, of this session.

        Raises:
            ConflictError: a row that refers to it forbids it, or somebody else changed it meanwhile (if the class has a
                version column).
        """
        await self.session.delete(entity)
        await self._flush()

    def _refuse_unknown(self, names: AbstractSet[str]) -> None:
        if names:
            raise TypeError(f"{self.model.__name__} has no attribute {', '.join(sorted(names))}.")

    def _entity(self, values: Model | Values) -> Model:
        if isinstance(values, self.model):
            return values
        return self.model(**_named(cast("Values", values)))

    def _select(self, statement: Select[Model] | None) -> Select[Model]:
        return select(self.model) if statement is None else statement

    def _keys(self, statement: Select[Model] | None) -> Select[*tuple[Any, ...]]:
        """The same rows with nothing but their primary keys, in no order."""
        columns = self._mapper.primary_key
        return self._select(statement).with_only_columns(*columns, maintain_column_froms=True).order_by(None)

    async def _flush(self) -> None:
        with conflicts_named(self._mapper):
            await self.session.flush()

    async def _load_what_the_database_set(self, entity: Model) -> None:
        # An attribute that is loaded when it is first used needs a statement where nobody can await one. To load
        # flushes what else is pending.
        expired = inspect(entity).expired_attributes
        if expired:
            with conflicts_named(self._mapper):
                await self.session.refresh(entity, expired)


def _each_once(rows: ScalarResult[Model]) -> ScalarResult[Model]:
    """Undo what loading a collection by a join repeats, and leave what the statement itself repeats."""
    # SQLAlchemy asks for this, and has no other sign of it than the error.
    needed = rows._unique_filter_state is not None  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    return rows.unique() if needed else rows


def _named(values: Values, *, exclude_unset: bool = False) -> dict[str, Any]:
    return values.model_dump(exclude_unset=exclude_unset) if isinstance(values, BaseModel) else dict(values)
