"""What exists between ``setup()`` and ``dispose()``: the engines, counted by those who use them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeVar

from anyio import CancelScope
from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

from fastapi_data.pools import PoolStatus

T = TypeVar("T")


class Engines(ABC):
    """The engines of one database.

    They close when they are retired and nobody uses them any more: so a database can exchange them for new ones while
    requests that began on the old ones finish there.

    An implementation provides the rest, and counts what it does with ``_in_use``.
    """

    def __init__(self) -> None:
        self._users = 0
        self._retired = False

    @abstractmethod
    def session(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A new session; what it did not commit is rolled back when it closes."""

    @abstractmethod
    def read_session(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A new session that refuses to write."""

    async def commit(self, session: AsyncSession) -> None:
        """Commit a session's transaction."""
        await session.commit()

    @abstractmethod
    async def run(self, work: Callable[[Session], T], *, read: bool) -> T:
        """Run ``work`` as one transaction with a sync session.

        Args:
            work: gets a session that is committed when it returns and rolled back when it raises.
            read: whether the session refuses to write.

        Returns:
            What ``work`` returned.
        """

    @abstractmethod
    def pool_status(self) -> PoolStatus:
        """How the connections are used now."""

    @abstractmethod
    def sync_engines(self) -> list[Engine]:
        """SQLAlchemy's engines below, to listen to."""

    @abstractmethod
    async def _close(self) -> None:
        """Close everything; called once, when nobody uses it."""

    async def retire(self) -> None:
        """Close as soon as nobody uses these engines: now, or when the last user is done."""
        self._retired = True
        await self._close_if_unused()

    @asynccontextmanager
    async def _in_use(self) -> AsyncGenerator[None]:
        self._users += 1
        try:
            yield
        finally:
            self._users -= 1
            await self._close_if_unused()

    @asynccontextmanager
    async def _opened(self, sessions: async_sessionmaker[AsyncSession]) -> AsyncGenerator[AsyncSession]:
        self._users += 1
        session = sessions()
        try:
            yield session
        finally:
            try:
                await self._end(session)
            finally:
                self._users -= 1
                await self._close_if_unused()

    async def _end(self, session: AsyncSession) -> None:
        if session.in_transaction():
            with CancelScope(shield=True):
                await session.close()
        else:
            # Its connection went back with the commit: nothing is left to wait for.
            session.sync_session.close()

    async def _close_if_unused(self) -> None:
        if not self._retired or self._users:
            return
        with CancelScope(shield=True):
            await self._close()


def sessions_of(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Makes the sessions this package hands out.

    Closed sessions stay closed: one that is used after its request would take a connection nobody gives back.
    """
    return async_sessionmaker(engine, expire_on_commit=False, close_resets_only=False)
