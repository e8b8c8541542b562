"""The rows of one docset, in the order of the schema's columns."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from livedocs.library import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Table

    from livedocs.library.contents import DocsetContent

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class FirstIds:
    """Ids that the first rows of a docset get."""

    docset: int
    page: int
    entry: int


def docset_rows(content: DocsetContent, ids: FirstIds) -> Iterator[tuple[Table, Iterable[Row]]]:
    """Every table that describes a docset with its rows, those a row refers to before it."""
    docset = {column.name: getattr(content.docset, column.name, None) for column in schema.docset.columns}
    docset |= {"id": ids.docset, "dictionary": content.dictionary}
    yield schema.docset, [tuple(docset.values())]
    yield schema.page, _pages(content, ids)
    yield schema.entry, _entries(content, ids)
    yield schema.entry_body, _bodies(content, ids)
    # In the order of their keys, in which the table keeps them.
    yield schema.name_key, sorted(_keys(content, ids))
    yield schema.word, sorted((ids.docset, word, count) for word, count in content.vocabulary.items())
    yield schema.asset, ((ids.docset, asset.path, asset.media_type, asset.body) for asset in content.assets)


def _pages(content: DocsetContent, ids: FirstIds) -> Iterator[Row]:
    for number, packed in enumerate(content.pages, ids.page):
        page = packed.page
        breadcrumb = _json([[crumb.title, crumb.page] for crumb in page.breadcrumb])
        yield number, ids.docset, page.path, page.title, breadcrumb, page.previous, page.next, packed.html


def _entries(content: DocsetContent, ids: FirstIds) -> Iterator[Row]:
    for number, item in enumerate(content.entries, ids.entry):
        entry = item.entry
        yield (
            number,
            ids.docset,
            ids.page + item.page,
            entry.anchor,
            entry.kind,
            entry.role,
            entry.name,
            entry.title,
            entry.module,
            entry.signatures[0] if entry.signatures else "",
            entry.summary,
            "\n".join(entry.breadcrumb),
            entry.level,
            item.deprecated,
            int(item.area),
            item.link_count,
            item.added,
        )


def _bodies(content: DocsetContent, ids: FirstIds) -> Iterator[Row]:
    texts = chain.from_iterable(packed.entry_texts for packed in content.pages)
    for number, (item, text) in enumerate(zip(content.entries, texts, strict=True), ids.entry):
        entry = item.entry
        notes = [[note.change, note.version, note.text] for note in entry.notes]
        spans = list(chain.from_iterable(entry.spans))
        yield number, _json(entry.signatures), _json(notes), text, _json(spans)


def _keys(content: DocsetContent, ids: FirstIds) -> Iterator[Row]:
    for number, item in enumerate(content.entries, ids.entry):
        for (key, form), links in item.keys.items():
            yield key, number, int(form), links or item.link_count


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
