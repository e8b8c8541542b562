"""Pages by where the page before them ended."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from fastapi_data import InvalidCursorError, Repository
from fastapi_data.repository.keyset import Keyset


@pytest.fixture
async def shelf(articles):
    """Twelve articles with ties, and with values missing."""
    return await articles.create_many(
        {
            "title": f"title {number % 3}",
            "slug": f"{number:02}",
            "stars": None if number % 4 == 0 else number % 5,
            "price": None if number % 5 == 0 else Decimal(f"{number % 2}.{number}"),
            "created_at": datetime(2026, 1, 1 + number % 4, microsecond=number % 2),  # noqa: DTZ001 - stored without
        }
        for number in range(12)
    )


async def all_pages(articles, order_by, limit, statement=None):
    pages = [await articles.keyset_page(statement, order_by=order_by, limit=limit)]
    while pages[-1].next_cursor is not None:
        after = pages[-1].next_cursor
        pages.append(await articles.keyset_page(statement, order_by=order_by, limit=limit, after=after))
    return pages


ORDERS = {
    "the primary key": lambda article: [],
    "one column": lambda article: [article.slug],
    "one column, largest first": lambda article: [article.slug.desc()],
    "ties": lambda article: [article.title],
    "times": lambda article: [article.created_at.desc()],
    "both directions": lambda article: [article.created_at.desc(), article.title.asc()],
    "the primary key named": lambda article: [article.title.desc(), article.id.desc()],
    "missing values": lambda article: [article.stars],
    "missing values, largest first": lambda article: [article.stars.desc(), article.title],
    "several missing values": lambda article: [article.price, article.stars.desc()],
}


@pytest.mark.parametrize("limit", [1, 5, 12])
@pytest.mark.parametrize("order", ORDERS)
async def test_the_pages_are_the_list_in_order(articles, shelf, models, order, limit):
    order_by = ORDERS[order](models.Article)
    (whole,) = await all_pages(articles, order_by, 100)
    pages = await all_pages(articles, order_by, limit)
    assert [article.slug for page in pages for article in page.items] == [article.slug for article in whole.items]
    assert len(whole.items) == 12
    assert len(pages) == -(-12 // limit)


async def test_rows_without_a_value_come_last_on_every_database(articles, shelf, models):
    (smallest_first,) = await all_pages(articles, [models.Article.stars], 100)
    (largest_first,) = await all_pages(articles, [models.Article.stars.desc()], 100)
    assert [article.stars for article in smallest_first.items][-3:] == [None] * 3
    assert [article.stars for article in largest_first.items][-3:] == [None] * 3
    assert [article.stars for article in largest_first.items][:2] == [4, 3]


async def test_a_page_is_stable_when_rows_come_and_go_before_it(articles, shelf, models):
    order_by = [models.Article.slug]
    first = await articles.keyset_page(order_by=order_by, limit=4)
    await articles.create({"title": "x", "slug": "00a"})
    await articles.delete(first.items[3])
    second = await articles.keyset_page(order_by=order_by, limit=4, after=first.next_cursor)
    assert [article.slug for article in second.items] == ["04", "05", "06", "07"]


async def test_only_what_the_statement_says_is_on_the_pages(articles, shelf, models):
    statement = select(models.Article).where(models.Article.title == "title 1").order_by(models.Article.created_at)
    pages = await all_pages(articles, [models.Article.slug.desc()], 3, statement)
    assert [[article.slug for article in page.items] for page in pages] == [["10", "07", "04"], ["01"]]


async def test_the_last_page_has_no_cursor_even_if_it_is_full(articles, shelf, models):
    page = await articles.keyset_page(order_by=[models.Article.slug], limit=12)
    assert (len(page.items), page.next_cursor) == (12, None)


async def test_a_page_becomes_a_page_of_schemas(articles, shelf, models):
    page = await articles.keyset_page(order_by=[models.Article.slug], limit=1)
    assert page.to(models.ArticleOut).model_dump() == {
        "items": [{"title": "title 0", "slug": "00"}],
        "next_cursor": page.next_cursor,
    }


async def test_the_database_starts_at_the_cursor_by_its_index(articles, shelf, session, dialect, models):
    keyset = Keyset(models.Article, [models.Article.id])
    statement = select(models.Article.id).where(keyset.after(keyset.cursor(shelf[0]))).order_by(*keyset.order_by())
    compiled = statement.compile(dialect=session.get_bind().dialect, compile_kwargs={"literal_binds": True})
    if dialect == "sqlite":
        plan = (await session.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))).all()
        assert "SEARCH article USING" in plan[0][3]
    else:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = (await session.scalars(text(f"EXPLAIN {compiled}"))).all()
        assert any("Index Cond" in line for line in plan)


async def test_a_limit_of_nothing_and_limits_of_the_statement_are_refused(articles, models):
    with pytest.raises(ValueError, match="at least 1, not 0"):
        await articles.keyset_page(order_by=[models.Article.slug], limit=0)
    for limited in (select(models.Article).limit(3), select(models.Article).offset(3)):
        with pytest.raises(ValueError, match="take those of the statement away"):
            await articles.keyset_page(limited, order_by=[models.Article.slug], limit=1)


@pytest.mark.parametrize(
    "order_by",
    [
        lambda models: [func.lower(models.Article.title)],
        lambda models: [models.Author.name],
        lambda models: [models.Article.title.desc().nulls_first()],
    ],
)
def test_an_order_that_is_no_column_of_the_class_is_refused(models, order_by):
    with pytest.raises(ValueError, match=r"is no column of Article\. Order by columns of the class"):
        Keyset(models.Article, order_by(models))


async def test_a_cursor_of_another_order_is_refused(articles, shelf, models):
    page = await articles.keyset_page(order_by=[models.Article.slug], limit=1)
    for other in ([models.Article.slug.desc()], [models.Article.title], []):
        with pytest.raises(InvalidCursorError, match="Begin with the first page"):
            await articles.keyset_page(order_by=other, limit=1, after=page.next_cursor)


async def test_a_signed_cursor_is_accepted_by_its_secret_alone(articles, shelf, session, models):
    order_by = [models.Article.slug]
    signed = Repository(session, models.Article, cursor_secret=b"a")
    cursor = (await signed.keyset_page(order_by=order_by, limit=1)).next_cursor
    assert (await signed.keyset_page(order_by=order_by, limit=1, after=cursor)).items[0].slug == "01"
    for other in (articles, Repository(session, models.Article, cursor_secret=b"b")):
        with pytest.raises(InvalidCursorError):
            await other.keyset_page(order_by=order_by, limit=1, after=cursor)


@given(noise=st.text() | st.binary().map(lambda noise: urlsafe_b64encode(noise).decode()))
def test_any_text_that_is_no_cursor_is_refused(noise):
    import repository_models  # noqa: PLC0415 - hypothesis and function fixtures do not go together

    with pytest.raises(InvalidCursorError):
        Keyset(repository_models.Article, []).after(noise)


@given(position=st.integers(0, 10), replacement=st.sampled_from("Ab-_9="))
def test_a_damaged_cursor_is_refused(position, replacement):
    import repository_models  # noqa: PLC0415 - hypothesis and function fixtures do not go together

    keyset = Keyset(repository_models.Account, [repository_models.Account.owner])
    cursor = keyset.cursor(repository_models.Account(id=1, owner="Ada"))
    damaged = cursor[:position] + replacement + cursor[position + 1 :]
    if damaged != cursor:
        with pytest.raises(InvalidCursorError):
            keyset.after(damaged)


@pytest.mark.parametrize("values", [["Ada"], ["Ada", 1, 2], ["Ada", "x"], 5, {"Ada": 1}, "[" * 5000])
def test_a_forged_cursor_with_the_wrong_values_is_refused(models, values):
    keyset = Keyset(models.Account, [models.Account.owner])
    payload = values.encode() if isinstance(values, str) else json.dumps(values).encode()
    forged = urlsafe_b64encode(keyset._digest(payload) + payload).decode()
    with pytest.raises(InvalidCursorError):
        keyset.after(forged)


@given(owner=st.text(st.characters(exclude_categories=["Cs"])), key=st.integers(-(2**63), 2**63 - 1))
def test_a_cursor_holds_the_values_of_its_row(owner, key):
    import repository_models  # noqa: PLC0415 - hypothesis and function fixtures do not go together

    keyset = Keyset(repository_models.Account, [repository_models.Account.owner])
    cursor = keyset.cursor(repository_models.Account(id=key, owner=owner))
    assert keyset._read(cursor) == (owner, key)
    assert json.loads(urlsafe_b64decode(cursor + "==")[8:]) == [owner, key]


MEASUREMENT = {
    "taken": st.datetimes(timezones=st.just(UTC)),
    "lasted": st.timedeltas(timedelta(-1000), timedelta(1000)),
    "digest": st.binary(),
    "price": st.decimals(allow_nan=False, allow_infinity=False),
    "ratio": st.floats(allow_nan=False),
    "kind": st.sampled_from(["a", "b"]),
    "sure": st.booleans(),
    "id": st.uuids(),
}


@given(values=st.fixed_dictionaries(MEASUREMENT))
def test_a_cursor_loses_nothing_of_any_type(values):
    import repository_models  # noqa: PLC0415 - hypothesis and function fixtures do not go together

    Measurement = repository_models.Measurement  # noqa: N806 - a class
    keyset = Keyset(Measurement, [getattr(Measurement, name) for name in MEASUREMENT])
    assert dict(zip(MEASUREMENT, keyset._read(keyset.cursor(Measurement(**values))), strict=True)) == values


def test_an_order_by_values_of_unknown_type_is_refused(models):
    with pytest.raises(ValueError, match=r"Nobody says of which type the values of Measurement\.anything are"):
        Keyset(models.Measurement, [models.Measurement.anything])
