"""How Alembic reaches the database."""

from articles.models import Base
from fastapi_data.migrations import run_migrations

run_migrations(Base.metadata)
