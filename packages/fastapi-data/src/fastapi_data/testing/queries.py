"""Counting the statements a block sends to a database."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from fastapi_data.database import Database

_TRANSACTIONS = ("BEGIN", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT", "SET TRANSACTION", "PRAGMA")


@contextmanager
def count_queries(database: Database) -> Generator[list[str]]:
    """Collect the statements of a block, in order, whoever sends them.

    What begins and ends transactions and savepoints is left out.

    Args:
        database: set up.

    Yields:
        A list that grows while the block runs.

    Raises:
        DatabaseNotReadyError: the database is not set up.
    """
    statements: list[str] = []

    def remember(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        del connection, cursor
        if not statement.startswith(_TRANSACTIONS):
            statements.append(statement)

    engines = database.sync_engines()
    for engine in engines:
        event.listen(engine, "before_cursor_execute", remember)
    try:
        yield statements
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", remember)


@contextmanager
def assert_max_queries(database: Database, maximum: int) -> Generator[list[str]]:
    """Fail if a block sends more statements than it should; the failure lists them.

    ::

        with assert_max_queries(database, 2):
            await client.get("/api/v1/articles")

    Args:
        database: set up.
        maximum: how many statements are allowed.

    Yields:
        A list that grows while the block runs.

    Raises:
        AssertionError: there were more.
        DatabaseNotReadyError: the database is not set up.
    """
    with count_queries(database) as statements:
        yield statements
    if len(statements) > maximum:
        listed = "\n".join(f"{number}. {statement}" for number, statement in enumerate(statements, 1))
        raise AssertionError(f"{len(statements)} statements instead of at most {maximum}:\n{listed}")
