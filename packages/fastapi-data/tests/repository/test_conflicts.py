"""Which conflict a refused write is, by the driver's codes alone."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.attributes import set_committed_value

from fastapi_data import ConflictError, Repository

REFUSED = {
    "unique": ({"title": "x", "slug": "taken"}, "article_web_name_key", ("web_name",)),
    "two columns": (
        {"title": "x", "slug": "y", "shelf": "a", "place": 1},
        "article_shelf_place_key",
        ("shelf", "place"),
    ),
    "index": ({"title": "x", "slug": "y", "isbn": "1"}, "article_isbn", ("isbn",)),
    "check": ({"title": "x", "slug": "y", "stars": -1}, "stars_not_negative", ()),
    "foreign_key": ({"title": "x", "slug": "y", "author_id": 99}, "article_author_id_fkey", ("author_id",)),
    "not_null": ({"title": None, "slug": "y"}, None, ("title",)),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_a_refused_write_is_a_conflict_of_its_kind(articles, dialect, case):
    await articles.create({"title": "x", "slug": "taken", "shelf": "a", "place": 1, "isbn": "1"})
    values, constraint, columns = REFUSED[case]
    with pytest.raises(ConflictError, match=r"^Article: ") as caught:
        await articles.create(values)
    assert caught.value.entity == "Article"
    assert caught.value.kind == ("unique" if case in {"two columns", "index"} else case)
    if dialect == "postgres":
        assert (caught.value.constraint, caught.value.columns) == (constraint, columns)
        assert all(column in str(caught.value) for column in columns)
    else:
        assert (caught.value.constraint, caught.value.columns) == (None, ())


async def test_a_used_primary_key_is_a_unique_conflict(articles, dialect):
    first = await articles.create({"title": "x", "slug": "x"})
    with pytest.raises(ConflictError) as caught:
        await articles.upsert({"id": first.id, "title": "y", "slug": "y"}, on=[type(first).slug])
    assert caught.value.kind == "unique"
    assert caught.value.columns == (("id",) if dialect == "postgres" else ())


async def test_a_row_others_refer_to_cannot_be_deleted(articles, session, models):
    authors = Repository(session, models.Author)
    author = await authors.create({"name": "Ada"})
    await articles.create({"title": "x", "slug": "x", "author_id": author.id})
    with pytest.raises(ConflictError) as caught:
        await authors.delete(author)
    assert (caught.value.entity, caught.value.kind) == ("Author", "foreign_key")


async def test_the_entity_is_whose_row_was_refused_not_whose_repository_flushed(articles, session, dialect, models):
    session.add(models.Author(id=1, name=None))
    with pytest.raises(ConflictError) as caught:
        await articles.create({"title": "x", "slug": "x"})
    assert caught.value.entity == ("Author" if dialect == "postgres" else "Article")


async def test_a_table_without_a_class_is_named_itself(articles, session, dialect, models):
    session.add(models.Author(id=1, name="Ada", badges=[models.Badge(id=1)]))
    await session.flush()
    session.expunge_all()
    author = await session.get(models.Author, 1)
    set_committed_value(author, "badges", [])
    author.badges.append(await session.get(models.Badge, 1))
    with pytest.raises(ConflictError) as caught:
        await articles.create({"title": "x", "slug": "x"})
    assert caught.value.kind == "unique"
    assert caught.value.entity == ("author_badge" if dialect == "postgres" else "Article")


async def test_a_constraint_only_the_database_knows_is_named_without_columns(articles, session, dialect):
    await session.execute(text("CREATE UNIQUE INDEX only_here ON article (title)"))
    await articles.create({"title": "x", "slug": "x"})
    with pytest.raises(ConflictError) as caught:
        await articles.create({"title": "x", "slug": "y"})
    assert caught.value.kind == "unique"
    assert (caught.value.constraint, caught.value.columns) == ("only_here" if dialect == "postgres" else None, ())
    await session.rollback()


async def test_what_a_trigger_refuses_is_a_conflict_of_no_other_kind(articles, session, dialect):
    if dialect == "postgres":
        body = "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS "
        body += "$$BEGIN RAISE integrity_constraint_violation; END$$"
        await session.execute(text(body))
        await session.execute(
            text("CREATE TRIGGER refuse BEFORE INSERT ON article FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()")
        )
    else:
        await session.execute(
            text("CREATE TRIGGER refuse BEFORE INSERT ON article BEGIN SELECT RAISE(ABORT, 'UNIQUE no'); END")
        )
    with pytest.raises(ConflictError) as caught:
        await articles.create({"title": "x", "slug": "x"})
    assert (caught.value.kind, caught.value.constraint, caught.value.columns) == ("other", None, ())
    await session.rollback()


async def test_inside_a_savepoint_the_rest_of_the_transaction_survives(articles, session):
    await articles.create({"title": "x", "slug": "x"})
    with pytest.raises(ConflictError):
        async with session.begin_nested():
            await articles.create({"title": "y", "slug": "x"})
    await articles.create({"title": "z", "slug": "z"})
    assert await articles.count() == 2


async def test_errors_that_are_no_conflicts_stay_the_drivers(articles, dialect):
    if dialect == "sqlite":
        with pytest.raises(OverflowError):
            await articles.create({"title": "x", "slug": "x", "stars": 2**80})
    else:
        with pytest.raises(DBAPIError):
            await articles.create({"title": "x", "slug": "x", "stars": 2**80})
