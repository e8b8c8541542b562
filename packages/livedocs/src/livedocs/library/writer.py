"""Writing a snapshot: docsets that stay are copied from the last one, a new one is added, full text comes last."""

from __future__ import annotations

import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Table, create_engine, delete, func, insert, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from livedocs.errors import LibraryError
from livedocs.library import schema
from livedocs.library.format import APPLICATION_ID, FULL_TEXT_COLUMNS, SCHEMA_VERSION
from livedocs.library.keys import split_name

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path

    from livedocs.library.contents import DocsetContent

_ROWS_PER_STATEMENT = 1000
_FULL_TEXT_ROW = (
    f"INSERT INTO entry_text (rowid, {', '.join(FULL_TEXT_COLUMNS)}) "  # noqa: S608 - our own column names
    f"VALUES ({', '.join('?' * (len(FULL_TEXT_COLUMNS) + 1))})"
)


@contextmanager
def new_snapshot(path: Path) -> Generator[Connection, None, None]:
    """Create an empty snapshot and hand out a connection to fill it; full text is indexed when the block ends.

    Raises:
        LibraryError: it cannot be written, for instance because the disk is full.
    """
    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            # Nobody reads this file before it is complete, and an interrupted one is thrown away: no journal is needed.
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "page_size=8192", "cache_size=-65536"):
                connection.exec_driver_sql(f"PRAGMA {pragma}")
            schema.metadata.create_all(connection)
            connection.exec_driver_sql(schema.FULL_TEXT_DDL)
            yield connection
            _index_full_text(connection)
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
            connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA_VERSION}")
            connection.commit()
    except OperationalError as error:
        raise LibraryError(
            path, f"{path} cannot be written ({error.orig}). Free some space, or choose another: LIVEDOCS_LIBRARY_PATH."
        ) from error
    finally:
        engine.dispose()


def copy_docsets(connection: Connection, last: Path) -> None:
    """Take over every docset of the last snapshot, all but the full-text index."""
    connection.exec_driver_sql("ATTACH DATABASE ? AS last", (str(last),))
    for table in schema.metadata.sorted_tables:
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        names = f"INSERT INTO main.{table.name} ({columns}) SELECT {columns} FROM last.{table.name}"  # noqa: S608 - our schema
        connection.exec_driver_sql(names)
    connection.commit()
    connection.exec_driver_sql("DETACH DATABASE last")


def remove_docset(connection: Connection, name: str, version: str) -> bool:
    """Delete a docset and all that belongs to it; full text is indexed anew afterwards.

    Returns:
        Whether it was there.
    """
    docset = schema.docset
    found = connection.execute(select(docset.c.id).where(docset.c.name == name, docset.c.version == version)).scalar()
    if found is None:
        return False
    entries = select(schema.entry.c.id).where(schema.entry.c.docset_id == found)
    for table in reversed(schema.metadata.sorted_tables):
        if "entry_id" in table.c:
            connection.execute(delete(table).where(table.c.entry_id.in_(entries)))
        elif "docset_id" in table.c:
            connection.execute(delete(table).where(table.c.docset_id == found))
    connection.execute(delete(docset).where(docset.c.id == found))
    return True


def write_docset(connection: Connection, content: DocsetContent) -> None:
    """Add one docset."""
    row = {column.name: getattr(content.docset, column.name) for column in schema.docset.c if column.name != "id"}
    docset_id = _next_id(connection, schema.docset)
    connection.execute(insert(schema.docset), {"id": docset_id, **row})
    first_page, first_entry = _next_id(connection, schema.page), _next_id(connection, schema.entry)
    _insert(connection, schema.page, _page_rows(content, docset_id, first_page))
    _insert(connection, schema.entry, _entry_rows(content, docset_id, first_page, first_entry))
    _insert(connection, schema.entry_body, _body_rows(content, first_entry))
    _insert(
        connection,
        schema.name_key,
        (
            {"key": key, "entry_id": first_entry + position, "form": int(form), "weight": links or item.link_count}
            for position, item in enumerate(content.entries)
            for (key, form), links in item.keys.items()
        ),
    )
    _insert(
        connection,
        schema.word,
        ({"docset_id": docset_id, "text": word, "frequency": count} for word, count in content.vocabulary.items()),
    )
    _insert(
        connection,
        schema.asset,
        (
            {"docset_id": docset_id, "path": asset.path, "media_type": asset.media_type, "body": asset.body}
            for asset in content.assets
        ),
    )


