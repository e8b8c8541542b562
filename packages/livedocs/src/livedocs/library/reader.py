"""Reading pages, entries and assets back from a library, through any SQLAlchemy connection or session."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import func, select

from livedocs.errors import NotFoundError
from livedocs.library import schema
from livedocs.library.compression import decompress
from livedocs.library.models import Asset, Docset, Page, StoredEntry
from livedocs.parsing.models import Crumb, VersionNote

if TYPE_CHECKING:
    from sqlalchemy import Executable, Result, Row, RowMapping


class Executor(Protocol):
    """What a SQLAlchemy ``Session`` and ``Connection`` have in common."""

    def execute(self, statement: Executable, /) -> Result[Any]:
        """Run one statement."""
        ...


_NUMBER = re.compile(r"\d+")
_DOCSET = [schema.docset.c[name] for name in Docset.__dataclass_fields__]


def _fields(row: Row[Any]) -> RowMapping:
    # SQLAlchemy's documented way to read a row by column.
    return row._mapping  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


def _docset_row(row: Row[Any]) -> Docset:
    fields = _fields(row)
    return Docset(**{column.name: fields[column] for column in _DOCSET})


def docsets(executor: Executor) -> list[Docset]:
    """Every docset, by name, the newest version first."""
    found = [_docset_row(row) for row in executor.execute(select(*_DOCSET))]
    found.sort(key=lambda docset: [int(number) for number in _NUMBER.findall(docset.version)], reverse=True)
    return sorted(found, key=lambda docset: docset.name)


def kinds(executor: Executor) -> list[str]:
    """Every kind of entry the library holds, the most frequent first."""
    kind = schema.entry.c.kind
    return list(executor.execute(select(kind).group_by(kind).order_by(func.count().desc(), kind)).scalars())


def library_hash(executor: Executor) -> str:
    """One hexadecimal hash over everything that is served, the ids of entries included.

    The same docsets built in another order have other ids, so their hash is another one, too.
    """
    first_entry = (
        select(func.min(schema.entry.c.id)).where(schema.entry.c.docset_id == schema.docset.c.id).scalar_subquery()
    )
    embedded = select(func.count()).where(schema.docset_vectors.c.docset_id == schema.docset.c.id).scalar_subquery()
    rows = executor.execute(select(*_DOCSET, first_entry, embedded).order_by(schema.docset.c.id))
    return hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()


def page(executor: Executor, docset: str, version: str, path: str) -> Page:
    """One page to read.

    Raises:
        NotFoundError: no such docset or page; the message says which.
    """
    table = schema.page
    row = executor.execute(
        select(table, schema.docset.c.dictionary, *_DOCSET)
        .join(schema.docset, schema.docset.c.id == table.c.docset_id)
        .where(schema.docset.c.name == docset, schema.docset.c.version == version, table.c.path == path)
    ).first()
    if row is None:
        raise _missing(executor, docset, version, f"a page {path}")
    fields = _fields(row)
    beside = fields[table.c.previous], fields[table.c.next]
    titles = select(table.c.path, table.c.title).where(
        table.c.docset_id == fields[table.c.docset_id], table.c.path.in_(beside)
    )
    crumbs = {found.path: Crumb(found.title, found.path) for found in executor.execute(titles)}
    return Page(
        docset=_docset_row(row),
        path=path,
        title=fields[table.c.title],
        breadcrumb=tuple(Crumb(title, target) for title, target in fields[table.c.breadcrumb]),
        html=decompress(fields[table.c.html], fields[schema.docset.c.dictionary]),
        previous=crumbs.get(beside[0]),
        next=crumbs.get(beside[1]),
    )


def entry(executor: Executor, entry_id: int) -> StoredEntry:
    """One entry with all its text.

    Raises:
        NotFoundError: no such entry.
    """
    item, body = schema.entry, schema.entry_body
    row = executor.execute(
        select(item, body, schema.page, schema.docset.c.dictionary, *_DOCSET)
        .join(body, body.c.entry_id == item.c.id)
        .join(schema.page, schema.page.c.id == item.c.page_id)
        .join(schema.docset, schema.docset.c.id == item.c.docset_id)
        .where(item.c.id == entry_id)
    ).first()
    if row is None:
        raise NotFoundError(f"There is no entry {entry_id}. Entries are numbered anew by each build: search again.")
    fields = _fields(row)
    dictionary = fields[schema.docset.c.dictionary]
    page_html = decompress(fields[schema.page.c.html], dictionary)
    spans = iter(fields[body.c.spans])
    return StoredEntry(
        docset=_docset_row(row),
        page=fields[schema.page.c.path],
        page_title=fields[schema.page.c.title],
        signatures=tuple(fields[body.c.signatures]),
        text=decompress(fields[body.c.text], dictionary),
        html="".join(page_html[start:end] for start, end in zip(spans, spans, strict=True)),
        breadcrumb=tuple(fields[item.c.breadcrumb].splitlines()),
        notes=tuple(VersionNote(*note) for note in fields[body.c.notes]),
        **{
            name: fields[item.c[name]]
            for name in ("id", "anchor", "kind", "role", "name", "title", "module", "summary", "link_count")
        },
    )


def asset(executor: Executor, docset: str, version: str, path: str) -> Asset:
    """One file that pages show.

    Raises:
        NotFoundError: no such docset or file; the message says which.
    """
    table = schema.asset
    row = executor.execute(
        select(table.c.path, table.c.media_type, table.c.body)
        .join(schema.docset, schema.docset.c.id == table.c.docset_id)
        .where(schema.docset.c.name == docset, schema.docset.c.version == version, table.c.path == path)
    ).first()
    if row is None:
        raise _missing(executor, docset, version, f"a file {path}")
    return Asset(*row)


def _missing(executor: Executor, docset: str, version: str, wanted: str) -> NotFoundError:
    known = executor.execute(
        select(func.count()).where(schema.docset.c.name == docset, schema.docset.c.version == version)
    ).scalar_one()
    if known:
        return NotFoundError(f"The documentation of {docset} {version} has no such place: {wanted}.")
    return NotFoundError(f"There is no docset {docset} {version} in this library. See 'livedocs docsets'.")
