"""What the type checker must infer; read by test_types.py, never run."""

from __future__ import annotations

from typing import assert_type

from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fastapi_data import (
    CacheStats,
    Database,
    InMemoryDatabase,
    KeysetPage,
    MemoryStore,
    Page,
    RedisStore,
    Repository,
    ResponseCache,
    cache_response,
    cache_router,
    cache_tags,
    invalidate_tags,
    invalidates,
    never_cache,
)


def names(session: Session, first: int, *, upper: bool = False) -> list[str]:
    """A unit of work."""
    return [str(session), str(first), str(upper)]


async def use(db: InMemoryDatabase) -> None:
    """What sessions and units of work are."""
    assert_type(await db.run(names, 1, upper=True), list[str])
    assert_type(await db.run_read(names, 1), list[str])
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
    cache_response(expire=5)  # pyright: ignore[reportCallIssue]


@never_cache
async def never(request: Request) -> int:
    """A route that is never cached."""
    cache_tags(request, "a", "b")
    invalidate_tags(request, "a")
    return 1


async def caches() -> None:
    """Every store fits every cache."""
    assert_type(await never(Request({})), int)
    assert_type(ResponseCache(RedisStore("redis://localhost"), cookies=[], tags=["all"]).stats(), CacheStats)
    await ResponseCache(MemoryStore(), stale_if_error_seconds=5).invalidate(tags=["a"])
    APIRouter(dependencies=[invalidates("a", "b")])
    cache_router(APIRouter(), ttl_seconds=5, stale_while_revalidate_seconds=5)
    cache_router(APIRouter(), vary=[1])  # pyright: ignore[reportArgumentType]


class Base(DeclarativeBase):
    """Root of the mapped classes."""


class Article(Base):
    """A mapped class."""

    __tablename__ = "article"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]


class ArticleOut(BaseModel):
    """A schema."""

    title: str


class Articles(Repository[Article]):
    """A repository with a query of its own."""

    def __init__(self, session: AsyncSession) -> None:
        super().__init__(session, Article)

    async def titled(self, title: str) -> list[Article]:
        """Articles of a title."""
        return await self.list(select(Article).where(Article.title == title))


async def read_and_write(session: AsyncSession) -> None:
    """A repository knows what its rows are."""
    articles = Repository(session, Article)
    assert_type(articles, Repository[Article])
    assert_type(await articles.list(), list[Article])
    assert_type(await articles.get(1), Article)
    assert_type(await articles.get(select(Article)), Article)
    assert_type(await articles.count(select(Article)), int)
    assert_type(await articles.exists(select(Article)), bool)
    assert_type(await articles.create(ArticleOut(title="x")), Article)
    assert_type(await articles.create_many([{"title": "x"}, Article(title="y")]), list[Article])
    assert_type(await articles.update(await articles.get(1), {"title": "y"}), Article)
    assert_type(await articles.upsert({"title": "y"}, on=[Article.id]), Article)
    assert_type(await articles.delete(await articles.get(1)), None)
    assert_type([article async for article in articles.stream()], list[Article])
    assert_type(await articles.page(limit=1), Page[Article])
    assert_type((await articles.page(limit=1)).to(ArticleOut), Page[ArticleOut])
    keyset_page = await articles.keyset_page(order_by=[Article.title.desc(), Article.id], limit=1)
    assert_type(keyset_page, KeysetPage[Article])
    assert_type(keyset_page.to(ArticleOut).items, list[ArticleOut])
    assert_type(await Articles(session).titled("x"), list[Article])
    await articles.list(select(Article.title))  # pyright: ignore[reportArgumentType]
    await articles.update(ArticleOut(title="x"), {})  # pyright: ignore[reportArgumentType]
    await articles.upsert({}, on=["title"])  # pyright: ignore[reportArgumentType]
    await articles.keyset_page(order_by=["title"], limit=1)  # pyright: ignore[reportArgumentType]
