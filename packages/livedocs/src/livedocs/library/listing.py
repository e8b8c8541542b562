"""Entries as a line of a list: those at given places, and those that their own documentation links to most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Select, func, select, tuple_

from livedocs.errors import NotFoundError
from livedocs.library import schema
from livedocs.library.areas import Area

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livedocs.library.reader import Executor


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands, which stays the same from build to build, unlike its id.

    Attributes:
        docset: name of its docset.
        version: version of that docset.
        page: path of its page.
        anchor: on that page; empty for an entry that is the whole page.
    """

    docset: str
    version: str
    page: str
    anchor: str


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """An entry as one line.

    Attributes:
        place: where it stands.
        docset_title: the project's own spelling of its docset.
        kind: e.g. ``class``.
        name: full name or title.
    """

    place: Place
    docset_title: str
    kind: str
    name: str

    @property
    def url(self) -> str:
        """Address inside the app."""
        place = self.place
        anchor = f"#{place.anchor}" if place.anchor else ""
        return f"/docs/{place.docset}/{place.version}/{place.page}{anchor}"


_PLACE = (schema.docset.c.name, schema.docset.c.version, schema.page.c.path, schema.entry.c.anchor)


def entries_at(executor: Executor, places: Sequence[Place]) -> list[ListedEntry]:
    """The entries at these places, in their order, without those that the library does not hold."""
    keys = [(place.docset, place.version, place.page, place.anchor) for place in places]
    found = {entry.place: entry for entry in _listed(executor, _lines().where(tuple_(*_PLACE).in_(keys)))}
    return [found[place] for place in places if place in found]


def entry_id_at(executor: Executor, place: Place) -> int:
    """Id of the entry at a place.

    Raises:
        NotFoundError: no entry stands there.
    """
    key = (place.docset, place.version, place.page, place.anchor)
    found = executor.execute(_lines().with_only_columns(schema.entry.c.id).where(tuple_(*_PLACE) == key)).scalar()
    if found is None:
        raise NotFoundError(
            f"The documentation of {place.docset} {place.version} has no such entry: {place.page}#{place.anchor}."
        )
    return found


def most_linked(executor: Executor, limit: int) -> list[ListedEntry]:
    """The objects that their documentation links to most, of every docset as many.

    Args:
        executor: of the library.
        limit: how many are wanted at most.
    """
    entry = schema.entry.c
    rank = func.row_number().over(partition_by=entry.docset_id, order_by=(entry.link_count.desc(), entry.id))
    ranked = (
        select(entry.id, rank.label("rank"))
        .where(entry.area == Area.MAIN, entry.kind.not_in(("section", "term")), entry.link_count > 0)
        .subquery()
    )
    wanted = _lines().join(ranked, ranked.c.id == entry.id).order_by(ranked.c.rank, entry.link_count.desc(), entry.id)
    return _listed(executor, wanted.limit(limit))


def _lines() -> Select[tuple[str, str, str, str, str, str, str]]:
    return (
        select(*_PLACE, schema.docset.c.title, schema.entry.c.kind, schema.entry.c.name)
        .join_from(schema.entry, schema.page, schema.page.c.id == schema.entry.c.page_id)
        .join(schema.docset, schema.docset.c.id == schema.entry.c.docset_id)
    )


def _listed(executor: Executor, statement: Select[tuple[str, str, str, str, str, str, str]]) -> list[ListedEntry]:
    return [ListedEntry(Place(*row[:4]), *row[4:]) for row in executor.execute(statement)]
