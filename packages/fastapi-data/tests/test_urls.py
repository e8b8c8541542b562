"""Which database an address leads to."""

from __future__ import annotations

from pathlib import Path

import pytest

from fastapi_data import Database, DatabaseSettingsError, InMemoryDatabase, PostgresDatabase, SQLiteDatabase


@pytest.mark.parametrize("driver", ["postgresql", "postgres", "postgresql+asyncpg"])
def test_addresses_of_postgres(driver):
    database = Database.from_url(f"{driver}://ada@db/shop?sslmode=require", pool_max_size=3)
    assert isinstance(database, PostgresDatabase)
    assert database._url.drivername == "postgresql+asyncpg"
    assert dict(database._url.query) == {"ssl": "require"}
    assert database._options.pool_max_size == 3
    assert str(database.url) == "postgresql+asyncpg://ada@db/shop?ssl=require"


@pytest.mark.parametrize(
    ("address", "kind", "path"),
    [
        ("sqlite:///shop.db", SQLiteDatabase, "shop.db"),
        ("sqlite:////var/shop.db", SQLiteDatabase, "/var/shop.db"),
        ("sqlite+memory:///shop.db", InMemoryDatabase, "shop.db"),
        ("sqlite+shared:///shop.db", InMemoryDatabase, "shop.db"),
    ],
)
def test_addresses_of_sqlite(address, kind, path):
    database = Database.from_url(address, threads=3)
    assert type(database) is kind
    assert database.path == Path(path)
    assert database._options.threads == 3
    assert getattr(database, "_shared", None) == {"sqlite:": None, "sqlite+memory:": False}.get(
        address.partition("//")[0], True
    )


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("mysql://db/shop", "mysql://"),
        ("sqlite+aiosqlite:///shop.db", r"sqlite\+aiosqlite://"),
        ("postgresql+psycopg://db/shop", r"postgresql\+psycopg://"),
        ("sqlite://", "names a file and nothing else"),
        ("sqlite:///:memory:", "names a file and nothing else"),
        ("sqlite:///shop.db?mode=ro", "names a file and nothing else"),
        ("nonsense", "not a URL"),
        ("postgresql://db:port/shop", "not a URL"),
    ],
)
def test_other_addresses_are_refused(address, message):
    with pytest.raises(DatabaseSettingsError, match=message):
        Database.from_url(address)


def test_a_file_has_an_address():
    assert SQLiteDatabase("/var/shop.db").url.database == "/var/shop.db"


def test_an_option_that_the_class_does_not_have_is_an_error():
    with pytest.raises(TypeError, match="pgbouncer"):
        Database.from_url("sqlite:///shop.db", pgbouncer=True)


def test_postgres_takes_no_other_address_and_no_contradicting_sizes():
    with pytest.raises(DatabaseSettingsError, match="not an address of PostgreSQL"):
        PostgresDatabase("sqlite:///shop.db")
    with pytest.raises(DatabaseSettingsError, match=r"pool_min_size \(9\)"):
        PostgresDatabase("postgresql://db/shop", pool_min_size=9, pool_max_size=8)
