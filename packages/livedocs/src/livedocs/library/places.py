"""Finding entries by where they stand, which stays the same from build to build, unlike their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from livedocs.errors import NotFoundError
from livedocs.library import schema

if TYPE_CHECKING:
    from livedocs.library.reader import Executor


def entry_id_at(executor: Executor, docset: str, version: str, page: str, anchor: str) -> int:
    """Id of the entry at a place.

    Args:
        executor: of the library.
        docset: name of a docset.
        version: version of that docset.
        page: path of a page inside it.
        anchor: of the entry on that page; empty for an entry that is the whole page.

    Raises:
        NotFoundError: no entry stands there.
    """
    found = executor.execute(
        select(schema.entry.c.id)
        .join(schema.page, schema.page.c.id == schema.entry.c.page_id)
        .join(schema.docset, schema.docset.c.id == schema.page.c.docset_id)
        .where(schema.docset.c.name == docset, schema.docset.c.version == version)
        .where(schema.page.c.path == page, schema.entry.c.anchor == anchor)
    ).scalar_one_or_none()
    if found is None:
        raise NotFoundError(f"The documentation of {docset} {version} has no such entry: {page}#{anchor}.")
    return found
