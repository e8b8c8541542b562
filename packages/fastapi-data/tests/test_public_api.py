"""What the package offers, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import fastapi_data

PUBLIC = [
    "CacheCollector",
    "CacheOptions",
    "CacheStats",
    "CacheUsageError",
    "ConflictError",
    "Database",
    "DatabaseAlreadyReadyError",
    "DatabaseError",
    "DatabaseFileError",
    "DatabaseNotReadyError",
    "DatabaseSettings",
    "DatabaseSettingsError",
    "DatabaseUnavailableError",
    "FastAPIDataError",
    "InMemoryDatabase",
    "InvalidCursorError",
    "KeysetPage",
    "MemoryStore",
    "MigrationError",
    "MissingDriverError",
    "NotFoundError",
    "Page",
    "PoolExhaustedError",
    "PoolStatus",
    "PostgresDatabase",
    "ReadOnlyDatabaseError",
    "RedisStore",
    "ReplicaStatus",
    "Repository",
    "RepositoryError",
    "ResponseCache",
    "SQLiteDatabase",
    "StatementTimeoutError",
    "TieredStore",
    "cache_response",
    "cache_router",
    "cache_tags",
    "health_router",
    "install_error_handlers",
    "invalidate_tags",
    "invalidates",
    "never_cache",
]


def test_the_public_names_are_these():
    assert fastapi_data.__all__ == PUBLIC
    assert fastapi_data.__all__ == sorted(fastapi_data.__all__)
    assert set(PUBLIC) <= set(dir(fastapi_data))


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_what_it_says_and_is_documented(name):
    public = getattr(fastapi_data, name)
    assert public.__name__ == name
    assert public.__doc__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Postgres'"):
        fastapi_data.Postgres  # noqa: B018 - looking it up is the test


def test_every_error_has_the_root():
    errors = [getattr(fastapi_data, name) for name in PUBLIC if name.endswith("Error")]
    assert errors
    assert all(issubclass(error, fastapi_data.FastAPIDataError) for error in errors)


def modules_after(program: str) -> set[str]:
    listing = f"{program}\nimport sys; print(*sys.modules)"
    outcome = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    return set(outcome.stdout.split())


def test_importing_the_package_imports_nothing_that_was_not_asked_for():
    imported = modules_after("import fastapi_data")
    assert imported.isdisjoint({"aiosqlite", "asyncpg", "redis", "sqlite3", "sqlalchemy", "fastapi", "starlette"})


def test_importing_every_name_imports_no_driver():
    imported = modules_after("from fastapi_data import *")
    assert "sqlalchemy" in imported
    assert imported.isdisjoint({"aiosqlite", "asyncpg", "redis"})
