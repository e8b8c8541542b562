"""How Alembic reaches the catalogue's database."""

from fastapi_data.migrations import run_migrations
from livedocs.library.postgres.catalogue import metadata

run_migrations(metadata)
