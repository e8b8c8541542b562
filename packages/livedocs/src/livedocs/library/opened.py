"""What people open: how often each entry was opened on each of the last days, and nothing about who did."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Column, Date, Integer, MetaData, String, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

from livedocs.library.listing import Place

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

DAYS = 30
"""How long it is remembered."""

metadata = MetaData(naming_convention={"pk": "%(table_name)s_pkey"})

opened = Table(
    "opened",
    metadata,
    Column("day", Date, primary_key=True),
    Column("docset", String, primary_key=True),
    Column("version", String, primary_key=True),
    Column("page", String, primary_key=True),
    Column("anchor", String, primary_key=True),
    Column("count", Integer, nullable=False),
)

_PLACE = (opened.c.docset, opened.c.version, opened.c.page, opened.c.anchor)
_INSERTS = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def count_opened(session: Session, place: Place, today: date) -> None:
    """An entry was opened once more; what is older than `DAYS` is forgotten."""
    session.execute(opened.delete().where(opened.c.day <= today - timedelta(days=DAYS)))
    row = _INSERTS[session.get_bind().dialect.name](opened).values(
        day=today, docset=place.docset, version=place.version, page=place.page, anchor=place.anchor, count=1
    )
    session.execute(row.on_conflict_do_update(index_elements=["day", *_PLACE], set_={"count": opened.c.count + 1}))


def most_opened(session: Session, today: date, limit: int) -> list[Place]:
    """What was opened most in the last `DAYS` days, the most often first."""
    rows = session.execute(
        select(*_PLACE)
        .where(opened.c.day > today - timedelta(days=DAYS))
        .group_by(*_PLACE)
        .order_by(func.sum(opened.c.count).desc(), func.max(opened.c.day).desc(), *_PLACE)
        .limit(limit)
    )
    return [Place(*row) for row in rows]
