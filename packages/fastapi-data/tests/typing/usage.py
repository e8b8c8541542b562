"""What the type checker must infer; read by test_types.py, never run."""

from __future__ import annotations

from typing import assert_type

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from fastapi_data import Database, InMemoryDatabase, ResponseCache, cache_response


def names(session: Session, first: int, *, upper: bool = False) -> list[str]:
    """A unit of work."""
    return [str(session), str(first), str(upper)]


async def use(db: InMemoryDatabase) -> None:
    """What sessions and units of work are."""
    assert_type(await db.run(names, 1, upper=True), list[str])
    async with db.session() as session:
        assert_type(session, AsyncSession)
    async with db.begin() as session:
        assert_type(session, AsyncSession)
    await db.run(names, "1")  # pyright: ignore[reportArgumentType]
    await db.run(names)  # pyright: ignore[reportCallIssue]
    Database()  # pyright: ignore[reportAbstractUsage]


@cache_response
async def bare(number: int) -> str:
    """A marked route."""
    return str(number)


@cache_response(ttl_seconds=5, vary=["Accept-Language"])
def with_options(number: int) -> str:
    """A marked route."""
    return str(number)


async def call() -> None:
    """Marked functions keep their types."""
    assert_type(await bare(1), str)
    assert_type(with_options(1), str)
    assert_type(await ResponseCache().clear(), None)
    cache_response(ttl_seconds="5")  # pyright: ignore[reportArgumentType]
