"""The engines of a PostgreSQL database: the primary, and replicas that are only read."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import cycle
from typing import TypeVar

from anyio import CancelScope
from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

from fastapi_data.engines import Engines
from fastapi_data.errors import DatabaseUnavailableError, PoolExhaustedError
from fastapi_data.pools import PoolStatus, status_of
from fastapi_data.postgres_replicas import Replica, ReplicaStatus, position_of
from fastapi_data.postgres_server import Server

T = TypeVar("T")


class PostgresEngines(Engines):
    """The engines of a PostgreSQL database.

    Args:
        primary: reads and writes.
        replicas: take the sessions that only read, in turn.
    """

    def __init__(self, primary: Server, replicas: list[Replica]) -> None:
        super().__init__()
        self._primary = primary
        self._replicas = replicas
        self._turns = cycle(replicas)
        self._position = 0

    def session(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A new session on the primary; what it did not commit is rolled back when it closes."""
        return self._opened(self._primary.sessions)

    @asynccontextmanager
    async def read_session(self) -> AsyncGenerator[AsyncSession]:
        """A new session that refuses to write: on the next replica that may be read from, else on the primary."""
        for replica in self._usable_replicas():
            async with self._opened(replica.read_sessions) as session:
                try:
                    await session.connection()
                except (DatabaseUnavailableError, PoolExhaustedError):
                    replica.leave_alone()
                    continue
                yield session
                return
        async with self._opened(self._primary.read_sessions) as session:
            yield session

    async def run(self, work: Callable[[Session], T], *, read: bool) -> T:
        """Run ``work`` as one transaction on the event loop, which goes on while the server works.

        Work that only reads is run again elsewhere when a replica is lost in the middle of it.
        """
        if not read:
            return await self._run(work, self._primary.sessions)
        tried: list[Replica] = []
        for replica in self._usable_replicas():
            tried.append(replica)
            with replica.left_alone_when_lost():
                return await self._run(work, replica.read_sessions)
        try:
            return await self._run(work, self._primary.read_sessions)
        except DatabaseUnavailableError:
            # One that was said to be away may be the only one that is not.
            for replica in self._replicas:
                if replica not in tried and replica.has_replayed(self._position):
                    with replica.left_alone_when_lost():
                        return await self._run(work, replica.read_sessions)
            raise

    async def _run(self, work: Callable[[Session], T], sessions: async_sessionmaker[AsyncSession]) -> T:
        async with self._opened(sessions) as session:
            try:
                result = await session.run_sync(work)
                await session.commit()
            except BaseException:
                with CancelScope(shield=True):
                    await session.rollback()
                raise
            return result

    def _usable_replicas(self) -> Iterator[Replica]:
        """Each of them that may be read from, the one whose turn it is first."""
        for _ in self._replicas:
            replica = next(self._turns)
            if replica.is_usable(self._position):
                yield replica

    async def require_replayed(self) -> None:
        """Leave out replicas that have not replayed what is committed by now, until they have."""
        if self._replicas:
            self._position = max(self._position, await position_of(self._primary.engine))
            self.replica_status()  # asks them

    def replica_status(self) -> list[ReplicaStatus]:
        """How each replica was when it was last asked."""
        return [replica.status(self._position) for replica in self._replicas]

    def pool_status(self) -> PoolStatus:
        """How the connections to all servers are used now."""
        return sum((status_of(replica.engine.pool) for replica in self._replicas), status_of(self._primary.engine.pool))

    def sync_engines(self) -> list[Engine]:
        """The engines of all servers, the primary's first."""
        return [server.engine.sync_engine for server in (self._primary, *self._replicas)]

    async def _close(self) -> None:
        for server in (self._primary, *self._replicas):
            await server.dispose()
