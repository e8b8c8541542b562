"""The async data layer for FastAPI: databases to depend on, and a response cache.

Names are imported when they are first used, so that importing the package imports no driver.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi_data.cache.invalidation import invalidate_tags, invalidates
    from fastapi_data.cache.memory_store import MemoryStore
    from fastapi_data.cache.options import CacheOptions
    from fastapi_data.cache.policy import cache_response, cache_router, never_cache
    from fastapi_data.cache.prometheus import CacheCollector
    from fastapi_data.cache.redis_store import RedisStore
    from fastapi_data.cache.response_cache import ResponseCache
    from fastapi_data.cache.statistics import CacheStats
    from fastapi_data.cache.tags import cache_tags
    from fastapi_data.cache.tiered_store import TieredStore
    from fastapi_data.database import Database
    from fastapi_data.error_handlers import install_error_handlers
    from fastapi_data.errors import (
        CacheUsageError,
        ConflictError,
        DatabaseAlreadyReadyError,
        DatabaseError,
        DatabaseFileError,
        DatabaseNotReadyError,
        DatabaseSettingsError,
        DatabaseUnavailableError,
        FastAPIDataError,
        InvalidCursorError,
        MigrationError,
        MissingDriverError,
        NotFoundError,
        PoolExhaustedError,
        ReadOnlyDatabaseError,
        RepositoryError,
        StatementTimeoutError,
    )
    from fastapi_data.health import health_router
    from fastapi_data.memory import InMemoryDatabase
    from fastapi_data.pools import PoolStatus
    from fastapi_data.postgres import PostgresDatabase
    from fastapi_data.postgres_replicas import ReplicaStatus
    from fastapi_data.repository.pages import KeysetPage, Page
    from fastapi_data.repository.repository import Repository
    from fastapi_data.settings import DatabaseSettings
    from fastapi_data.sqlite import SQLiteDatabase

__all__ = [
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

_HOMES = {
    "CacheCollector": "cache.prometheus",
    "CacheOptions": "cache.options",
    "CacheStats": "cache.statistics",
    "CacheUsageError": "errors",
    "ConflictError": "errors",
    "Database": "database",
    "DatabaseAlreadyReadyError": "errors",
    "DatabaseError": "errors",
    "DatabaseFileError": "errors",
    "DatabaseNotReadyError": "errors",
    "DatabaseSettings": "settings",
    "DatabaseSettingsError": "errors",
    "DatabaseUnavailableError": "errors",
    "FastAPIDataError": "errors",
    "InMemoryDatabase": "memory",
    "InvalidCursorError": "errors",
    "KeysetPage": "repository.pages",
    "MemoryStore": "cache.memory_store",
    "MigrationError": "errors",
    "MissingDriverError": "errors",
    "NotFoundError": "errors",
    "Page": "repository.pages",
    "PoolExhaustedError": "errors",
    "PoolStatus": "pools",
    "PostgresDatabase": "postgres",
    "ReadOnlyDatabaseError": "errors",
    "RedisStore": "cache.redis_store",
    "ReplicaStatus": "postgres_replicas",
    "Repository": "repository.repository",
    "RepositoryError": "errors",
    "ResponseCache": "cache.response_cache",
    "SQLiteDatabase": "sqlite",
    "StatementTimeoutError": "errors",
    "TieredStore": "cache.tiered_store",
    "cache_response": "cache.policy",
    "cache_router": "cache.policy",
    "cache_tags": "cache.tags",
    "health_router": "health",
    "install_error_handlers": "error_handlers",
    "invalidate_tags": "cache.invalidation",
    "invalidates": "cache.invalidation",
    "never_cache": "cache.policy",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
