"""The port every database of this package implements."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from anyio import CancelScope, Lock
from sqlalchemy import URL, Engine, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from starlette.applications import Starlette

from fastapi_data.dependency import SessionDependency
from fastapi_data.engines import Engines
from fastapi_data.errors import DatabaseAlreadyReadyError, DatabaseNotReadyError
from fastapi_data.pools import PoolStatus

if TYPE_CHECKING:
    from fastapi_data.settings import DatabaseSettings

P = ParamSpec("P")
T = TypeVar("T")


class Database(SessionDependency, ABC):
    """A database that FastAPI routes depend on.

    ``session: AsyncSession = Depends(db)`` gives a route one transaction: committed when the route has returned and
    before its response starts, rolled back when it raised. A commit that fails is therefore a 500, never a 200. The
    session is closed by then: background tasks and streamed bodies open their own with ``db.session()``.

    ``Depends(db.read)`` gives a session that only reads: a write raises ``ReadOnlyDatabaseError``.

    Importing and constructing touch nothing. Engines exist between ``setup()`` and ``dispose()``, which ``lifespan``
    calls at the right times.

    An implementation provides ``_open``.

    Attributes:
        read: the dependency for routes that only read.
    """

    def __init__(self) -> None:
        super().__init__(self.begin)
        self.read = SessionDependency(self.read_session)
        self._engines: Engines | None = None
        self._changing = Lock()

    @staticmethod
    def from_url(url: str | URL, **options: Any) -> Database:
        """The database an address leads to.

        ``postgresql://user:password@host:5432/name`` is a ``PostgresDatabase``, ``sqlite:///file.db`` a
        ``SQLiteDatabase``, ``sqlite+memory:///file.db`` an ``InMemoryDatabase``, and ``sqlite+shared:///file.db`` one
        with ``shared=True``. Absolute paths have a fourth slash.

        Args:
            url: the address.
            **options: of the class.

        Raises:
            DatabaseSettingsError: the address leads to none of them.
            TypeError: the class has no such option.
        """
        # Imported here because each of them is a Database, and PostgreSQL is not always wanted.
        return import_module("fastapi_data.urls").database_of(url, **options)

    @staticmethod
    def from_settings(settings: DatabaseSettings) -> Database:
        """The database that settings describe."""
        return Database.from_url(settings.address, **settings.options)

    @abstractmethod
    async def _open(self) -> Engines:
        """Open new engines; called by ``setup()``, never twice at the same time."""

    async def setup(self) -> None:
        """Open the engines.

        Raises:
            DatabaseAlreadyReadyError: it is set up.
        """
        async with self._changing:
            if self._engines is not None:
                raise DatabaseAlreadyReadyError(type(self).__name__)
            self._engines = await self._open()

    async def dispose(self) -> None:
        """Close the engines; sessions that are still open finish on them first. Does nothing if not set up."""
        async with self._changing:
            engines, self._engines = self._engines, None
            if engines is not None:
                await engines.retire()

    @asynccontextmanager
    async def lifespan(self, app: object = None) -> AsyncGenerator[None]:
        """Be set up for as long as an application runs.

        ``FastAPI(lifespan=db.lifespan)``, or inside a lifespan of one's own: ``async with db.lifespan(app): yield``.

        Args:
            app: given by FastAPI; not used.
        """
        del app
        await self.setup()
        try:
            yield
        finally:
            await self.dispose()

    def install(self, app: Starlette) -> None:
        """Be set up for as long as an application runs, around what its lifespan does already.

        For applications that have a lifespan, or several databases; each is installed.

        Args:
            app: a FastAPI or Starlette application that has not started.
        """
        inner = app.router.lifespan_context

        @asynccontextmanager
        async def lifespan(app: Starlette) -> AsyncGenerator[Any]:
            async with self.lifespan(), inner(app) as state:
                yield state

        app.router.lifespan_context = lifespan

    def session(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A session of one's own, outside a request; what it does not commit is rolled back.

        Raises:
            DatabaseNotReadyError: the database is not set up.
        """
        return self._ready_engines().session()

    def read_session(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A session of one's own that only reads, where there are replicas from one of them.

        Raises:
            DatabaseNotReadyError: the database is not set up.
            ReadOnlyDatabaseError: a statement tried to write.
        """
        return self._ready_engines().read_session()

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[AsyncSession]:
        """A session that is one transaction: committed at the end of the block, rolled back if the block raises.

        Raises:
            DatabaseNotReadyError: the database is not set up.
            sqlalchemy.exc.SQLAlchemyError: the commit failed; everything is rolled back.
        """
        engines = self._ready_engines()
        async with engines.session() as session:
            try:
                yield session
                await engines.commit(session)
            except BaseException:
                # A COMMIT that failed leaves the transaction open, and closing alone would hand it to the next user.
                with CancelScope(shield=True):
                    await session.rollback()
                raise

    async def run(self, fn: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a sync unit of work as one transaction.

        On SQLite it runs in a worker thread: one hop for all its statements, while an ``AsyncSession`` hops for each.
        On PostgreSQL it runs on the event loop, which serves others while the server works.

        Args:
            fn: called as ``fn(session, *args, **kwargs)``. Committed when it returns, rolled back when it raises or
                when the caller is cancelled. It must not keep the session.
            *args: passed on.
            **kwargs: passed on.

        Returns:
            What ``fn`` returned. Rows must be fetched by then: return lists, not results.

        Raises:
            DatabaseNotReadyError: the database is not set up.
            PoolExhaustedError: others worked for too long.
        """
        return await self._ready_engines().run(lambda session: fn(session, *args, **kwargs), read=False)

    async def run_read(self, fn: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a sync unit of work that only reads, where there are replicas on one of them.

        As ``run``, but on SQLite it does not wait for those who write, and when a replica is lost in the middle of it,
        it is run once more elsewhere.

        Args:
            fn: called as ``fn(session, *args, **kwargs)``. It must not keep the session.
            *args: passed on.
            **kwargs: passed on.

        Returns:
            What ``fn`` returned. Rows must be fetched by then: return lists, not results.

        Raises:
            DatabaseNotReadyError: the database is not set up.
            PoolExhaustedError: others worked for too long.
            ReadOnlyDatabaseError: a statement tried to write.
        """
        return await self._ready_engines().run(lambda session: fn(session, *args, **kwargs), read=True)

    async def ping(self) -> None:
        """Make sure that the database answers, for a readiness check.

        Raises:
            DatabaseNotReadyError: the database is not set up.
            DatabaseUnavailableError: it does not answer.
            PoolExhaustedError: no connection is free to ask it.
        """
        async with self.session() as session:
            await session.execute(select(1))

    def pool_status(self) -> PoolStatus:
        """How the connections are used now.

        Raises:
            DatabaseNotReadyError: the database is not set up.
        """
        return self._ready_engines().pool_status()

    def sync_engines(self) -> list[Engine]:
        """SQLAlchemy's engines, for ``sqlalchemy.event.listen``: those below async sessions too.

        Raises:
            DatabaseNotReadyError: the database is not set up.
        """
        return self._ready_engines().sync_engines()

    def _ready_engines(self) -> Engines:
        if self._engines is None:
            raise DatabaseNotReadyError(type(self).__name__)
        return self._engines
