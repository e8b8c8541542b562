"""An engine straight from the library file, for the terminal: nothing is copied, nothing is served."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

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
    # A library is replaced, never changed, so SQLite need not look for changes (immutable).
    with closing(sqlite3.connect(f"file:{quote(str(path.absolute()))}?immutable=1", uri=True)) as connection:
        yield Engine(SqliteCandidates(connection))
