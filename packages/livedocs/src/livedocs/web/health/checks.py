"""What the server stands on, and how each part is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import anyio
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from livedocs.command import as_called
from livedocs.errors import LibraryDatabaseError, LibraryError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from livedocs.web.library import Library
    from livedocs.web.response_cache import SharedAnswers

_SECONDS = 2.0
"""How long a part may take to say how it is."""


class Check(NamedTuple):
    """One part that the server stands on.

    Attributes:
        name: of the part.
        is_needed: whether requests cannot be answered without it; otherwise they are answered, but slower or fewer.
        ask: finds what is wrong with it; an empty string: nothing is.
    """

    name: str
    is_needed: bool
    ask: Callable[[], Awaitable[str]]


async def ask_all(checks: Sequence[Check]) -> dict[str, str]:
    """What is wrong with each part, by its name; an empty string: nothing is. All are asked at once."""
    found = {check.name: f"It did not say how it is within {_SECONDS:g} s." for check in checks}

    async def ask(check: Check) -> None:
        found[check.name] = await check.ask()

    with anyio.move_on_after(_SECONDS):
        async with anyio.create_task_group() as tasks:
            for check in checks:
                tasks.start_soon(ask, check)
    return found


def library_check(library: Library) -> Check:
    """Whether there is a library that answers."""

    async def ask() -> str:
        try:
            if not library.current.docsets:
                return as_called("The library holds no docset. Build one with 'livedocs build python'.")
            await library.read(lambda session, _: session.execute(text("SELECT 1")).scalar_one())
        except LibraryDatabaseError:
            return "The database that holds the library does not answer."  # its own message may name hosts
        except LibraryError as error:
            return as_called(str(error))
        except SQLAlchemyError as error:
            return f"The database does not answer ({type(error).__name__})."
        return ""

    return Check("library", True, ask)


def redis_check(answers: SharedAnswers) -> Check | None:
    """Whether the Redis that processes share answers; None when there is none to share."""
    redis = answers.redis
    if redis is None:
        return None

    async def ask() -> str:
        return "Redis does not answer; each process keeps its own answers meanwhile." if redis.is_away else ""

    return Check("redis", False, ask)
