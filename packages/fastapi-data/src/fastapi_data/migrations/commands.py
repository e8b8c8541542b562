"""Alembic's commands as async functions."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterable
from io import StringIO
from os import PathLike, fspath
from pathlib import Path
from shutil import copyfile
from threading import Lock
from typing import Any, TypeAlias, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError
from anyio import to_thread
from sqlalchemy import URL

from fastapi_data.errors import MigrationError
from fastapi_data.postgres import PostgresDatabase
from fastapi_data.settings import DatabaseSettings
from fastapi_data.sqlite import SQLiteDatabase

T = TypeVar("T")

Migratable: TypeAlias = PostgresDatabase | SQLiteDatabase | DatabaseSettings | URL | str
"""A database, set up or not, or its settings, or its URL. It is reached as those say, with their TLS for example."""

# alembic.context and alembic.op are one for the whole process.
_ONE_AT_A_TIME = Lock()

_TEMPLATE = Path(__file__).with_name("template")

_ENVIRONMENT = """\"""How Alembic reaches the database.\"""

from fastapi_data.migrations import run_migrations
from {module} import {name}

run_migrations({name}.metadata)
"""


def create_folder(folder: str | PathLike[str], base: str) -> None:
    """Begin a folder of migrations.

    Args:
        folder: the folder; made if it does not exist.
        base: the declarative base of the application, e.g. ``application.models:Base``.

    Raises:
        MigrationError: there are migrations already, or ``base`` is written otherwise.
    """
    path = Path(folder)
    module, _, name = base.partition(":")
    if not all(part.isidentifier() for part in (*module.split("."), name)):
        raise MigrationError(f"{base!r} names no declarative base. Write it as 'application.models:Base'.")
    if (path / "env.py").exists():
        raise MigrationError(f"{path} holds migrations already.")
    (path / "versions").mkdir(parents=True, exist_ok=True)
    copyfile(_TEMPLATE / "script.py.mako", path / "script.py.mako")
    (path / "env.py").write_text(_ENVIRONMENT.format(module=module, name=name), encoding="utf-8")


async def upgrade(database: Migratable, folder: str | PathLike[str], to: str = "head") -> None:
    """Bring a database to a newer revision; does nothing if it has it.

    All revisions in between are one transaction. Of several processes that do this at once, one migrates.

    Args:
        database: the database.
        folder: of the migrations.
        to: a revision, ``head`` for the newest, or ``+1``.

    Raises:
        MigrationError: there is no such revision.
        sqlalchemy.exc.SQLAlchemyError: a migration failed; the database is as it was.
    """
    await _run(database, folder, lambda config: command.upgrade(config, to))


async def downgrade(database: Migratable, folder: str | PathLike[str], to: str) -> None:
    """Take a database back to an older revision.

    Args:
        database: the database.
        folder: of the migrations.
        to: a revision, ``base`` for an empty database, or ``-1``.

    Raises:
        MigrationError: there is no such revision.
        sqlalchemy.exc.SQLAlchemyError: a migration failed; the database is as it was.
    """
    await _run(database, folder, lambda config: command.downgrade(config, to))


async def revision(
    database: Migratable, folder: str | PathLike[str], message: str, *, autogenerate: bool = False
) -> Path:
    """Write a new migration.

    Args:
        database: the database; has to be at the newest revision for ``autogenerate``.
        folder: of the migrations.
        message: what it does, in a few words; becomes part of the file's name.
        autogenerate: fill it with what the models have and the database has not. Read it before you use it.

    Returns:
        The file.

    Raises:
        MigrationError: the database is not at the newest revision.
    """
    script = await _run(database, folder, lambda config: command.revision(config, message, autogenerate=autogenerate))
    assert isinstance(script, Script)
    return Path(script.path)


async def check(database: Migratable, folder: str | PathLike[str]) -> None:
    """Make sure that the database is at the newest revision, and that the models have nothing it has not.

    Args:
        database: the database.
        folder: of the migrations.

    Raises:
        MigrationError: something is missing; says what.
    """
    await _run(database, folder, command.check)


async def current(database: Migratable, folder: str | PathLike[str]) -> tuple[str, ...]:
    """The revision a database has: none if it never was migrated, several if the migrations branch.

    Args:
        database: the database.
        folder: of the migrations.
    """
    return await _run(database, folder, _current)


def _current(config: Config) -> tuple[str, ...]:
    found: list[str] = []

    def remember(heads: tuple[str, ...], _: MigrationContext) -> Iterable[Any]:
        found.extend(heads)
        return []

    scripts = ScriptDirectory.from_config(config)
    with EnvironmentContext(config, scripts, fn=remember, dont_mutate=True):
        scripts.run_env()
    return tuple(found)


async def _run(database: Migratable, folder: str | PathLike[str], work: Callable[[Config], T]) -> T:
    # In a thread, because Alembic reads and runs files, and env.py runs a loop of its own.
    return await to_thread.run_sync(_run_blocking, database, folder, work)


def _run_blocking(database: Migratable, folder: str | PathLike[str], work: Callable[[Config], T]) -> T:
    path = Path(folder)
    if not (path / "env.py").exists():
        raise MigrationError(
            f"{path} holds no migrations. Begin with: python -m fastapi_data.migrations --folder {path} "
            "init application.models:Base"
        )
    config = Config(stdout=StringIO(), cmd_opts=Namespace(quiet=True), attributes=_attributes(database))
    # A percent sign would begin an interpolation.
    config.set_main_option("script_location", fspath(path).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    try:
        with _ONE_AT_A_TIME:
            return work(config)
    except CommandError as error:
        raise MigrationError(f"{error}") from error


def _attributes(database: Migratable) -> dict[str, Any]:
    match database:
        case DatabaseSettings():
            return {"url": database.address, "options": database.options}
        case PostgresDatabase():
            return {"url": database.url, "options": vars(database.options)}
        case SQLiteDatabase():
            return {"url": database.url}
        case _:
            return {"url": database}
