"""Giving the entries of a library their vectors, so that they are found by meaning, too."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from livedocs.errors import LibraryError
from livedocs.library import snapshot
from livedocs.library.compression import decompress
from livedocs.semantic.embedding import embed_texts
from livedocs.semantic.entry_text import entry_text
from livedocs.semantic.prepared_model import MODEL_ID
from livedocs.sources.documentation import ignore_progress

if TYPE_CHECKING:
    from pathlib import Path

    from livedocs.semantic.embedder import Embedder
    from livedocs.sources.documentation import ReportProgress

_ENTRIES = """
SELECT entry.name, entry.title, page.title, entry.signature, entry_body.text
FROM entry JOIN page ON page.id = entry.page_id JOIN entry_body ON entry_body.entry_id = entry.id
WHERE entry.docset_id = ? ORDER BY entry.id
"""
_DOCSETS = """
SELECT id, name || ' ' || version, dictionary FROM docset
WHERE id NOT IN (SELECT docset_id FROM docset_vectors WHERE model = ?) ORDER BY id
"""


def embed_library(
    library_path: Path, embedder: Embedder, cache_path: Path, *, report: ReportProgress = ignore_progress
) -> int:
    """Embed every docset of a library that was not embedded yet.

    Args:
        library_path: the library; replaced when everything is done, untouched until then.
        embedder: gives the vectors.
        cache_path: keeps vectors by the texts they stand for, so that an interrupted run goes on where it was and a
            docset that is built anew only embeds what changed.
        report: told of each docset how many of its texts have their vectors, of how many.

    Returns:
        How many entries were given vectors; the library stays as it is when it is none.

    Raises:
        LibraryError: the library is missing, damaged, being built, or cannot be written.
        ModelError: the cache cannot be used.
    """
    library_path = library_path.resolve()
    snapshot.verify(library_path)
    with closing(snapshot.connect(library_path)) as connection:
        if not _without_vectors(connection):
            return 0
    embedded = 0
    with snapshot.replacing(library_path) as new:
        try:
            shutil.copyfile(library_path, new)
            with closing(sqlite3.connect(new)) as connection:
                connection.execute("PRAGMA journal_mode = OFF")  # nobody reads this file before it is complete
                for docset_id, docset, dictionary in _without_vectors(connection):
                    texts = _texts(connection, docset_id, dictionary)
                    vectors = embed_texts(texts, embedder, cache_path, report=_naming(docset, report))
                    row = (docset_id, MODEL_ID, vectors.stored())
                    connection.execute(
                        "INSERT OR REPLACE INTO docset_vectors (docset_id, model, data) VALUES (?, ?, ?)", row
                    )
                    embedded += len(texts)
                connection.commit()
        except (OSError, sqlite3.OperationalError) as error:
            message = f"{library_path} cannot be written ({error}). Free some space and try again."
            raise LibraryError(library_path, message) from error
    return embedded


def _naming(docset: str, report: ReportProgress) -> ReportProgress:
    return lambda _, done, total: report(f"Embedding {docset}", done, total)


def _without_vectors(connection: sqlite3.Connection) -> list[tuple[int, str, bytes]]:
    """Id, name and dictionary of each docset that was not embedded yet, or with another model."""
    return connection.execute(_DOCSETS, (MODEL_ID,)).fetchall()


def _texts(connection: sqlite3.Connection, docset_id: int, dictionary: bytes) -> list[str]:
    return [
        entry_text(
            title=title or name,
            page_title=page_title,
            signature=signature,
            text=decompress(text, dictionary),
        )
        for name, title, page_title, signature, text in connection.execute(_ENTRIES, (docset_id,))
    ]
