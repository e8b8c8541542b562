"""What a repository reads, on PostgreSQL and on SQLite."""

from __future__ import annotations

from contextlib import aclosing
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import MultipleResultsFound
from sqlalchemy.orm import joinedload

from fastapi_data import NotFoundError, Repository


@pytest.fixture
async def three(articles):
    return await articles.create_many({"title": title, "slug": title.lower()} for title in ("Ada", "Bees", "Cats"))


async def test_it_lists_everything_or_what_a_statement_says(articles, three, models):
    assert {article.title for article in await articles.list()} == {"Ada", "Bees", "Cats"}
    chosen = select(models.Article).where(models.Article.title > "Ada").order_by(models.Article.title.desc())
    assert [article.title for article in await articles.list(chosen)] == ["Cats", "Bees"]


async def test_it_gets_a_row_by_primary_key(articles, three, session):
    session.expunge_all()
    found = await articles.get(three[1].id)
    assert (found.title, found is three[1]) == ("Bees", False)


async def test_it_gets_a_row_by_statement(articles, three, models):
    found = await articles.get(select(models.Article).where(models.Article.slug == "cats"))
    assert found is three[2]


async def test_a_missing_key_is_named(articles):
    key = uuid4()
    with pytest.raises(NotFoundError, match=f"There is no Article with the key {key}") as caught:
        await articles.get(key)
    assert (caught.value.entity, caught.value.key) == ("Article", key)


async def test_a_statement_without_a_row_is_not_found(articles, models):
    with pytest.raises(NotFoundError, match="There is no such Article") as caught:
        await articles.get(select(models.Article).where(models.Article.slug == "nothing"))
    assert caught.value.key is None


async def test_a_statement_with_several_rows_is_no_single_row(articles, three, models):
    with pytest.raises(MultipleResultsFound):
        await articles.get(select(models.Article))


async def test_it_counts_everything_or_what_a_statement_says(articles, three, models):
    ordered = select(models.Article).order_by(models.Article.title)
    assert await articles.count() == 3
    assert await articles.count(ordered.where(models.Article.title != "Ada")) == 2
    assert await articles.count(ordered.limit(1)) == 1


async def test_it_counts_what_it_lists_when_a_join_repeats_rows(articles, three, session, models):
    statement = select(models.Article).join(models.Author, models.Author.id > 0)
    session.add_all([models.Author(name="Ada"), models.Author(name="Bob")])
    await session.flush()
    assert await articles.count(statement) == len(await articles.list(statement)) == 6
    assert await articles.count(statement.distinct()) == len(await articles.list(statement.distinct())) == 3


async def test_it_knows_whether_a_row_exists(articles, three, models):
    assert await articles.exists(select(models.Article).where(models.Article.slug == "bees"))
    assert not await articles.exists(select(models.Article).where(models.Article.slug == "dogs"))


async def test_it_streams_rows(articles, three, models):
    ordered = select(models.Article).order_by(models.Article.title)
    assert [article.title async for article in articles.stream(ordered)] == ["Ada", "Bees", "Cats"]
    assert len([article async for article in articles.stream()]) == 3


async def test_a_stream_holds_as_many_rows_as_the_statement_says(articles, session, models):
    await articles.create_many({"title": f"{number:02}", "slug": str(number)} for number in range(25))
    session.expunge_all()
    ordered = select(models.Article).order_by(models.Article.title).execution_options(yield_per=10)
    async with aclosing(articles.stream(ordered)) as rows:
        held = [len(session.identity_map) async for _ in rows]
    assert max(held) <= 20


async def test_a_stream_that_is_left_early_leaves_the_session_usable(articles, three):
    async with aclosing(articles.stream()) as rows:
        async for _ in rows:
            break
    assert await articles.count() == 3


async def test_pages_have_every_row_once_even_if_the_order_ties(articles, models):
    await articles.create_many({"title": "same", "slug": str(number)} for number in range(7))
    ordered = select(models.Article).order_by(models.Article.title)
    pages = [await articles.page(ordered, limit=3, offset=offset) for offset in (0, 3, 6, 9)]
    assert [len(page.items) for page in pages] == [3, 3, 1, 0]
    assert len({article.id for page in pages for article in page.items}) == 7
    assert {(page.total, page.limit) for page in pages} == {(7, 3)}
    assert pages[1].offset == 3


async def test_pages_of_a_statement_with_limits_of_its_own_have_its_rows(articles, models):
    await articles.create_many({"title": f"{number}", "slug": f"{number}"} for number in range(9))
    some = select(models.Article).order_by(models.Article.title).offset(2).limit(5)
    pages = [await articles.page(some, limit=3, offset=offset) for offset in (0, 3, 6)]
    assert [[article.title for article in page.items] for page in pages] == [["2", "3", "4"], ["5", "6"], []]
    assert {page.total for page in pages} == {5}
    rest = await articles.page(select(models.Article).order_by(models.Article.title).offset(7), limit=9)
    assert ([article.title for article in rest.items], rest.total) == (["7", "8"], 2)


async def test_a_page_becomes_a_page_of_schemas(articles, three, models):
    ordered = select(models.Article).order_by(models.Article.title)
    page = (await articles.page(ordered, limit=2)).to(models.ArticleOut)
    assert page.model_dump() == {
        "items": [{"title": "Ada", "slug": "ada"}, {"title": "Bees", "slug": "bees"}],
        "total": 3,
        "limit": 2,
        "offset": 0,
    }


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (-1, 0), (1, -1)])
async def test_a_page_that_cannot_be_is_refused(articles, limit, offset):
    with pytest.raises(ValueError, match="at least 1"):
        await articles.page(limit=limit, offset=offset)


async def test_a_collection_that_is_loaded_by_a_join_repeats_no_row(articles, session, models):
    authors = Repository(session, models.Author)
    for name in ("Ada", "Bob"):
        author = await authors.create({"name": name})
        await articles.create_many({"title": "x", "slug": f"{name}{n}", "author_id": author.id} for n in range(3))
    session.expunge_all()
    both = select(models.Author).options(joinedload(models.Author.articles)).order_by(models.Author.name)
    listed = await authors.list(both)
    assert [(author.name, len(author.articles)) for author in listed] == [("Ada", 3), ("Bob", 3)]
    assert await authors.get(both.where(models.Author.name == "Bob")) is listed[1]
    page = await authors.page(both, limit=1, offset=1)
    assert (page.items, page.total) == (listed[1:], 2)
    first = await authors.keyset_page(both, order_by=[models.Author.name], limit=1)
    assert first.items == listed[:1]
    assert (await authors.keyset_page(both, order_by=[models.Author.name], limit=1, after=first.next_cursor)).items == (
        listed[1:]
    )
