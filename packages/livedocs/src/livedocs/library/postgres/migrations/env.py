"""How Alembic reaches the catalogue's database."""

from fastapi_data.migrations import run_migrations
from livedocs.library import opened
from livedocs.library.postgres import catalogue

run_migrations([catalogue.metadata, opened.metadata])
