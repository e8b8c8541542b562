"""What people open, counted for all processes together where the library is in a database."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import anyio

from livedocs.errors import LibraryError
from livedocs.library.opened import count_opened, most_opened
from livedocs.library.postgres.connecting import library_database
from livedocs.web.generation_reading import answering

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from sqlalchemy.orm import Session

    from livedocs.library.listing import Place
    from livedocs.settings import Settings

T = TypeVar("T")

logger = logging.getLogger(__name__)

_SECONDS = 1.0
"""How long a page may wait for this."""
_SECONDS_ALONE = 10.0
"""How long a database that did not answer is left alone."""


def _today() -> date:
    return datetime.now(UTC).date()


class OpenedInDatabase:
    """Counts what is opened, beside the catalogue of the library; while the database is away, nothing is counted.

    Args:
        settings: they name the database.
        today: tells the day.
    """

    def __init__(self, settings: Settings, today: Callable[[], date] = _today) -> None:
        options = {"connect_timeout_seconds": _SECONDS, "startup_timeout_seconds": 0, "pool_timeout_seconds": _SECONDS}
        self._database = library_database(settings, pool_max_size=1, **options)
        self._today = today
        self._setting_up = anyio.Lock()
        self._is_set_up = False
        self._away_until = 0.0

    async def count(self, place: Place) -> None:
        """See `Opened.count`."""
        await self._work(lambda session: count_opened(session, place, self._today()))

    async def most(self, limit: int) -> list[Place]:
        """See `Opened.most`."""
        return await self._work(lambda session: most_opened(session, self._today(), limit)) or []

    async def dispose(self) -> None:
        """See `Opened.dispose`."""
        await self._database.dispose()
        self._is_set_up = False

    async def _work(self, work: Callable[[Session], T]) -> T | None:
        if time.monotonic() < self._away_until:
            return None
        try:
            return await answering(self._run(work), seconds=_SECONDS)
        except LibraryError as error:
            self._away_until = time.monotonic() + _SECONDS_ALONE
            logger.info("What people open is not counted now. %s", error)
            return None

    async def _run(self, work: Callable[[Session], T]) -> T:
        async with self._setting_up:
            if not self._is_set_up:
                await self._database.setup()
                self._is_set_up = True
        return await self._database.run(work)
