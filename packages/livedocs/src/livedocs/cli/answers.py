"""What the terminal asks of the library, read straight from its file."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from livedocs.errors import LibraryCorruptError, NotFoundError
from livedocs.library import snapshot
from livedocs.library.keys import fold
from livedocs.search import advice
from livedocs.search.engine import Engine
from livedocs.search.meaning import is_prose
from livedocs.search.models import Filters
from livedocs.search.opening import open_engine
from livedocs.search.reading import parse
from livedocs.search.sqlite import SqliteCandidates

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from sqlalchemy import Connection

    from livedocs.library.models import Docset, StoredEntry
    from livedocs.search.models import Hit, SearchResult

_SUGGESTIONS = 5
_ID_DIGITS = 18
"""SQLite's integers have no more that are free to choose."""


def search(
    library_path: Path,
    query: str,
    *,
    limit: int,
    filters: Filters,
    explain: bool = False,
    models_folder: Path | None = None,
) -> SearchResult:
    """Answer one query.

    Args:
        library_path: the library.
        query: as typed.
        limit: hits wanted at most.
        filters: what the search is limited to.
        explain: say of each hit why it stands where it does.
        models_folder: where prepared models are kept; None: only words are compared.

    Raises:
        LibraryError: the library is missing, damaged or from another version.
        QueryError: the query is too long.
    """
    text = _printable(query)
    # Loading the model takes longer than a search; for anything but prose it need not be there.
    folder = models_folder if is_prose(parse(text, filters)) else None
    with _naming_damage(library_path), open_engine(library_path, folder) as engine:
        return engine.search(text, limit=limit, filters=filters, explain=explain)


def limits(library_path: Path, query: str, *, filters: Filters) -> list[str]:
    """Say what limited a search that found nothing, and what there is instead.

    Args:
        library_path: the library.
        query: as typed; it may hold filters, too.
        filters: those given beside it.

    Returns:
        Sentences; none when nothing limited the search.

    Raises:
        LibraryError: the library is missing, damaged or from another version.
    """
    from livedocs.library import reader

    with _connected(library_path) as connection:
        held = [f"{docset.name}@{docset.version}" for docset in reader.docsets(connection)]
        kinds = reader.kinds(connection)
    return advice.limits(_printable(query), filters, docsets=held, kinds=kinds)


def show(library_path: Path, wanted: str) -> StoredEntry:
    """Read one entry.

    Args:
        library_path: the library.
        wanted: its id, or its name: all of it (``pathlib.Path.read_text``) or its end (``Path.read_text``).

    Raises:
        NotFoundError: there is no such entry; the message names what comes near.
        LibraryError: the library is missing, damaged or from another version.
    """
    from livedocs.library import reader

    is_id = wanted.isascii() and wanted.isdecimal() and len(wanted) <= _ID_DIGITS
    with _connected(library_path) as connection:
        # The id is of use in this connection only: the next build gives entries new ones.
        return reader.entry(connection, int(wanted) if is_id else _find(connection, wanted).id)


def docsets(library_path: Path) -> list[Docset]:
    """Read what the library holds.

    Raises:
        LibraryError: the library is missing, damaged or from another version.
    """
    from livedocs.library import reader

    with _connected(library_path) as connection:
        return reader.docsets(connection)


def _find(connection: Connection, name: str) -> Hit:
    candidates = SqliteCandidates(cast("sqlite3.Connection", connection.connection.driver_connection))
    hits = Engine(candidates).search(_printable(name), limit=20, filters=Filters()).hits
    key = fold(name)
    names = [(fold(hit.name), hit) for hit in hits]
    exact = [hit for folded, hit in names if folded == key]
    for hit in exact or [hit for folded, hit in names if folded.endswith(f".{key}")]:
        return hit
    near = list(dict.fromkeys(hit.name for hit in hits))[:_SUGGESTIONS]
    remedy = f"Did you mean: {', '.join(near)}?" if near else "See what there is with 'livedocs search'."
    raise NotFoundError(f"There is no entry named {_printable(name)!r}. {remedy}")


@contextmanager
def _connected(library_path: Path) -> Generator[Connection, None, None]:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DatabaseError

    snapshot.check(library_path)
    engine = create_engine("sqlite://", creator=lambda: snapshot.connect(library_path))
    try:
        with _naming_damage(library_path), engine.connect() as connection:
            yield connection
    except DatabaseError as error:
        raise _damaged(library_path, error.orig or error) from error
    finally:
        engine.dispose()


@contextmanager
def _naming_damage(library_path: Path) -> Generator[None, None, None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _damaged(library_path, error) from error


def _damaged(library_path: Path, error: BaseException) -> LibraryCorruptError:
    message = f"The library {library_path} is damaged ({error}). Build it again with 'livedocs build python'."
    return LibraryCorruptError(library_path, message)


def _printable(text: str) -> str:
    # Bytes of a command line that are no UTF-8 arrive as lone surrogates, which cannot be printed.
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
