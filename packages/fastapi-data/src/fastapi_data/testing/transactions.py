"""A database whose every change is undone in the end, while the code that uses it commits as always."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from contextvars import ContextVar
from typing import TypeVar

from anyio import CancelScope
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

from fastapi_data.database import Database
from fastapi_data.engines import Engines
from fastapi_data.pools import PoolStatus

T = TypeVar("T")

_REFUSE = {
    "postgresql": ("SAVEPOINT read_only", "SET TRANSACTION READ ONLY"),
    "sqlite": ("PRAGMA query_only = on",),
}

_ALLOW = {"postgresql": ("RELEASE SAVEPOINT read_only",), "sqlite": ("PRAGMA query_only = off",)}


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
        outermost = _Session(self.savepoint())
        self._open: ContextVar[_Session] = ContextVar("open", default=outermost)

    def savepoint(self) -> AsyncSession:
        """A session that waits for nobody; for a test's own, which is open before and after all others."""
        return AsyncSession(
            self._connection,
            join_transaction_mode="create_savepoint",
            expire_on_commit=False,
            close_resets_only=False,
        )

    def session(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A new session; what it did not commit is rolled back when it closes."""
        return self._nested(_Session(self.savepoint()))

    def read_session(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A new session that refuses to write."""
        return self._nested(_Reader(self.savepoint(), self._connection))

    @asynccontextmanager
    async def _nested(self, inner: _Session) -> AsyncGenerator[AsyncSession]:
        turn, outer = self._turn.get(), self._open.get()
        async with self._in_use(), turn:
            await outer.pause()
            self._turn.set(asyncio.Lock())
            self._open.set(inner)
            try:
                yield inner.session
            finally:
                with CancelScope(shield=True):
                    await inner.close()
                    await outer.go_on()
                # Not by tokens: a fixture may be left in another context than it was entered in.
                self._turn.set(turn)
                self._open.set(outer)

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


class _Session:
    """A session that others may be opened inside of, by the task that holds it or by those it started."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def pause(self) -> None:
        """Let sessions that are opened inside of it do what they may do on a connection of their own."""

    async def go_on(self) -> None:
        """Do what it does again: the session inside of it is closed."""

    async def close(self) -> None:
        """Close it."""
        await self.session.close()


class _Reader(_Session):
    """A session that refuses to write, as long as no other is open inside of it.

    The whole connection refuses. PostgreSQL allows it to write again only at the end of the savepoint that refused.
    """

    def __init__(self, session: AsyncSession, connection: AsyncConnection) -> None:
        super().__init__(session)
        self._connection = connection
        self._transaction: SessionTransaction | None = None
        event.listen(session.sync_session, "after_begin", self._refuse_from_now_on)

    async def pause(self) -> None:
        """Allow writes."""
        if self._refuses():
            await self._connection.run_sync(_execute, _ALLOW)

    async def go_on(self) -> None:
        """Refuse them again."""
        if self._refuses():
            await self._connection.run_sync(_execute, _REFUSE)

    async def close(self) -> None:
        """Close it, and leave the connection as it was.

        A commit keeps what sessions inside of it committed. Where a statement has failed, nothing can be kept.
        """
        self.session.expunge_all()
        if self._refuses():
            with suppress(SQLAlchemyError):
                await self._connection.run_sync(_execute, _ALLOW)
                await self.session.commit()
        await super().close()

    def _refuses(self) -> bool:
        if self._connection.dialect.name == "sqlite":
            return self._transaction is not None
        return self._transaction is not None and self._transaction is self.session.sync_session.get_transaction()

    def _refuse_from_now_on(self, _: Session, transaction: SessionTransaction, connection: Connection) -> None:
        if transaction.parent is None:
            self._transaction = transaction
            _execute(connection, _REFUSE)


def _execute(connection: Connection, statements: dict[str, tuple[str, ...]]) -> None:
    for statement in statements[connection.dialect.name]:
        connection.exec_driver_sql(statement)


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
