"""Alembic's commands from code, on PostgreSQL and on SQLite."""

from __future__ import annotations

import asyncio
import runpy
import sys

import anyio
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fastapi_data import DatabaseSettingsError, MigrationError, MissingDriverError, migrations
from fastapi_data.migrations import check, create_folder, current, downgrade, revision, upgrade

BOOKS = """op.create_table("shelf", sa.Column("id", sa.Integer, primary_key=True))
op.create_table(
    "book",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.String),
    sa.Column("shelf_id", sa.Integer, sa.ForeignKey("shelf.id", ondelete="CASCADE"), nullable=False),
)"""


async def rows(database, statement):
    async with database.lifespan(), database.session() as session:
        return [tuple(row) for row in await session.execute(text(statement))]


async def test_the_models_become_tables(application, empty_database):
    assert await current(empty_database, application.folder) == ()
    path = await revision(empty_database, application.folder, "First tables", autogenerate=True)
    assert path.parent == application.folder / "versions"
    assert path.name.endswith("_first_tables.py")
    await upgrade(empty_database, application.folder)
    assert await current(empty_database, application.folder) == (path.name.partition("_")[0],)
    assert await rows(empty_database, "SELECT * FROM book") == []
    await check(empty_database, application.folder)
    await downgrade(empty_database, application.folder, "base")
    assert await current(empty_database, application.folder) == ()


async def test_upgrading_again_does_nothing(application, url):
    application.write_migration("one", None, BOOKS)
    await upgrade(url, application.folder)
    await upgrade(url, application.folder)
    assert await current(url, application.folder) == ("one",)


async def test_it_goes_to_the_revision_that_is_asked_for_and_back(application, url):
    application.write_migration("one", None, BOOKS, 'op.drop_table("book")\nop.drop_table("shelf")')
    application.write_migration("two", "one", 'op.create_table("more", sa.Column("id", sa.Integer))')
    await upgrade(url, application.folder, "one")
    assert await current(url, application.folder) == ("one",)
    await upgrade(url, application.folder, "+1")
    assert await current(url, application.folder) == ("two",)
    await downgrade(url, application.folder, "-1")
    assert await current(url, application.folder) == ("one",)


async def test_check_says_what_the_database_has_not(application, url):
    application.write_migration("one", None, BOOKS)
    with pytest.raises(MigrationError, match="not up to date"):
        await check(url, application.folder)
    await upgrade(url, application.folder)
    await check(url, application.folder)
    module = application.root / f"{application.module}.py"
    application.write_models(module.read_text() + "    author: Mapped[str | None]\n")
    with pytest.raises(MigrationError, match=r"New upgrade operations detected.*author"):
        await check(url, application.folder)


async def test_a_revision_from_models_needs_the_newest_database(application, url):
    application.write_migration("one", None, BOOKS)
    with pytest.raises(MigrationError, match="not up to date"):
        await revision(url, application.folder, "More", autogenerate=True)


async def test_an_empty_revision_does_nothing(application, url):
    path = await revision(url, application.folder, "By hand")
    await upgrade(url, application.folder)
    assert "pass" in path.read_text()


async def test_a_failing_migration_leaves_nothing_behind_not_even_those_before_it(application, url, empty_database):
    application.write_migration("one", None, BOOKS)
    application.write_migration(
        "two", "one", 'op.create_table("more", sa.Column("id", sa.Integer))\nop.execute("nonsense")'
    )
    with pytest.raises(DBAPIError):
        await upgrade(url, application.folder)
    assert await current(url, application.folder) == ()
    async with empty_database.lifespan(), empty_database.session() as session:
        for table in ("book", "more"):
            with pytest.raises(DBAPIError):
                async with session.begin_nested():
                    await session.execute(text(f"SELECT * FROM {table}"))
    application.write_migration("two", "one", "pass")
    await upgrade(url, application.folder)
    assert await current(url, application.folder) == ("two",)


async def test_a_table_is_altered_in_place_with_its_rows_and_what_refers_to_them(application, url, empty_database):
    fill = 'op.execute("INSERT INTO shelf VALUES (1)")\nop.execute("INSERT INTO book VALUES (1, \'Ada\', 1)")'
    application.write_migration("one", None, f"{BOOKS}\n{fill}")
    alter = """with op.batch_alter_table("shelf") as table:
    table.add_column(sa.Column("name", sa.String, nullable=False, server_default="x"))
    table.create_unique_constraint("shelf_name_key", ["name"])
with op.batch_alter_table("book") as table:
    table.alter_column("title", nullable=False)"""
    application.write_migration("two", "one", alter)
    await upgrade(url, application.folder)
    joined = "SELECT title, name FROM book JOIN shelf ON shelf.id = shelf_id"
    assert await rows(empty_database, joined) == [("Ada", "x")]
    with pytest.raises(DBAPIError):
        await rows(empty_database, "INSERT INTO book VALUES (2, NULL, 1)")


