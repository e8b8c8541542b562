"""Changing a published library: what builds, removes and embeds works on a file, which is published afterwards."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from anyio.from_thread import start_blocking_portal

from livedocs.errors import LibraryMissingError, LibraryVersionError
from livedocs.library.postgres.catalogue import published
from livedocs.library.postgres.connecting import library_database, opened
from livedocs.library.postgres.exporting import export
from livedocs.library.postgres.publishing import CONNECTIONS, Publication, publishing
from livedocs.sources.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from pathlib import Path

    from livedocs.settings import Settings
    from livedocs.sources.documentation import ReportProgress


@dataclass(slots=True)
class Update:
    """A library that is being changed.

    Attributes:
        path: of a snapshot of what is published; there is no such file when nothing is.
        is_needed: whether it is to be published when the block ends.
        publication: what came of it, once the block has ended.
    """

    path: Path
    is_needed: bool = True
    publication: Publication | None = None


@contextmanager
def updating(settings: Settings, report: ReportProgress, *, is_new: bool = False) -> Generator[Update]:
    """Hand out the published library as a file, and publish that file when the block ends without an error.

    Nobody else publishes meanwhile, so that nothing another one added is lost; who does so already is waited for.

    Args:
        settings: they name the database, and where files may be kept meanwhile.
        report: told of each step.
        is_new: whether the library may begin anew, when nothing is published or another version of livedocs did it.

    Raises:
        LibraryError: nothing is published, or the database cannot be reached or refuses.
        SourceError: there is no place for the file.
    """
    with (
        scratch_folder(settings.cache_folder) as folder,
        # The connection that holds the lock is looked after while the caller, in this thread, works.
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(
            _updating(settings, folder / "library.sqlite", report, is_new=is_new)
        ) as update,
    ):
        yield update


@asynccontextmanager
async def _updating(settings: Settings, path: Path, report: ReportProgress, *, is_new: bool) -> AsyncGenerator[Update]:
    database = library_database(settings, pool_max_size=CONNECTIONS)
    async with opened(database) as engine, publishing(engine, report=report) as publisher:
        try:
            async with engine.connect() as connection:
                generation = await connection.run_sync(published)
        except (LibraryMissingError, LibraryVersionError):
            if not is_new:
                raise
        else:
            await export(engine, generation, path, report)
        update = Update(path)
        yield update
        if update.is_needed:
            update.publication = await publisher.publish(path, report)
