"""What a process keeps of a generation in memory, made while it serves another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio.from_thread
import anyio.to_thread

from livedocs.library import reader
from livedocs.library.postgres.reading import rows_of
from livedocs.search.meaning import load_meaning
from livedocs.search.postgres import PostgresSource
from livedocs.search.resident import Resident
from livedocs.web.generation_reading import answering
from livedocs.web.served import Served

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy.orm import Session

    from fastapi_data import PostgresDatabase
    from livedocs.library.models import Docset
    from livedocs.library.postgres.catalogue import Generation
    from livedocs.search.meaning import Meaning
    from livedocs.search.postgres import PostgresCandidates

LOAD_SECONDS = 120.0
"""How long a generation may take to be read; one of Python's documentation takes half a second."""


async def load_generation(database: PostgresDatabase, generation: Generation, models_folder: Path) -> Served:
    """Read what stays in memory of a generation.

    The event loop passes on what the database sends; a worker thread makes arrays and words of it meanwhile.

    Args:
        database: set up.
        generation: that is kept from being dropped.
        models_folder: where prepared models are kept.

    Raises:
        LibraryDatabaseError: the database does not answer.
    """
    return await answering(_load(database, generation, models_folder), seconds=LOAD_SECONDS)


async def _load(database: PostgresDatabase, generation: Generation, models_folder: Path) -> Served:
    source = PostgresSource(generation.schema)

    def listed(session: Session) -> tuple[list[Docset], list[str]]:
        session.connection().execution_options(**generation.execution_options)
        return reader.docsets(session), reader.kinds(session)

    async with database.session() as session:
        docsets, kinds = await session.run_sync(listed)
        driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection

        def fetch(statement: str, parameters: Sequence[Any]) -> Sequence[Any]:
            return anyio.from_thread.run(driver.fetch, statement, *parameters)

        candidates = source.candidates(fetch)
        resident, meaning = await anyio.to_thread.run_sync(_make, candidates, models_folder)
    return Served(
        resident=resident,
        meaning=meaning,
        docsets=tuple(docsets),
        kinds=tuple(kinds),
        # An embedded library is answered from in another way once the model can be loaded.
        hash=f"{generation.library_hash}-{'meaning' if meaning else 'words'}",
        candidates=lambda session: source.candidates(rows_of(session.connection())),
    )


def _make(candidates: PostgresCandidates, models_folder: Path) -> tuple[Resident, Meaning | None]:
    resident = Resident.load(candidates)
    return resident, load_meaning(candidates, resident.columns, models_folder)
