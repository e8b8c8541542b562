"""A database whose every change is undone in the end, while the code that uses it commits as always."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import TypeVar

from anyio import CancelScope
from sqlalchemy import Engine, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Session

from fastapi_data.database import Database
from fastapi_data.engines import Engines
from fastapi_data.pools import PoolStatus

T = TypeVar("T")

_READ_ONLY = {"postgresql": "SET TRANSACTION READ ONLY", "sqlite": "PRAGMA query_only = on"}


class OneTransaction(Engines):
    """Engines whose sessions are all savepoints of one transaction on one connection.

    A commit releases the session's savepoint; sessions that come later see what it wrote.

    Savepoints can only end in the opposite order they began in. So sessions of tasks that run side by side (requests
    that a test sends at once) take turns; a session that is opened while its own task, or the task that started this
    one, holds one does not wait for it.

    Args:
        connection: in a transaction, which whoever opened it rolls back.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__()
        self._connection = connection
        self._turn: ContextVar[asyncio.Lock] = ContextVar("turn", default=asyncio.Lock())  # noqa: B039 - one for each

    def savepoint(self) -> AsyncSession:
        """A session that waits for nobody; for a test's own, which is open before and after all others."""
        return AsyncSession(
            self._connection,
            join_transaction_mode="create_savepoint",
            expire_on_commit=False,
            close_resets_only=False,
        )

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[AsyncSession]:
        """A new session; what it did not commit is rolled back when it closes."""
        turn = self._turn.get()
        async with self._in_use(), turn:
            self._turn.set(asyncio.Lock())
            session = self.savepoint()
            try:
                yield session
            finally:
                with CancelScope(shield=True):
                    await session.close()
                # Not by the token: a fixture may be left in another context than it was entered in.
                self._turn.set(turn)

    @asynccontextmanager
    async def read_session(self) -> AsyncGenerator[AsyncSession]:
        """A new session that refuses to write."""
        dialect = self._connection.dialect.name
        async with self.session() as session:
            await session.execute(text(_READ_ONLY[dialect]))
            try:
                yield session
            finally:
                # PostgreSQL goes back to what it was with the savepoint.
                if dialect == "sqlite":
                    await self._connection.execute(text("PRAGMA query_only = off"))

    async def run(self, work: Callable[[Session], T], *, read: bool) -> T:
        """Run ``work`` as one transaction, on the event loop: its session shares the connection of all others."""
        async with self.read_session() if read else self.session() as session:
            result = await session.run_sync(work)
            await session.commit()
            return result

    def pool_status(self) -> PoolStatus:
        """The one connection."""
        return PoolStatus(max_size=1, in_use=1, idle=0)

    def sync_engines(self) -> list[Engine]:
        """The engine of the connection."""
        return [self._connection.sync_engine]

    async def _close(self) -> None:
        """Leave the connection to whoever opened it."""


@asynccontextmanager
async def undone(opened: Database, used: Database) -> AsyncGenerator[OneTransaction]:
    """Undo all that is done with a database inside a block.

    Args:
        opened: set up; gives the connection.
        used: what the code under test uses, maybe the same. Its ``setup()`` and ``dispose()``, which an application's
            lifespan calls, do nothing meanwhile.

    Yields:
        The engines it uses meanwhile.
    """
    async with opened.session() as session:
        engines = OneTransaction(await session.connection())
        attributes = vars(used)
        before = attributes.copy()
        attributes.update(_engines=engines, setup=_nothing, dispose=_nothing)
        try:
            yield engines
        finally:
            attributes.clear()
            attributes.update(before)


async def _nothing() -> None:
    """Stand in for what the fixture does itself."""
