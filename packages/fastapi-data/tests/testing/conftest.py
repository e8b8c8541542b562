"""A small project that uses the plugin, run by a pytest of its own."""

from __future__ import annotations

import pytest
import sqlalchemy.dialects.postgresql.asyncpg  # noqa: F401 - see below
from sqlalchemy import URL

# The projects run in this process, and what they are the first to import is forgotten after each: SQLAlchemy minds.
import fastapi_data.migrations
import fastapi_data.testing.queries
import fastapi_data.testing.servers
import fastapi_data.testing.transactions  # noqa: F401 - as above
from fastapi_data import *  # noqa: F403 - as above

APPLICATION = """
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from fastapi_data import Database, Repository, install_error_handlers


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(unique=True)


def create_app(db: Database) -> FastAPI:
    app = FastAPI(lifespan=db.lifespan)
    install_error_handlers(app)

    @app.post("/notes")
    async def create(words: str, session: Annotated[AsyncSession, Depends(db)]) -> int:
        return (await Repository(session, Note).create({"words": words})).id

    @app.get("/notes")
    async def notes(session: Annotated[AsyncSession, Depends(db.read)]) -> list[str]:
        return [note.words for note in await Repository(session, Note).list()]

    @app.post("/background")
    async def background(words: str, session: Annotated[AsyncSession, Depends(db)]) -> list[str]:
        await session.execute(text("SELECT 1"))
        async with db.begin() as inner:
            await Repository(inner, Note).create({"words": words})
        return await db.run(lambda sync: list(sync.scalars(text("SELECT words FROM note"))))

    return app
"""

CONFTEST = """
import pytest

from application import Base, create_app


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="session")
def database_url():
    return {url!r}


@pytest.fixture(scope="session")
def metadata():
    return Base.metadata


@pytest.fixture
def app(database):
    return create_app(database)
"""


@pytest.fixture(params=["postgres", "sqlite"])
def server_url(request: pytest.FixtureRequest, postgres_database: URL) -> str:
    return "sqlite://" if request.param == "sqlite" else postgres_database.render_as_string(hide_password=False)


@pytest.fixture
def project(pytester: pytest.Pytester, server_url: str) -> pytest.Pytester:
    """An application of notes, and fixtures for its tests."""
    pytester.makeini("[pytest]\nanyio_mode = auto\nfilterwarnings = error\n")
    pytester.makepyfile(application=APPLICATION)
    pytester.makeconftest(CONFTEST.format(url=server_url))
    pytester.syspathinsert()
    return pytester