async def test_a_change_found_in_the_models_runs_on_both_databases(application, url):
    application.write_migration("one", None, BOOKS)
    await upgrade(url, application.folder)
    changed = (application.root / f"{application.module}.py").read_text()
    application.write_models(
        changed.replace("title: Mapped[str | None]", "title: Mapped[str] = mapped_column(unique=True)")
    )
    path = await revision(url, application.folder, "Titles", autogenerate=True)
    assert "batch_alter_table" in path.read_text()
    await upgrade(url, application.folder)
    await check(url, application.folder)


async def test_a_column_type_of_the_application_is_imported(application, url):
    own = (
        "import sqlalchemy\n\nclass Upper(sqlalchemy.TypeDecorator):\n    impl, cache_ok = sqlalchemy.String, True\n\n"
    )
    models = (application.root / f"{application.module}.py").read_text()
    application.write_models(own + models.replace("title: Mapped[str | None]", "title = mapped_column(Upper)"))
    path = await revision(url, application.folder, "First tables", autogenerate=True)
    assert f"import {application.module}" in path.read_text()
    await upgrade(url, application.folder)
    await check(url, application.folder)


async def test_several_databases_migrate_at_the_same_time(application, tmp_path):
    application.write_migration("one", None, BOOKS)
    urls = [f"sqlite:///{tmp_path / str(number)}.sqlite" for number in range(4)]
    async with anyio.create_task_group() as tasks:
        for url in urls:
            tasks.start_soon(upgrade, url, application.folder)
    assert [await current(url, application.folder) for url in urls] == [("one",)] * 4


async def test_an_unknown_revision_is_named(application, url):
    with pytest.raises(MigrationError, match="nowhere"):
        await upgrade(url, application.folder, "nowhere")


async def test_a_folder_without_migrations_is_named_with_what_to_do(tmp_path):
    with pytest.raises(MigrationError, match=r"holds no migrations\. Begin with: python -m fastapi_data\.migrations"):
        await upgrade("sqlite://", tmp_path / "nothing")


async def test_an_address_that_is_no_databases_is_refused(application):
    with pytest.raises(DatabaseSettingsError):
        await upgrade("mysql://localhost/x", application.folder)


def test_a_folder_is_begun_once(application):
    with pytest.raises(MigrationError, match="holds migrations already"):
        create_folder(application.folder, "models:Base")


@pytest.mark.parametrize("base", ["models", "models:", ":Base", "my-models:Base", "models:Base\nimport x"])
def test_what_names_no_base_is_refused(tmp_path, base):
    with pytest.raises(MigrationError, match="names no declarative base"):
        create_folder(tmp_path / "new", base)
    assert not (tmp_path / "new").exists()


def config_of_alembic(application):
    config = Config()
    config.set_main_option("script_location", str(application.folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def test_alembics_own_command_line_finds_the_address_in_its_configuration(application, url):
    application.write_migration("one", None, BOOKS)
    config = config_of_alembic(application)
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(config, "head")
    assert asyncio.run(current(url, application.folder)) == ("one",)


def test_alembics_own_command_line_finds_the_address_in_the_environment(application, url, monkeypatch):
    application.write_migration("one", None, BOOKS)
    monkeypatch.setenv("DATABASE_URL", url)
    command.upgrade(config_of_alembic(application), "head")
    assert asyncio.run(current(url, application.folder)) == ("one",)


def test_without_an_address_alembic_says_where_to_put_it(application, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(DatabaseSettingsError, match="Set DATABASE_URL"):
        command.upgrade(config_of_alembic(application), "head")


def test_alembic_writes_sql_instead(application, url, monkeypatch, capsys):
    application.write_migration("one", None, BOOKS)
    monkeypatch.setenv("DATABASE_URL", url)
    command.upgrade(config_of_alembic(application), "head", sql=True)
    assert "CREATE TABLE book" in capsys.readouterr().out
    assert asyncio.run(current(url, application.folder)) == ()


def test_without_alembic_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "alembic", None)
    with pytest.raises(MissingDriverError, match=r"pip install 'fastapi-data\[migrations\]'"):
        runpy.run_path(migrations.__file__)


async def test_what_has_begun_ends_though_its_caller_is_cancelled(application, url, monkeypatch):
    body = f"import sys, anyio\nanyio.from_thread.run_sync(sys.modules['caller'].cancel)\n{BOOKS}"
    application.write_migration("0001", None, body)
    with anyio.CancelScope() as caller:
        monkeypatch.setitem(sys.modules, "caller", caller)
        await upgrade(url, application.folder)
    assert caller.cancel_called
    assert await current(url, application.folder) == ("0001",)
