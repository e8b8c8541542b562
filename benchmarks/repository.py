"""What a repository costs, beside hand-written SQLAlchemy, advanced-alchemy and fastapi-toolsets.

``python -m benchmarks.repository``, with the ``benchmarks`` dependency group installed. Prints a line for each figure:
the ratio of the times, and what it should be. All use the same sessions of the same database (a SQLite file, and
the PostgreSQL of ``DATABASE_URL`` if set), in turns, so that what slows the machine down slows all of them down.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from benchmarks.targets import print_machine, report
from fastapi_data import Database, NotFoundError, Repository
from fastapi_data.testing.provisioning import create_tables, new_database

_ROWS = 1000
_LISTED = 50
_ROUNDS = 60
_CALLS_IN_A_ROUND = 25

Action = Callable[[], Awaitable[Any]]


class Base(DeclarativeBase):
    """Root of the mapped classes."""


class Article(Base):
    """What is read."""

    __tablename__ = "article"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    text: Mapped[str]


def _by_hand(session: AsyncSession) -> dict[str, Action]:
    async def get() -> Article:
        found = await session.get(Article, 500)
        if found is None:
            raise NotFoundError("Article", 500)
        return found

    async def list_() -> list[Article]:
        return list((await session.scalars(select(Article).order_by(Article.id).limit(_LISTED))).all())

    return {"get": get, "list": list_}


def _by_repository(session: AsyncSession) -> dict[str, Action]:
    articles = Repository(session, Article)
    return {
        "get": lambda: articles.get(500),
        "list": lambda: articles.list(select(Article).order_by(Article.id).limit(_LISTED)),
    }


def _by_advanced_alchemy(session: AsyncSession) -> dict[str, Action]:
    base: Any = import_module("advanced_alchemy.repository").SQLAlchemyAsyncRepository
    repository: Any = type("Articles", (base,), {"model_type": Article})
    articles = repository(session=session)
    return {
        "get": lambda: articles.get(500),
        "list": lambda: articles.get_many(statement=select(Article).order_by(Article.id).limit(_LISTED)),
    }


def _by_fastapi_toolsets(session: AsyncSession) -> dict[str, Action]:
    articles = import_module("fastapi_toolsets.crud").CrudFactory(Article)
    return {
        "get": lambda: articles.get(session, [Article.id == 500]),
        "list": lambda: articles.get_multi(session, order_by=Article.id, limit=_LISTED),
    }


_WAYS = {
    "by hand": _by_hand,
    "fastapi-data": _by_repository,
    "advanced-alchemy": _by_advanced_alchemy,
    "fastapi-toolsets": _by_fastapi_toolsets,
}


async def _seconds(session: AsyncSession, action: Action) -> float:
    started = time.perf_counter()
    for _ in range(_CALLS_IN_A_ROUND):
        # What the session holds already costs nothing to get.
        session.expunge_all()
        await action()
    return time.perf_counter() - started


async def _measure(database: Database, name: str) -> None:
    async with database.lifespan():
        async with database.begin() as session:
            rows = ({"title": f"{row}", "slug": f"{row}", "text": "x" * 500} for row in range(_ROWS))
            await Repository(session, Article).create_many(rows)
        async with database.session() as session:
            actions = {way: make(session) for way, make in _WAYS.items()}
            for operation in ("get", "list"):
                times: dict[str, list[float]] = {way: [] for way in _WAYS}
                for _ in range(_ROUNDS):
                    for way in _WAYS:
                        times[way].append(await _seconds(session, actions[way][operation]))
                _report(name, operation, times)


def _report(name: str, operation: str, times: dict[str, list[float]]) -> None:
    ours = times["fastapi-data"]
    microseconds = statistics.median(ours) / _CALLS_IN_A_ROUND * 1e6
    print(f"{operation} on {name}: {microseconds:.0f} microseconds a call")
    for way, target in (("by hand", 1.1), ("advanced-alchemy", 1), ("fastapi-toolsets", 1)):
        ratio = statistics.median(one / other for one, other in zip(ours, times[way], strict=True))
        report(f"of the time {way}", ratio, at_most=target)


def main() -> None:
    """Measure on each database."""
    print_machine()
    with tempfile.TemporaryDirectory() as folder:
        for name, server in (("SQLite", "sqlite://"), ("PostgreSQL", os.environ.get("DATABASE_URL"))):
            if server is not None:
                with new_database(server, Path(folder)) as url:
                    create_tables(url, Base.metadata)
                    asyncio.run(_measure(Database.from_url(url), name))


if __name__ == "__main__":
    main()
