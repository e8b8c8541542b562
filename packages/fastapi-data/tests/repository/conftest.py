"""A session on each database, with the tables of ``models`` and nothing in them."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncSession

from fastapi_data import Database, PostgresDatabase, Repository, SQLiteDatabase
from fastapi_data.testing.provisioning import create_tables

SPECIFICATION = importlib.util.spec_from_file_location("repository_models", Path(__file__).with_name("models.py"))
repository_models = sys.modules["repository_models"] = importlib.util.module_from_spec(SPECIFICATION)
SPECIFICATION.loader.exec_module(repository_models)


@pytest.fixture
def models() -> ModuleType:
    return repository_models


@pytest.fixture(params=["postgres", "sqlite"])
def dialect(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="session")
def articles_url(postgres_database: URL) -> str:
    """A PostgreSQL database with the tables; whatever is in them."""
    url = postgres_database.render_as_string(hide_password=False)
    create_tables(url, repository_models.Base.metadata)
    return url


@pytest.fixture
async def articles_database(dialect: str, articles_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    if dialect == "sqlite":
        create_tables(f"sqlite:///{tmp_path / 'articles.sqlite'}", repository_models.Base.metadata)
        database: Database = SQLiteDatabase(tmp_path / "articles.sqlite")
    else:
        database = PostgresDatabase(articles_url)
    async with database.lifespan():
        yield database
        if dialect == "postgres":
            names = ", ".join(repository_models.Base.metadata.tables)
            async with database.begin() as session:
                await session.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))


@pytest.fixture
async def session(articles_database: Database) -> AsyncIterator[AsyncSession]:
    async with articles_database.session() as session:
        yield session


@pytest.fixture
def articles(session: AsyncSession) -> Repository[repository_models.Article]:
    return Repository(session, repository_models.Article)


@pytest.fixture
def accounts(session: AsyncSession) -> Repository[repository_models.Account]:
    return Repository(session, repository_models.Account)
