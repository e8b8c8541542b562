"""Watching a build on behalf of everyone who looks at its page: one reading of its file for all of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from livedocs.library import progress
from livedocs.library.progress import Progress

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from livedocs.web.library import Library

SECONDS_BETWEEN_READINGS = 0.25
_SECONDS_TO_OPEN = 60.0
"""How long a finished library may take until it is served, before its build counts as forgotten."""

_OPENING = Progress("Opening the library")


class BuildWatch:
    """Follows the progress of a build while someone listens, and does nothing while no one does.

    Args:
        library: that is waited for.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self.listeners = 0
        self._wanted = anyio.Event()
        self._changed = anyio.Event()
        self._is_closing = False
        self._state: Progress | None = None
        self._seen_building_at = float("-inf")

    async def state(self) -> Progress | None:
        """How far the build is now; None when none is known of."""
        found = await anyio.to_thread.run_sync(progress.read, self._library.path)
        now = time.monotonic()
        if found is not None:
            self._seen_building_at = float("-inf") if found.failure else now
        elif now - self._seen_building_at < _SECONDS_TO_OPEN:
            return _OPENING
        return found

    async def states(self) -> AsyncGenerator[Progress | None]:
        """How far the build is, now and at each change, until the library is served or the server stops."""
        self.listeners += 1
        self._wanted.set()
        try:
            last = await self.state()
            self._take(last)
            yield last
            while self._library.held is None and not self._is_closing:
                changed = self._changed
                if self._state == last:
                    await changed.wait()
                else:
                    last = self._state
                    yield last
        finally:
            self.listeners -= 1

    async def follow(self) -> None:
        """Read on for as long as someone listens, for ever."""
        while True:
            await self._wanted.wait()
            self._wanted = anyio.Event()
            while self.listeners:
                await anyio.sleep(SECONDS_BETWEEN_READINGS)
                self._take(await self.state())
                if self._library.held is not None:
                    self._tell()

    def _take(self, state: Progress | None) -> None:
        # Whoever read it, all are told: who comes while the build ends must not be the only one to learn of it.
        if state != self._state:
            self._state = state
            self._tell()

    def close(self) -> None:
        """End what listeners wait for: a server that stops would wait for their connections."""
        self._is_closing = True
        self._tell()

    def _tell(self) -> None:
        changed, self._changed = self._changed, anyio.Event()
        changed.set()
