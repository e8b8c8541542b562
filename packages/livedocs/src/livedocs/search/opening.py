"""An engine for a single search: nothing is copied, nothing is served."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from livedocs.library import snapshot
from livedocs.search.engine import Engine
from livedocs.search.meaning import load_meaning
from livedocs.search.resident import Resident
from livedocs.search.sqlite import SqliteCandidates

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from livedocs.search.candidates import CandidateReader


@contextmanager
def open_engine(path: Path, models_folder: Path | None = None) -> Generator[Engine, None, None]:
    """Open a library read-only.

    Args:
        path: the library.
        models_folder: where prepared models are kept; None: only words are compared, which spares loading one.

    Raises:
        LibraryError: it is missing, damaged or from another version.
    """
    snapshot.check(path)
    with closing(snapshot.connect(path)) as connection:
        yield engine_over(SqliteCandidates(connection), models_folder)


def engine_over(reader: CandidateReader, models_folder: Path | None = None) -> Engine:
    """An engine that reads of the library what a search needs, when it needs it.

    Args:
        reader: reads the library.
        models_folder: where prepared models are kept; None: only words are compared, which spares loading one.
    """
    resident = Resident(reader)
    meaning = load_meaning(reader, resident.columns, models_folder) if models_folder is not None else None
    return Engine(reader, resident, meaning=meaning)
