"""Pools of connections: one that says what is wrong when it is exhausted, and how pools are used."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar, cast

from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry, QueuePool
from sqlalchemy.util import await_
from sqlalchemy.util.queue import Empty, QueueCommon

from fastapi_data.errors import PoolExhaustedError

T = TypeVar("T")


@dataclass(frozen=True)
class PoolStatus:
    """How the connections of a database are used at one moment.

    Attributes:
        max_size: how many there may be.
        in_use: how many are held by sessions now.
        idle: how many are open and free.
    """

    max_size: int
    in_use: int
    idle: int

    def __add__(self, other: PoolStatus) -> PoolStatus:
        return PoolStatus(self.max_size + other.max_size, self.in_use + other.in_use, self.idle + other.idle)


class FairQueue(QueueCommon[T]):
    """What is free, and who waits for it: whoever has waited longest gets what is put back.

    From SQLAlchemy's queue, which is asyncio's, whoever comes at the right moment takes what another was woken for, who
    goes to the end of the line again: under load some waited until their time was over.
    """

    def __init__(self, maxsize: int = 0, use_lifo: bool = False) -> None:  # noqa: FBT001, FBT002 - SQLAlchemy calls it
        self.maxsize = maxsize
        self.use_lifo = use_lifo
        self._free: deque[T] = deque()
        self._waiting: deque[asyncio.Future[T | None]] = deque()

    def empty(self) -> bool:
        """Whether nothing is free; only then does anybody wait."""
        return not self._free

    def full(self) -> bool:
        """Whether everything is free."""
        return len(self._free) >= self.maxsize

    def qsize(self) -> int:
        """How many are free."""
        return len(self._free)

    def put_nowait(self, item: T) -> None:
        """Put one back."""
        if not self._hand_over(item):
            self._free.append(item)

    def put(self, item: T, block: bool = True, timeout: float | None = None) -> None:  # noqa: FBT001, FBT002 - as above
        """Put one back; there is always room."""
        del block, timeout
        self.put_nowait(item)

    def get_nowait(self) -> T:
        """Take a free one.

        Raises:
            Empty: there is none.
        """
        if not self._free:
            raise Empty
        return self._free.pop() if self.use_lifo else self._free.popleft()

    def get(self, block: bool = True, timeout: float | None = None) -> T:  # noqa: FBT001, FBT002 - as above
        """Take a free one; to wait is ``wait``'s.

        Raises:
            Empty: there is none.
        """
        del block, timeout
        return self.get_nowait()

    async def wait(self, seconds: float) -> T | None:
        """Wait for one.

        Returns:
            What was put back; None if there is room for a new one instead.

        Raises:
            TimeoutError: nothing was put back in time.
        """
        waiter: asyncio.Future[T | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(seconds):
                return await waiter
        except BaseException:
            # Nobody cancels it for a coroutine that is closed.
            if waiter.cancel() or waiter.cancelled():
                with suppress(ValueError):
                    self._waiting.remove(waiter)
            elif (item := waiter.result()) is None:
                self.make_room()
            else:
                # It was handed over to somebody who is cancelled in the same moment.
                self.put_nowait(item)
            raise

    def make_room(self) -> None:
        """Let the first who waits make a new one."""
        self._hand_over(None)

    def _hand_over(self, item: T | None) -> bool:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(item)
                return True
        return False


class AsyncPool(AsyncAdaptedQueuePool):
    """SQLAlchemy's pool, but fair; it raises ``PoolExhaustedError`` when no connection became free in time."""

    _queue_class = FairQueue

    def _do_get(self) -> ConnectionPoolEntry:
        deadline = monotonic() + self._timeout
        queue = cast("FairQueue[ConnectionPoolEntry]", self._pool)
        while queue.empty():
            if self._inc_overflow():
                try:
                    return self._create_connection()
                except BaseException:
                    self._dec_overflow()
                    queue.make_room()
                    raise
            try:
                connection = await_(queue.wait(deadline - monotonic()))
            except TimeoutError as error:
                raise PoolExhaustedError(max_size=max_size(self), timeout_seconds=self.timeout()) from error
            if connection is not None:
                return connection
        return queue.get_nowait()


def max_size(pool: QueuePool) -> int:
    """How many connections a pool may have."""
    return pool.size() + pool._max_overflow  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - has no accessor


def status_of(pool: object) -> PoolStatus:
    """How a pool is used now."""
    assert isinstance(pool, QueuePool)
    return PoolStatus(max_size(pool), in_use=pool.checkedout(), idle=pool.checkedin())
