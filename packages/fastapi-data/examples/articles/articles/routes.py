"""The routes under ``/api/v1/articles``."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from articles.models import Article
from articles.schemas import ArticleCreate, ArticleRead, ArticleUpdate
from fastapi_data import Database, KeysetPage, Repository

NEWEST_FIRST = [Article.created_at.desc()]


def articles_router(db: Database) -> APIRouter:
    """The routes, on a database."""

    def of_session(session: Annotated[AsyncSession, Depends(db)]) -> Repository[Article]:
        return Repository(session, Article)

    def of_read_session(session: Annotated[AsyncSession, Depends(db.read)]) -> Repository[Article]:
        return Repository(session, Article)

    router = APIRouter()

    @router.get("")
    async def list_articles(
        articles: Annotated[Repository[Article], Depends(of_read_session)],
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        after: Annotated[str | None, Query(description="the next_cursor of the page before")] = None,
    ) -> KeysetPage[ArticleRead]:
        page = await articles.keyset_page(order_by=NEWEST_FIRST, limit=limit, after=after)
        return page.to(ArticleRead)

    @router.get("/{article_id}")
    async def get_article(
        articles: Annotated[Repository[Article], Depends(of_read_session)], article_id: UUID
    ) -> ArticleRead:
        return ArticleRead.model_validate(await articles.get(article_id))

    @router.post("", status_code=201)
    async def create_article(
        articles: Annotated[Repository[Article], Depends(of_session)], article: ArticleCreate
    ) -> ArticleRead:
        return ArticleRead.model_validate(await articles.create(article))

    @router.patch("/{article_id}")
    async def update_article(
        articles: Annotated[Repository[Article], Depends(of_session)], article_id: UUID, changes: ArticleUpdate
    ) -> ArticleRead:
        updated = await articles.update(await articles.get(article_id), changes)
        return ArticleRead.model_validate(updated)

    @router.delete("/{article_id}", status_code=204)
    async def delete_article(articles: Annotated[Repository[Article], Depends(of_session)], article_id: UUID) -> None:
        await articles.delete(await articles.get(article_id))

    return router
