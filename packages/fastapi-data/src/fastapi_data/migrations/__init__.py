"""Alembic for async applications, on PostgreSQL and SQLite, from code and from the command line.

The whole ``env.py`` of a folder of migrations::

    from fastapi_data.migrations import run_migrations
    from application.models import Base

    run_migrations(Base.metadata)

Then ``await upgrade(database, "migrations")``, or ``python -m fastapi_data.migrations upgrade``. However many processes
do so at once, one migrates and the others wait for it.
"""

from fastapi_data.errors import MissingDriverError

try:
    import alembic as _alembic
except ModuleNotFoundError as error:
    raise MissingDriverError("alembic", extra="migrations") from error

from fastapi_data.migrations.commands import Migratable, check, create_folder, current, downgrade, revision, upgrade
from fastapi_data.migrations.environment import run_migrations

__all__ = ["Migratable", "check", "create_folder", "current", "downgrade", "revision", "run_migrations", "upgrade"]

del _alembic
