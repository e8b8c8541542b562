"""Reading one generation, and saying plainly when the database does not answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
from sqlalchemy.exc import DBAPIError

from fastapi_data import DatabaseError
from livedocs.errors import LibraryDatabaseError, NotFoundError
from livedocs.library.postgres.connecting import is_of_driver, naming_refusals

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.orm import Session

    from livedocs.library.postgres.catalogue import Generation
    from livedocs.web.served import Served

T = TypeVar("T")

READ_SECONDS = 5.0
"""How long a unit of work may take; a search takes some thousandths of it."""

_NO_CHARACTER = "22021"
"""PostgreSQL's code for a text that holds a NUL."""


def reading(generation: Generation, served: Served, work: Callable[[Session, Served], T]) -> Callable[[Session], T]:
    """A unit of work on one generation, whatever is published meanwhile.

    Args:
        generation: that is read.
        served: what was made from it.
        work: called with both.
    """

    def read(session: Session) -> T:
        connection = session.connection()
        connection.execution_options(**generation.execution_options)
        try:
            return work(session, served)
        except asyncio.CancelledError:
            # What the server still says to what was asked must not be taken for an answer to the next question.
            if not connection.invalidated:  # as SQLAlchemy does with statements that it sends
                driver: Any = connection.connection.driver_connection
                driver.terminate()
            raise

    return read


async def answering(work: Awaitable[T], *, seconds: float = READ_SECONDS) -> T:
    """Wait for the database, but not for long.

    Args:
        work: that it does.
        seconds: how long it may take.

    Raises:
        LibraryDatabaseError: it does not answer, or refuses.
        NotFoundError: what is asked for is nothing a database could hold.
    """
    try:
        with naming_refusals():
            try:
                with anyio.fail_after(seconds):
                    return await work
            except DBAPIError as error:
                if _is_unheard_of(error):
                    raise NotFoundError("There is no such place in this library.") from error
                raise
    except TimeoutError as error:
        raise LibraryDatabaseError(f"The database did not answer within {seconds:g} seconds.") from error
    except DatabaseError as error:
        raise LibraryDatabaseError(str(error)) from error


def _is_unheard_of(error: DBAPIError) -> bool:
    """Whether a value is none that the database knows: a text with a NUL, a number beyond its own."""
    cause = error.orig and error.orig.__cause__
    return is_of_driver(cause, "DataError") or getattr(error.orig, "sqlstate", None) == _NO_CHARACTER
