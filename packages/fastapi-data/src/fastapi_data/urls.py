"""Which database an address leads to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import URL

from fastapi_data.database import Database
from fastapi_data.errors import DatabaseSettingsError
from fastapi_data.memory import InMemoryDatabase
from fastapi_data.postgres import PostgresDatabase
from fastapi_data.postgres_options import POSTGRES_DRIVERS, parse_url
from fastapi_data.sqlite import SQLiteDatabase

_SQLITE: dict[str, tuple[Callable[..., Database], dict[str, Any]]] = {
    "sqlite": (SQLiteDatabase, {}),
    "sqlite+memory": (InMemoryDatabase, {}),
    "sqlite+shared": (InMemoryDatabase, {"shared": True}),
}


def database_of(address: str | URL, **options: Any) -> Database:
    """See ``Database.from_url``."""
    url = parse_url(address)
    kind, fixed = class_of(url)
    return kind(url if kind is PostgresDatabase else url.database, **fixed, **options)


def class_of(url: URL) -> tuple[Callable[..., Database], dict[str, Any]]:
    """The class an address leads to, and the options the address itself decides.

    Raises:
        DatabaseSettingsError: it leads to none.
    """
    if url.drivername in POSTGRES_DRIVERS:
        return PostgresDatabase, {}
    if url.drivername not in _SQLITE:
        raise DatabaseSettingsError(
            f"No database of this package has an address with {url.drivername}://. "
            "Use postgresql://, sqlite:///, sqlite+memory:/// or sqlite+shared:///."
        )
    if not url.database or url.database == ":memory:" or url.host or url.query:
        raise DatabaseSettingsError(
            "An address of SQLite names a file and nothing else: sqlite:///relative.db or sqlite:////absolute.db. "
            "To serve a file from memory, write sqlite+memory:///relative.db."
        )
    return _SQLITE[url.drivername]
