"""The table of contents of a page, and the same place in another version, both from the entries cut out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Row, select

from livedocs.library import schema
from livedocs.library.keys import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from livedocs.library.models import Docset
    from livedocs.library.reader import Executor

MAX_ITEMS = 600
"""Of a page that holds more, only the sections are listed."""

MAX_DEPTH = 4
"""How deep items are nested; what stands deeper is listed at this depth."""

_HEADINGS = frozenset({"section", "module"})
_WORDS = _HEADINGS | {"term"}


@dataclass(slots=True)
class ContentsItem:
    """A line of a table of contents.

    Attributes:
        anchor: id on the page.
        text: title of a section; name of an object without that of its module.
        kind: of the entry, e.g. ``section`` or ``function``.
        children: the lines below it.
    """

    anchor: str
    text: str
    kind: str
    children: list[ContentsItem] = field(default_factory=list["ContentsItem"])

    @property
    def is_code(self) -> bool:
        """Whether the text is a name rather than words."""
        return self.kind not in _WORDS


@dataclass(frozen=True, slots=True)
class PageContents:
    """What a page holds, for people to choose from.

    Attributes:
        summary: the first paragraph on the page, plain text; empty when there is none.
        items: its sections and the objects that stand directly in them, without the page's own heading.
    """

    summary: str
    items: tuple[ContentsItem, ...]


def page_contents(executor: Executor, docset: Docset, path: str) -> PageContents:
    """The table of contents of one page; empty when the page holds but one thing."""
    item = schema.entry.c
    rows = executor.execute(
        select(item.anchor, item.kind, item.name, item.title, item.module, item.breadcrumb, item.summary)
        .join(schema.page, schema.page.c.id == item.page_id)
        .join(schema.docset, schema.docset.c.id == item.docset_id)
        .where(schema.page.c.path == path, *_is(docset.name, docset.version))
        .order_by(item.id)
    ).all()
    listed = [row for row in _outside_of_objects(rows) if row.anchor]
    if len(listed) > MAX_ITEMS:
        listed = [row for row in listed if row.kind in _HEADINGS][:MAX_ITEMS]
    roots = _tree(listed)
    if len(roots) == 1:
        roots = roots[0].children
    return PageContents(next((row.summary for row in rows if row.summary), ""), tuple(roots))


def same_place(executor: Executor, place: tuple[str, str, str, str], version: str) -> str:
    """Where what stands at one place of a docset stands in another version of it.

    Args:
        executor: reads the library.
        place: docset, version, page and anchor where the reader is; the anchor may be empty.
        version: the wanted one, which the library holds.

    Returns:
        Page and anchor of the same object or section; else the same page; else nothing, and the version's first page
        is as near as one gets.
    """
    docset, _, path, _ = place
    page = schema.page.c
    same_page = executor.execute(
        select(page.path)
        .join(schema.docset, schema.docset.c.id == page.docset_id)
        .where(page.path == path, *_is(docset, version))
    ).scalar()
    described = _entry_at(executor, place)
    if described is None or (not place[3] and same_page):
        return same_page or ""
    only_here = bool(same_page) and described.kind == "section"  # many pages have a section "Introduction"
    found = _entries_like(executor, described, docset, version)
    near = next((target for page, target in found if page == path), None)
    if near is None and found and not only_here:
        near = found[0][1]
    return near or same_page or ""


def _entry_at(executor: Executor, place: tuple[str, str, str, str]) -> Row[Any] | None:
    docset, version, path, anchor = place
    item = schema.entry.c
    statement = (
        select(item.name, item.role, item.kind)
        .join(schema.page, schema.page.c.id == item.page_id)
        .join(schema.docset, schema.docset.c.id == item.docset_id)
        .where(schema.page.c.path == path, *_is(docset, version))
        .order_by(item.id)
    )
    return executor.execute(statement.where(item.anchor == anchor) if anchor else statement.limit(1)).first()


def _entries_like(executor: Executor, described: Row[Any], docset: str, version: str) -> list[tuple[str, str]]:
    """Page, and page with anchor, of the entries of the same name and role, else kind."""
    item, key = schema.entry.c, schema.name_key.c
    named = select(key.entry_id).where(key.key == fold(described.name))
    found = executor.execute(
        select(schema.page.c.path, item.anchor, item.role)
        .join(schema.page, schema.page.c.id == item.page_id)
        .join(schema.docset, schema.docset.c.id == item.docset_id)
        .where(item.id.in_(named), item.name == described.name, *_is(docset, version))
        .where((item.role == described.role) | (item.kind == described.kind))
        .order_by(item.id)
    ).all()
    in_role = [row for row in found if row.role == described.role] or found
    return [(row.path, f"{row.path}#{row.anchor}") for row in in_role]


def _is(docset: str, version: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return schema.docset.c.name == docset, schema.docset.c.version == version


def _depth(row: Row[Any]) -> int:
    return len(row.breadcrumb.splitlines())


def _outside_of_objects(rows: Iterable[Row[Any]]) -> Iterable[Row[Any]]:
    """Entries without those that belong to an object, such as the methods of a class."""
    object_depth: int | None = None
    for row in rows:
        if object_depth is not None and _depth(row) > object_depth:
            continue
        object_depth = None if row.kind in _HEADINGS else _depth(row)
        yield row


def _tree(rows: Sequence[Row[Any]]) -> list[ContentsItem]:
    roots: list[ContentsItem] = []
    above: list[tuple[int, ContentsItem]] = []
    for row in rows:
        depth = _depth(row)
        while above and (above[-1][0] >= depth or len(above) > MAX_DEPTH):
            above.pop()
        line = ContentsItem(row.anchor, row.title or row.name.removeprefix(f"{row.module}."), row.kind)
        (above[-1][1].children if above else roots).append(line)
        above.append((depth, line))
    return roots
