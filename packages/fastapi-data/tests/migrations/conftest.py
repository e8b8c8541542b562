"""An application with models, a folder of migrations, and a database of each kind with nothing in it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, make_url

from fastapi_data import Database, PostgresDatabase, SQLiteDatabase
from fastapi_data.migrations import create_folder
from fastapi_data.testing.provisioning import new_database

MODELS = """
from sqlalchemy import ForeignKey, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention={"uq": "%(table_name)s_%(column_0_N_name)s_key"})


class Shelf(Base):
    __tablename__ = "shelf"

    id: Mapped[int] = mapped_column(primary_key=True)


class Book(Base):
    __tablename__ = "book"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str | None]
    shelf_id: Mapped[int] = mapped_column(ForeignKey("shelf.id", ondelete="CASCADE"))
"""


class Application:
    """Models in a module, and their migrations.

    Attributes:
        folder: of the migrations.
    """

    def __init__(self, root: Path) -> None:
        # Modules stay imported for the whole run.
        self.module = f"models_{uuid4().hex}"
        self.root = root
        self.folder = root / "migrations 100%"
        self.write_models(MODELS)
        create_folder(self.folder, f"{self.module}:Base")

    def write_models(self, source: str) -> None:
        (self.root / f"{self.module}.py").write_text(source)
        sys.modules.pop(self.module, None)

    def write_migration(self, name: str, after: str | None, body: str, undo: str = "pass") -> None:
        """Write one by hand.

        Args:
            name: also the revision.
            after: the revision before.
            body: lines that upgrade.
            undo: lines that downgrade.
        """
        source = (
            f"import sqlalchemy as sa\nfrom alembic import op\n\nrevision = {name!r}\ndown_revision = {after!r}\n\n"
        )
        for function, lines in (("upgrade", body), ("downgrade", undo)):
            source += f"def {function}():\n" + "".join(f"    {line}\n" for line in lines.splitlines()) + "\n"
        (self.folder / "versions" / f"{name}.py").write_text(source)


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Application:
    monkeypatch.syspath_prepend(tmp_path)
    # Modules that are written twice in one second would be read from the first one's cache.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return Application(tmp_path)


@pytest.fixture(params=["postgres", "sqlite"])
def url(request: pytest.FixtureRequest, postgres_database: URL, tmp_path: Path) -> Iterator[str]:
    server = "sqlite://" if request.param == "sqlite" else postgres_database.render_as_string(hide_password=False)
    with new_database(server, tmp_path) as url:
        yield url


@pytest.fixture
def empty_database(url: str) -> Database:
    """Not set up."""
    parsed = make_url(url)
    return SQLiteDatabase(parsed.database) if parsed.get_backend_name() == "sqlite" else PostgresDatabase(url)
