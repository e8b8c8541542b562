"""What a repository writes, on PostgreSQL and on SQLite."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select

from fastapi_data import ConflictError, NotFoundError, Repository
from fastapi_data.repository.upsert import upsert_statement


async def test_it_creates_from_a_schema_a_mapping_or_an_object(articles, models):
    from_schema = await articles.create(models.ArticleIn(title="Ada", slug="ada"))
    from_mapping = await articles.create({"title": "Bees", "slug": "bees"})
    itself = models.Article(title="Cats", slug="cats")
    assert await articles.create(itself) is itself
    assert [from_schema.title, from_mapping.title] == ["Ada", "Bees"]
    assert await articles.count() == 3


async def test_what_it_creates_has_what_the_database_set(accounts):
    account = await accounts.create({"owner": "Ada"})
    assert (account.id, account.balance, account.version, account.changed) == (1, 0, 1, "never")


async def test_nothing_is_committed(articles, session):
    await articles.create({"title": "Ada", "slug": "ada"})
    await session.rollback()
    assert await articles.count() == 0


async def test_many_rows_take_one_statement(articles, session):
    connection = await session.connection()
    statements = []
    event.listen(
        connection.sync_connection, "before_cursor_execute", lambda *arguments: statements.append(arguments[2])
    )
    created = await articles.create_many({"title": "x", "slug": str(number)} for number in range(50))
    assert len(created) == 50
    assert len(statements) == 1


async def test_of_many_rows_all_are_created_or_none(articles, session):
    rows = [{"title": "x", "slug": slug} for slug in ("one", "two", "one")]
    with pytest.raises(ConflictError):
        await articles.create_many(rows)
    await session.rollback()
    assert await articles.count() == 0


async def test_an_unknown_name_is_refused_when_creating(articles):
    with pytest.raises(TypeError, match="nonsense"):
        await articles.create({"title": "x", "slug": "x", "nonsense": 1})


async def test_an_unknown_name_is_refused_when_updating_and_nothing_changes(articles):
    article = await articles.create({"title": "x", "slug": "x"})
    with pytest.raises(TypeError, match="Article has no attribute metadata, nonsense"):
        await articles.update(article, {"title": "y", "nonsense": 1, "metadata": 2})
    assert article.title == "x"


async def test_an_unknown_name_is_refused_when_upserting(articles, models):
    with pytest.raises(TypeError, match="Article has no attribute metadata, nonsense"):
        await articles.upsert({"slug": "x", "nonsense": 1, "metadata": 2}, on=[models.Article.slug])
    assert await articles.count() == 0


async def test_a_row_is_changed_after_a_conflict_in_a_savepoint(accounts, session):
    ada, bob = await accounts.create_many([{"owner": "Ada"}, {"owner": "Bob"}])
    with pytest.raises(ConflictError):
        async with session.begin_nested():
            await accounts.update(bob, {"owner": "Ada"})
    await accounts.update(bob, {"owner": "Bobby", "version": 1})
    assert (ada.id, bob.owner, bob.version) == (1, "Bobby", 2)


async def test_an_update_changes_only_what_was_set(articles, session, models):
    article = await articles.create({"title": "x", "slug": "x", "stars": 3})
    assert await articles.update(article, models.ArticlePatch(title="y")) is article
    await articles.update(article, {"slug": "z"})
    session.expunge_all()
    found = await articles.get(article.id)
    assert (found.title, found.slug, found.stars) == ("y", "z", 3)


async def test_an_update_loads_what_the_database_set(accounts):
    account = await accounts.create({"owner": "Ada"})
    await accounts.update(account, {"balance": 5})
    assert (account.version, account.changed, account.loud_owner, account.counted) == (2, "today", "CHANGED", 7)


async def test_a_deleted_row_is_gone(articles):
    article = await articles.create({"title": "x", "slug": "x"})
    await articles.delete(article)
    with pytest.raises(NotFoundError):
        await articles.get(article.id)


async def test_an_upsert_inserts_then_updates(articles, models):
    first = await articles.upsert(models.ArticleIn(title="Ada", slug="ada", stars=1), on=[models.Article.slug])
    key = first.id
    second = await articles.upsert({"title": "Ada again", "slug": "ada"}, on=[models.Article.slug])
    assert second is first
    assert (second.id, second.title, second.stars) == (key, "Ada again", 1)
    assert await articles.count() == 1


async def test_an_upsert_with_nothing_to_change_still_gives_the_row(articles, models):
    created = await articles.create({"title": "Ada", "slug": "ada", "shelf": "a", "place": 1})
    documents = Repository(articles.session, models.Author)
    first = await documents.upsert({"id": 5, "name": "Ada"}, on=[models.Author.id])
    again = await documents.upsert({"id": 5, "name": "Bob"}, on=[models.Author.id])
    assert (first is again, again.name) == (True, "Bob")
    same = await articles.upsert(
        {"id": created.id, "title": "New", "slug": "new", "shelf": "a", "place": 1},
        on=[models.Article.shelf, models.Article.place],
    )
    assert (same is created, same.title, same.slug) == (True, "New", "new")


async def test_an_upsert_of_nothing_but_its_key_gives_the_row(session, models):
    documents = Repository(session, models.Tag)
    first = await documents.upsert({"name": "a"}, on=[models.Tag.name])
    assert await documents.upsert({"name": "a"}, on=[models.Tag.name]) is first
    assert await documents.count() == 1


async def test_an_upsert_counts_versions_and_marks_changes_as_a_flush_does(accounts, models):
    first = await accounts.upsert({"owner": "Ada"}, on=[models.Account.owner])
    assert (first.version, first.changed, first.counted) == (1, "never", 0)
    second = await accounts.upsert({"owner": "Ada", "balance": 5}, on=[models.Account.owner])
    assert (second.version, second.changed, second.loud_owner, second.counted) == (2, "today", "CHANGED", 7)


async def test_an_upsert_makes_a_new_version_that_is_no_number(session, models):
    documents = Repository(session, models.Document)
    first = (await documents.upsert({"name": "a"}, on=[models.Document.name])).version
    second = (await documents.upsert({"name": "a"}, on=[models.Document.name])).version
    assert first != second


async def test_an_upsert_in_conflict_with_another_constraint_is_refused(articles, models):
    await articles.create({"title": "x", "slug": "x", "isbn": "1"})
    with pytest.raises(ConflictError):
        await articles.upsert({"title": "y", "slug": "y", "isbn": "1"}, on=[models.Article.slug])


async def test_a_change_decided_on_an_older_version_is_refused(accounts, models):
    account = await accounts.create({"owner": "Ada"})
    await accounts.update(account, models.AccountPatch(balance=5, version=1))
    with pytest.raises(ConflictError, match="Account: somebody else changed or deleted it meanwhile") as caught:
        await accounts.update(account, models.AccountPatch(balance=9, version=1))
    assert caught.value.kind == "version"
    assert (account.balance, account.version) == (5, 2)


async def test_a_row_somebody_else_changed_after_it_was_read_is_not_overwritten(articles_database, models):
    async with articles_database.begin() as session:
        await Repository(session, models.Account).create({"owner": "Ada"})
    async with articles_database.read_session() as session:
        stale = await Repository(session, models.Account).get(1)
    async with articles_database.begin() as session:
        accounts = Repository(session, models.Account)
        await accounts.update(await accounts.get(1), {"balance": 1})
    async with articles_database.session() as session:
        session.add(stale)
        accounts = Repository(session, models.Account)
        with pytest.raises(ConflictError) as caught:
            await accounts.update(stale, {"balance": 2})
        assert caught.value.kind == "version"
        await session.rollback()
        assert (await session.scalars(select(models.Account.balance))).one() == 1


async def test_a_row_somebody_else_changed_is_not_deleted(articles_database, models):
    async with articles_database.begin() as session:
        stale = await Repository(session, models.Account).create({"owner": "Ada"})
    async with articles_database.begin() as session:
        accounts = Repository(session, models.Account)
        await accounts.update(await accounts.get(1), {"balance": 1})
    async with articles_database.session() as session:
        session.add(stale)
        with pytest.raises(ConflictError):
            await Repository(session, models.Account).delete(stale)


def test_an_upsert_for_another_database_is_refused(models):
    with pytest.raises(ValueError, match="speaks to PostgreSQL and SQLite, not to mysql"):
        upsert_statement("mysql", models.Tag.__mapper__, {"name": "a"}, [models.Tag.name])
