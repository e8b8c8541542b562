"""How Alembic reaches the catalogue's database."""

from fastapi_data.migrations import run_migrations
from livedocs.library import opened
from livedocs.library.postgres import catalogue

# Another application in the same database may have Alembic's usual table, with revisions of the same names.
run_migrations([catalogue.metadata, opened.metadata], version_table="livedocs_revision")
