"""Streaming replicas of a PostgreSQL server, and whether they may be read from."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal

from sqlalchemy import URL, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from fastapi_data.errors import DatabaseError, DatabaseUnavailableError, PoolExhaustedError
from fastapi_data.postgres_errors import unavailable
from fastapi_data.postgres_options import PostgresOptions
from fastapi_data.postgres_server import Server

SECONDS_BETWEEN_QUESTIONS = 1.0
"""How often a replica that is read from is asked how it is."""
LONGEST_SECONDS_BETWEEN_QUESTIONS = 8.0
"""How long one that does not answer is left alone at most; the time is doubled each time it is asked in vain."""
ANSWER_SECONDS = 1.0
"""How long its answer may take."""

# Positions as bytes of the log since its beginning, which are compared as numbers. A server that is a replica no more,
# because it took the primary's place, has replayed what it wrote.
_HOW_IT_IS = text("""
    SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END
                - '0/0'::pg_lsn)::bigint,
           (CASE WHEN NOT pg_is_in_recovery() OR pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
                ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END)::float8
""")
_POSITION = text("SELECT (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint")


@dataclass(frozen=True)
class ReplicaStatus:
    """How a replica was when it was last asked.

    Attributes:
        address: host, port and database.
        state: ``used``; ``behind``, when it has not replayed what it has to; or ``away``, when it does not answer.
        lag_seconds: how long ago what it replayed last was committed, while it has received more than that; 0 when it
            has replayed all it received; None when it was never asked.
    """

    address: str
    state: Literal["used", "behind", "away"]
    lag_seconds: float | None


class Replica(Server):
    """The engine of a streaming replica, which is asked once a second, beside the requests, how it is.

    Args:
        url: its address.
        options: how to connect, and how far it may be behind.
    """

    def __init__(self, url: URL, options: PostgresOptions) -> None:
        super().__init__(url, options)
        self._max_lag_seconds = options.max_replica_lag_seconds
        self._asking: asyncio.Task[None] | None = None
        self._ask_at = 0.0
        self._seconds_alone = 0.0
        self._replayed = 0
        self._lag_seconds: float | None = None

    def is_usable(self, position: int) -> bool:
        """Whether to read from it, as far as is known; what is not known yet is found out without making anybody wait.

        Args:
            position: that it must have replayed.
        """
        if self._asking is None and monotonic() >= self._ask_at:
            self._asking = asyncio.create_task(self._ask())
        return self._state(position) == "used"

    def has_replayed(self, position: int) -> bool:
        """Whether it is known to have got so far; it may be away now."""
        return self._replayed >= position

    @contextmanager
    def left_alone_when_lost(self) -> Generator[None]:
        """Leave it alone, and raise nothing, when it is lost inside the block, or has no connection to spare."""
        try:
            yield
        except PoolExhaustedError:
            self.leave_alone()
        except Exception as error:
            # Who works with it may speak to the driver without SQLAlchemy.
            if not isinstance(error, DatabaseUnavailableError) and unavailable(error, self.address) is None:
                raise
            self.leave_alone()

    def leave_alone(self) -> None:
        """Say that it could not be reached."""
        if not self._seconds_alone:  # else others have said so
            self._leave_alone_for(SECONDS_BETWEEN_QUESTIONS)

    def status(self, position: int) -> ReplicaStatus:
        """How it was when it was last asked, which it is again if that was a while ago.

        Args:
            position: that it must have replayed.
        """
        self.is_usable(position)
        return ReplicaStatus(self.address, self._state(position), self._lag_seconds)

    async def dispose(self) -> None:
        """Close all connections."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait([self._asking])
        await super().dispose()

    def _state(self, position: int) -> Literal["used", "behind", "away"]:
        if self._seconds_alone:
            return "away"
        is_late = self._max_lag_seconds is not None and (self._lag_seconds or 0.0) > self._max_lag_seconds
        # What it has replayed once it has for ever: an old answer is good enough to say that it is not behind.
        return "behind" if is_late or not self.has_replayed(position) else "used"

    async def _ask(self) -> None:
        seconds_alone = max(SECONDS_BETWEEN_QUESTIONS, 2 * self._seconds_alone)
        # Giving up takes a while: what was asked is still to be taken back.
        late = asyncio.get_running_loop().call_later(ANSWER_SECONDS, self.leave_alone)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                replayed, lag_seconds = await self._replayed_and_lag()
        except (DatabaseError, SQLAlchemyError, TimeoutError):
            self._leave_alone_for(seconds_alone)
        else:
            # A server that has replayed nothing since it started does not know since when it lags.
            self._replayed, self._lag_seconds = replayed or 0, lag_seconds or 0.0
            self._seconds_alone = 0.0
            self._ask_at = monotonic() + SECONDS_BETWEEN_QUESTIONS
        finally:
            late.cancel()
            self._asking = None

    async def _replayed_and_lag(self) -> tuple[int | None, float | None]:
        async with self.engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            try:
                row = (await connection.execute(_HOW_IT_IS)).one()
                await connection.rollback()
            except asyncio.CancelledError:
                # To close it properly would wait for the server, which does not answer.
                driver.terminate()
                raise
            return row[0], row[1]

    def _leave_alone_for(self, seconds: float) -> None:
        self._seconds_alone = min(seconds, LONGEST_SECONDS_BETWEEN_QUESTIONS)
        self._ask_at = monotonic() + self._seconds_alone


async def position_of(primary: AsyncEngine) -> int:
    """Up to where a primary has written its log: whatever is committed by now is before that.

    Args:
        primary: its engine.

    Raises:
        DatabaseUnavailableError: it cannot be reached.
    """
    async with primary.connect() as connection:
        return int((await connection.execute(_POSITION)).scalar_one())