def _next_id(connection: Connection, table: Table) -> int:
    return 1 + (connection.execute(select(func.max(table.c.id))).scalar() or 0)


def _insert(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    statement = insert(table)
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _ROWS_PER_STATEMENT:
            connection.execute(statement, batch)
            batch = []
    if batch:
        connection.execute(statement, batch)


def _page_rows(content: DocsetContent, docset_id: int, first_page: int) -> Iterator[dict[str, Any]]:
    for position, packed in enumerate(content.pages):
        page = packed.page
        yield {
            "id": first_page + position,
            "docset_id": docset_id,
            "path": page.path,
            "title": page.title,
            "breadcrumb": [[crumb.title, crumb.page] for crumb in page.breadcrumb],
            "previous": page.previous,
            "next": page.next,
            "html": packed.html,
        }


def _entry_rows(content: DocsetContent, docset_id: int, first_page: int, first_entry: int) -> Iterator[dict[str, Any]]:
    for position, item in enumerate(content.entries):
        entry = item.entry
        yield {
            "id": first_entry + position,
            "docset_id": docset_id,
            "page_id": first_page + item.page,
            "anchor": entry.anchor,
            "kind": entry.kind,
            "role": entry.role,
            "name": entry.name,
            "title": entry.title,
            "module": entry.module,
            "signature": entry.signatures[0] if entry.signatures else "",
            "summary": entry.summary,
            "breadcrumb": list(entry.breadcrumb),
            "level": entry.level,
            "deprecated": item.deprecated,
            "area": int(item.area),
            "link_count": item.link_count,
            "terms": item.terms,
        }


def _body_rows(content: DocsetContent, first_entry: int) -> Iterator[dict[str, Any]]:
    bodies = (body for packed in content.pages for body in zip(packed.entry_texts, packed.entry_htmls, strict=True))
    for position, (item, (plain, html)) in enumerate(zip(content.entries, bodies, strict=True)):
        yield {
            "entry_id": first_entry + position,
            "signatures": list(item.entry.signatures),
            "notes": [[note.change, note.version, note.text] for note in item.entry.notes],
            "text": plain,
            "html": html,
        }


def _index_full_text(connection: Connection) -> None:
    """Fill the full-text index from the stored entries, so that it never says anything they do not."""
    entry, body = schema.entry, schema.entry_body
    rows = connection.execute(
        select(
            entry.c.id,
            entry.c.name,
            entry.c.kind,
            entry.c.title,
            entry.c.terms,
            entry.c.breadcrumb,
            body.c.signatures,
            body.c.text,
        )
        .join(body, body.c.entry_id == entry.c.id)
        .order_by(entry.c.id)
        .execution_options(yield_per=_ROWS_PER_STATEMENT)
    )
    for batch in rows.partitions():
        connection.exec_driver_sql(
            _FULL_TEXT_ROW,
            [
                (
                    row.id,
                    "" if row.kind == "section" else f"{row.name} {split_name(row.name)}",
                    row.name if row.kind == "section" else row.title,
                    row.terms,
                    " ".join(row.breadcrumb),
                    "\n".join((*row.signatures, zlib.decompress(row.text).decode())),
                )
                for row in batch
            ],
        )
    connection.exec_driver_sql("INSERT INTO entry_text (entry_text) VALUES ('optimize')")
