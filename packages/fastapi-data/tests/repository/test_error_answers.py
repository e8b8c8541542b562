"""What clients are told about errors of a repository."""

from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fastapi_data import Repository, install_error_handlers


@pytest.fixture
def app(articles_database, models) -> FastAPI:
    app = FastAPI()
    install_error_handlers(app)

    def articles_of(session: Annotated[AsyncSession, Depends(articles_database)]) -> Repository:
        return Repository(session, models.Article)

    Articles = Annotated[Repository, Depends(articles_of)]  # noqa: N806 - a type

    @app.post("/articles")
    async def create(articles: Articles, slug: str) -> None:
        await articles.create({"title": "x", "slug": slug})

    @app.get("/articles")
    async def list_(articles: Articles, after: str) -> None:
        await articles.keyset_page(order_by=[models.Article.slug], limit=1, after=after)

    @app.get("/articles/{key}")
    async def get(articles: Articles, key: str) -> None:
        await articles.get(select(models.Article).where(models.Article.slug == key))

    return app


async def test_a_conflict_is_a_409_and_nothing_of_the_request_stays(app, client_of, articles_database, models):
    async with client_of(app) as client:
        assert (await client.post("/articles?slug=x")).status_code == 200
        answer = await client.post("/articles?slug=x")
    assert answer.status_code == 409
    assert answer.json()["detail"].startswith("Article: another one has the same values")
    async with articles_database.session() as session:
        assert await Repository(session, models.Article).count() == 1


async def test_what_is_not_found_is_a_404(app, client_of):
    async with client_of(app) as client:
        answer = await client.get("/articles/x")
    assert (answer.status_code, answer.json()) == (404, {"detail": "There is no such Article."})


async def test_a_broken_cursor_is_a_400(app, client_of):
    async with client_of(app) as client:
        answer = await client.get("/articles?after=x")
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("This cursor is broken or belongs to another list.")
