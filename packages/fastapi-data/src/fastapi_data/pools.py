"""Pools of connections: one that says what is wrong when it is exhausted, and how pools are used."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import TimeoutError as CheckoutTimeoutError
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry, QueuePool

from fastapi_data.errors import PoolExhaustedError


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


class AsyncPool(AsyncAdaptedQueuePool):
    """SQLAlchemy's pool, which raises ``PoolExhaustedError`` when no connection became free in time."""

    def _do_get(self) -> ConnectionPoolEntry:
        try:
            return super()._do_get()
        except CheckoutTimeoutError as error:
            raise PoolExhaustedError(max_size=max_size(self), timeout_seconds=self.timeout()) from error


def max_size(pool: QueuePool) -> int:
    """How many connections a pool may have."""
    return pool.size() + pool._max_overflow  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - has no accessor


def status_of(pool: object) -> PoolStatus:
    """How a pool is used now."""
    assert isinstance(pool, QueuePool)
    return PoolStatus(max_size(pool), in_use=pool.checkedout(), idle=pool.checkedin())
