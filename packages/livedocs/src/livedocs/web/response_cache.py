"""Where rendered answers are kept: in this process, and for all processes in Redis when there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_data import CacheUsageError, MemoryStore, MissingDriverError, RedisStore, ResponseCache, TieredStore
from livedocs import __version__
from livedocs.errors import SettingsError
from livedocs.web.validators import VARY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_BYTES_IN_A_PROCESS = 96 * 2**20
"""How much rendered answers may take together: some 6,000, what a thousand people type."""
_REDIS_TIMEOUT_SECONDS = 0.05
"""How long Redis may take for anything: it usually takes a hundredth of that, and finding an answer a tenth."""
_LEASE_SECONDS = 1.0
"""How long others wait for a process that computes an answer: longer than that takes, unless the process was killed."""


class SharedAnswers:
    """The response cache of the application.

    Every answer follows from the request and from a version: a hash over the library and the app's own files. The
    version is a part of each key, so nothing is ever invalidated: a process that serves a new library asks for other
    keys than one that still serves the last.

    Args:
        redis_url: of the Redis that all processes share; None: each keeps its own answers.
        version: hash over the library and the app's own files as they are now.

    Attributes:
        cache: to be installed.
        redis: what is kept for all processes; None without Redis.
    """

    def __init__(self, redis_url: str | None, version: Callable[[], str]) -> None:
        self.redis = None if redis_url is None else _redis_store(redis_url)
        if self.redis is None:
            store = MemoryStore(max_bytes=_BYTES_IN_A_PROCESS)
            self._forget: Callable[[], Awaitable[None]] = store.clear
        else:
            store = TieredStore(self.redis, max_bytes=_BYTES_IN_A_PROCESS)
            self._forget = store.clear_near
        # Compressing an answer takes longer than finding it; who serves others than this network lets a proxy compress.
        # What stands behind it names VARY in every answer.
        self.cache = ResponseCache(store, version=version, compress=False, vary=[VARY])

    async def forget(self) -> None:
        """Give back the memory of answers from a library that is served no more."""
        await self._forget()


def _redis_store(url: str) -> RedisStore:
    try:
        return RedisStore(
            url,
            # Another version of livedocs may render the same library in another way.
            prefix=f"livedocs:{__version__}:",
            timeout_seconds=_REDIS_TIMEOUT_SECONDS,
            lease_seconds=_LEASE_SECONDS,
        )
    except MissingDriverError as error:
        raise SettingsError("LIVEDOCS_REDIS_URL needs the driver of Redis: pip install 'livedocs[redis]'.") from error
    except CacheUsageError as error:
        raise SettingsError(f"LIVEDOCS_REDIS_URL: {error}") from error
