"""What exists between ``setup()`` and ``dispose()``: the engines, counted by those who use them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import asynccontextmanager
from contextvars import copy_context
from typing import TypeVar

from anyio import CancelScope, to_thread
from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, sessionmaker

T = TypeVar("T")


def _nothing_more() -> None:
    """Close nothing besides the engines."""


class Engines:
    """The two engines of one database, and the threads its sync work runs on.

    They close when they are retired and nobody uses them any more: so a database can exchange them for new ones while
    requests that began on the old ones finish there.

    Args:
        async_engine: serves ``AsyncSession``.
        sync_engine: serves the sync sessions of ``run``.
        threads: how many units of sync work may run at the same time.
        close: closes what else belongs to these engines; called last, in a worker thread.
    """

    def __init__(
        self,
        async_engine: AsyncEngine,
        sync_engine: Engine,
        *,
        threads: int,
        close: Callable[[], None] = _nothing_more,
    ) -> None:
        # Closed sessions stay closed: one that is used after its request would take a connection nobody gives back.
        self._async_sessions = async_sessionmaker(async_engine, expire_on_commit=False, close_resets_only=False)
        self._sync_sessions = sessionmaker(sync_engine, expire_on_commit=False, close_resets_only=False)
        self._async_engine = async_engine
        self._sync_engine = sync_engine
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="fastapi-data")
        self._close_more = close
        self._users = 0
        self._retired = False

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[AsyncSession]:
        """A new session; what it did not commit is rolled back when it closes."""
        async with self._in_use():
            session = self._async_sessions()
            try:
                yield session
            finally:
                with CancelScope(shield=True):
                    await session.close()

    async def run(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` as one transaction in one thread.

        When the caller is cancelled, work that has not begun never does; work that has begun is waited for.

        Args:
            work: gets a session that is committed when it returns and rolled back when it raises.

        Returns:
            What ``work`` returned.
        """
        async with self._in_use():
            job = self._executor.submit(copy_context().run, self._transact, work)
            try:
                return await asyncio.wrap_future(job)
            except asyncio.CancelledError:
                if not job.cancel():
                    with CancelScope(shield=True):
                        await to_thread.run_sync(wait, [job])
                raise

    async def retire(self) -> None:
        """Close as soon as nobody uses these engines: now, or when the last user is done."""
        self._retired = True
        await self._close_if_unused()

    def _transact(self, work: Callable[[Session], T]) -> T:
        with self._sync_sessions() as session:
            try:
                result = work(session)
                session.commit()
            except BaseException:
                # A COMMIT that failed leaves the transaction open, and closing alone would hand it to the next user.
                session.rollback()
                raise
            return result

    @asynccontextmanager
    async def _in_use(self) -> AsyncGenerator[None]:
        self._users += 1
        try:
            yield
        finally:
            self._users -= 1
            await self._close_if_unused()

    async def _close_if_unused(self) -> None:
        if not self._retired or self._users:
            return
        with CancelScope(shield=True):
            await self._async_engine.dispose()
            await to_thread.run_sync(self._close_sync)

    def _close_sync(self) -> None:
        self._executor.shutdown()
        self._sync_engine.dispose()
        self._close_more()
