"""An engine straight from the library file, for the terminal: nothing is copied, nothing is served."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from livedocs.library import snapshot
from livedocs.search.engine import Engine
from livedocs.search.sqlite import SqliteCandidates

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


@contextmanager
def open_engine(path: Path) -> Generator[Engine, None, None]:
    """Open a library read-only.

    Raises:
        LibraryError: it is missing, damaged or from another version.
    """
    snapshot.check(path)
    with closing(snapshot.connect(path)) as connection:
        yield Engine(SqliteCandidates(connection))
