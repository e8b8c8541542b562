"""The library in PostgreSQL as it is served, and the generations that take each other's place while requests run."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import anyio

from livedocs.command import as_called
from livedocs.errors import LibraryDatabaseError, LibraryError, LibraryMissingError
from livedocs.library.postgres.catalogue import CHANNEL, find_published
from livedocs.library.postgres.connecting import library_database, primary_of
from livedocs.library.postgres.leases import SECONDS_BETWEEN_RENEWALS, release_lease, renew_lease, take_lease
from livedocs.web.generation_loading import load_generation
from livedocs.web.generation_reading import READ_SECONDS, answering, reading
from livedocs.web.memory import give_memory_back

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping

    from sqlalchemy.orm import Session

    from fastapi_data import PoolStatus, ReplicaStatus
    from livedocs.library.postgres.catalogue import Generation
    from livedocs.library.postgres.leases import Lease
    from livedocs.settings import Settings
    from livedocs.web.served import Served

T = TypeVar("T")

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 1.0
_LOOK_SECONDS = 5.0
"""How long the database may take to say which generation is published."""
_POOL_TIMEOUT_SECONDS = 5.0
_CONNECT_TIMEOUT_SECONDS = 5.0


@dataclass(eq=False, slots=True)
class _Taken:
    """A generation that this process reads.

    Attributes:
        lease: keeps it from being dropped.
        served: what was made from it.
        users: requests that are answered from it now.
        renewed_at: when the lease was taken or renewed; monotonic, in seconds.
    """

    lease: Lease
    served: Served
    users: int = 0
    renewed_at: float = field(default_factory=time.monotonic)

    @contextmanager
    def used(self) -> Generator[None]:
        self.users += 1
        try:
            yield
        finally:
            self.users -= 1


class PostgresLibrary:
    """The published generation, followed: when another one is published, it is served.

    Searches go through pools of connections, to replicas where there are some that have the generation. Another
    connection listens for what is published, looks at the catalogue every second besides, in case word was lost or
    PgBouncer keeps it back, and renews the lease by which whoever publishes knows what is read.

    Args:
        settings: they name the database.
        read_seconds: how long a unit of work may take before the database counts as away.
    """

    def __init__(self, settings: Settings, *, read_seconds: float = READ_SECONDS) -> None:
        self.path = settings.library_path
        self._models_folder = settings.models_folder
        self._read_seconds = read_seconds
        options: dict[str, Any] = {"connect_timeout_seconds": _CONNECT_TIMEOUT_SECONDS, "startup_timeout_seconds": 0}
        replicas = [url.get_secret_value() for url in settings.replica_urls]
        self._database = library_database(
            settings, replicas=replicas, pool_timeout_seconds=_POOL_TIMEOUT_SECONDS, **options
        )
        self._control = library_database(settings, pool_max_size=1, **options)
        self._listens = not settings.database_pgbouncer
        self._to_set_up = [self._control, self._database]
        self._taken: _Taken | None = None
        self._leaving: list[_Taken] = []
        # In a list that is emptied in the end: a connection that a request opens keeps the request's context.
        self._of_request: ContextVar[list[_Taken]] = ContextVar("generation of the request")
        self._has_replicas = bool(replicas)
        self._primary_is_away = False
        self._why_none: LibraryError = LibraryMissingError(None, "The library is not loaded.")
        self._news = anyio.Event()
        self._listener: Any = None
        self._after_swap: list[Callable[[], Awaitable[None]]] = []

    @property
    def held(self) -> Served | None:
        """See `Library.held`."""
        taken = self._reading
        return taken and taken.served

    @property
    def current(self) -> Served:
        """See `Library.current`."""
        return self._require().served

    @contextmanager
    def holding(self) -> Generator[None]:
        """See `Library.holding`."""
        taken = self._taken
        if taken is None:
            yield
            return
        of_request = [taken]
        token = self._of_request.set(of_request)
        try:
            with taken.used():
                yield
        finally:
            self._of_request.reset(token)
            of_request.clear()

    def after_swap(self, act: Callable[[], Awaitable[None]]) -> None:
        """See `Library.after_swap`."""
        self._after_swap.append(act)

    def pools(self) -> Mapping[str, PoolStatus]:
        """See `Library.pools`."""
        if self._to_set_up:
            return {}
        return {"library": self._database.pool_status(), "control": self._control.pool_status()}

    def preload(self) -> None:
        """See `Library.preload`; each process reads for itself what the database has."""

    async def load(self) -> None:
        """See `Library.load`; a database that does not answer yet is waited for."""
        try:
            await self.refresh()
        except LibraryError as error:
            logger.error("%s It is waited for.", as_called(str(error)))  # noqa: TRY400 - said on purpose

    async def read(self, work: Callable[[Session, Served], T]) -> T:
        """See `Library.read`; on the event loop, which serves others while the database works."""
        taken = self._require()
        with taken.used():
            reads = reading(taken.lease.generation, taken.served, work)
            return await answering(self._database.run_read(reads), seconds=self._read_seconds)

    async def refresh(self) -> bool:
        """See `Library.refresh`."""
        try:
            is_new = await self._refresh()
        except LibraryError as error:
            self._why_none = error
            self._primary_is_away = isinstance(error, LibraryDatabaseError)
            raise
        self._primary_is_away = False
        return is_new

    @property
    def has_replicas(self) -> bool:
        """Whether searches may read from other servers than the primary."""
        return self._has_replicas

    @property
    def primary_is_away(self) -> bool:
        """Whether the primary did not answer when it was last asked, a second ago or so."""
        return self._primary_is_away

    def replica_status(self) -> list[ReplicaStatus]:
        """How each replica is that searches read from; none before the database could be reached."""
        return [] if self._to_set_up else self._database.replica_status()

    async def follow(self) -> None:
        """See `Library.follow`."""
        said = ""
        while True:
            with anyio.move_on_after(SECONDS_BETWEEN_LOOKS):
                await self._news.wait()
            self._news = anyio.Event()
            try:
                await self.refresh()
                said = ""
            except LibraryError as error:
                if str(error) != said:
                    said = str(error)
                    kept = "The last library is served on." if self._taken else "It is waited for."
                    logger.error("%s %s", as_called(said), kept)  # noqa: TRY400 - said on purpose
            except Exception:  # what goes wrong with a new generation must not end the service of the last one
                logger.exception("Another library was published, but cannot be served; the last one still is.")

    async def dispose(self) -> None:
        """See `Library.dispose`."""
        leases = [taken.lease for taken in self._read_now()]
        self._taken = None
        self._leaving.clear()
        try:
            for lease in leases:
                await self._release(lease)
        finally:
            await self._database.dispose()
            await self._control.dispose()
            self._to_set_up = [self._control, self._database]

    @property
    def _reading(self) -> _Taken | None:
        of_request = self._of_request.get(None)
        return of_request[0] if of_request else self._taken

    def _require(self) -> _Taken:
        taken = self._reading
        if taken is None:
            # One error for all who ask: what each was doing must not stay with it.
            raise self._why_none.with_traceback(None)
        return taken

    async def _refresh(self) -> bool:
        # First of all: that another generation cannot be served is no reason to lose the one that is.
        await answering(self._renew_leases(), seconds=_LOOK_SECONDS)
        published = await answering(self._look(), seconds=_LOOK_SECONDS)
        is_new = published is not None and (self._taken is None or self._taken.lease.generation != published)
        if is_new:
            await self._replace(await self._take())
        if await self._let_go():
            await give_memory_back()
        return is_new

    async def _replace(self, taken: _Taken) -> None:
        last, self._taken = self._taken, taken
        if last is not None:
            self._leaving.append(last)
        for act in self._after_swap:
            await act()

    async def _look(self) -> Generation | None:
        while self._to_set_up:
            await self._to_set_up[0].setup()
            del self._to_set_up[0]
        async with primary_of(self._control).connect() as connection:
            if self._listens:
                await self._listen((await connection.get_raw_connection()).driver_connection)
            found = await connection.run_sync(find_published)
        if found is None and self._taken is None:
            raise LibraryMissingError(
                None, "No library is published in the database yet. Build one with 'livedocs build python'."
            )
        return found

    async def _listen(self, driver: Any) -> None:
        """Be told of each publish, on the connection there is now."""
        if driver is not self._listener:
            await driver.add_listener(CHANNEL, self._hear)
            self._listener = driver

    def _hear(self, *_: object) -> None:
        self._news.set()

    async def _take(self) -> _Taken:
        lease = await answering(take_lease(primary_of(self._control)), seconds=_LOOK_SECONDS)
        try:
            async with self._keeping(lease):
                served = await load_generation(self._database, lease.generation, self._models_folder)
            # Replicas that do not have it yet are not read from.
            await answering(self._database.require_replayed(), seconds=_LOOK_SECONDS)
            return _Taken(lease, served)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self._release(lease)
            raise

    @asynccontextmanager
    async def _keeping(self, lease: Lease) -> AsyncGenerator[None]:
        """Renew the lease of what is loaded, and those of what is read, for as long as that takes."""

        async def keep() -> None:
            while True:
                await anyio.sleep(SECONDS_BETWEEN_RENEWALS)
                with suppress(LibraryError):  # which whoever loads or looks next meets, too
                    await answering(renew_lease(primary_of(self._control), lease), seconds=_LOOK_SECONDS)
                    await answering(self._renew_leases(), seconds=_LOOK_SECONDS)

        keeping = asyncio.create_task(keep())
        try:
            yield
        finally:
            keeping.cancel()
            with anyio.CancelScope(shield=True):
                await asyncio.wait([keeping])

    def _read_now(self) -> list[_Taken]:
        return [*self._leaving, *filter(None, [self._taken])]

    async def _renew_leases(self) -> None:
        for taken in self._read_now():
            if time.monotonic() - taken.renewed_at > SECONDS_BETWEEN_RENEWALS:
                await renew_lease(primary_of(self._control), taken.lease)
                taken.renewed_at = time.monotonic()

    async def _let_go(self) -> bool:
        """End the leases of what nobody reads any more; whether there are such."""
        leases = [taken.lease for taken in self._leaving if not taken.users]
        self._leaving = [taken for taken in self._leaving if taken.users]
        for lease in leases:
            await self._release(lease)
        return bool(leases)

    async def _release(self, lease: Lease) -> None:
        try:
            await answering(release_lease(primary_of(self._control), lease), seconds=_LOOK_SECONDS)
        except LibraryError as error:
            logger.warning("The lease of a library that is read no more ends by itself. %s", error)
