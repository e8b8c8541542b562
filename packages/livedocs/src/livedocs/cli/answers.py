"""What the terminal asks of the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from livedocs.errors import NotFoundError
from livedocs.library.keys import fold
from livedocs.search import advice
from livedocs.search.engine import Engine
from livedocs.search.meaning import is_prose
from livedocs.search.models import Filters
from livedocs.search.opening import engine_over
from livedocs.search.reading import parse

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from livedocs.cli.reading import Library
    from livedocs.library.models import Docset, StoredEntry
    from livedocs.search.candidates import CandidateReader
    from livedocs.search.models import Hit, SearchResult

_SUGGESTIONS = 5
_ID_DIGITS = 18
"""SQLite's integers have no more that are free to choose."""


def search(
    library: Library,
    query: str,
    *,
    limit: int,
    filters: Filters,
    explain: bool = False,
    models_folder: Path | None = None,
) -> SearchResult:
    """Answer one query.

    Args:
        library: where to look.
        query: as typed.
        limit: hits wanted at most.
        filters: what the search is limited to.
        explain: say of each hit why it stands where it does.
        models_folder: where prepared models are kept; None: only words are compared.

    Raises:
        LibraryError: the library is missing, damaged, from another version, or its database is away.
        QueryError: the query is too long.
    """
    text = _printable(query)
    # Loading the model takes longer than a search; for anything but prose it need not be there.
    folder = models_folder if is_prose(parse(text, filters)) else None
    return library.look_up(
        lambda reader: engine_over(reader, folder).search(text, limit=limit, filters=filters, explain=explain)
    )


def limits(library: Library, query: str, *, filters: Filters) -> list[str]:
    """Say what limited a search that found nothing, and what there is instead.

    Args:
        library: where to look.
        query: as typed; it may hold filters, too.
        filters: those given beside it.

    Returns:
        Sentences; none when nothing limited the search.

    Raises:
        LibraryError: the library is missing, damaged, from another version, or its database is away.
    """
    from livedocs.library import reader

    docsets, kinds = library.read(lambda connection, _: (reader.docsets(connection), reader.kinds(connection)))
    held = [f"{docset.name}@{docset.version}" for docset in docsets]
    return advice.limits(_printable(query), filters, docsets=held, kinds=kinds)


def show(library: Library, wanted: str) -> StoredEntry:
    """Read one entry.

    Args:
        library: where to look.
        wanted: its id, or its name: all of it (``pathlib.Path.read_text``) or its end (``Path.read_text``).

    Raises:
        NotFoundError: there is no such entry; the message names what comes near.
        LibraryError: the library is missing, damaged, from another version, or its database is away.
    """
    from livedocs.library import reader

    is_id = wanted.isascii() and wanted.isdecimal() and len(wanted) <= _ID_DIGITS

    def find_and_read(connection: Connection, candidates: CandidateReader) -> StoredEntry:
        # The id is of use in this connection only: the next build gives entries new ones.
        return reader.entry(connection, int(wanted) if is_id else _find(candidates, wanted).id)

    return library.read(find_and_read)


def docsets(library: Library) -> list[Docset]:
    """Read what the library holds.

    Raises:
        LibraryError: the library is missing, damaged, from another version, or its database is away.
    """
    from livedocs.library import reader

    return library.read(lambda connection, _: reader.docsets(connection))


def _find(candidates: CandidateReader, name: str) -> Hit:
    hits = Engine(candidates).search(_printable(name), limit=20, filters=Filters()).hits
    key = fold(name)
    names = [(fold(hit.name), hit) for hit in hits]
    exact = [hit for folded, hit in names if folded == key]
    for hit in exact or [hit for folded, hit in names if folded.endswith(f".{key}")]:
        return hit
    near = list(dict.fromkeys(hit.name for hit in hits))[:_SUGGESTIONS]
    remedy = f"Did you mean: {', '.join(near)}?" if near else "See what there is with 'livedocs search'."
    raise NotFoundError(f"There is no entry named {_printable(name)!r}. {remedy}")


def _printable(text: str) -> str:
    # Bytes of a command line that are no UTF-8 arrive as lone surrogates, which cannot be printed.
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
