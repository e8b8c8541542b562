"""Columns: what rules and filters look at, of every entry of the library at once."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from livedocs.library.index.fields import WordNumbers
from livedocs.library.postings import pack_column
from livedocs.library.promise import promise

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from numpy.typing import NDArray

_ROWS = """
SELECT id, docset_id, page_id, area, deprecated, length(name), link_count,
       substr(role, 1, 3) = 'py:' AND module = '' AND kind <> 'module',
       kind, added, CASE kind WHEN 'module' THEN name ELSE module END
FROM entry ORDER BY id
"""
_NUMBERS = 8


@dataclass(frozen=True, slots=True)
class EntryColumns:
    """The columns that the index itself needs; position is the entry's id less one.

    Attributes:
        area: `livedocs.library.areas.Area`.
        deprecated: 1 for what is deprecated.
        links: links to the entry.
        page_links: links to all entries of its page.
    """

    area: NDArray[np.integer[Any]]
    deprecated: NDArray[np.integer[Any]]
    links: NDArray[np.integer[Any]]
    page_links: NDArray[np.integer[Any]]

    def promise(self) -> NDArray[np.float64]:
        """See `livedocs.library.promise`; by these numbers postings are cut into blocks."""
        return promise(self.links, self.page_links, self.area, self.deprecated)


def write_columns(connection: sqlite3.Connection) -> EntryColumns:
    """Fill ``label`` and ``entry_column`` from the rows of ``entry``."""
    table = array("q")
    texts = [WordNumbers() for _ in range(3)]
    written = [array("q") for _ in texts]
    for row in connection.execute(_ROWS):
        table.extend(row[:_NUMBERS])
        for numbers, column, text in zip(texts, written, row[_NUMBERS:], strict=True):
            column.append(numbers[text])
    entries = np.frombuffer(table, np.int64).reshape(-1, _NUMBERS)
    ids, docset, page, area, deprecated, name_chars, links, built_in = entries.T
    if not np.array_equal(ids, np.arange(1, len(ids) + 1)):
        raise AssertionError("entries are not numbered from 1 without a gap")
    labels = {"": 0}
    for numbers in texts:  # kinds and versions first: their columns have two bytes a number
        labels = _numbered(numbers, labels)
    kind, added, module = (
        np.array([labels[text] for text in numbers], np.int64)[np.frombuffer(column, np.int64)]
        for numbers, column in zip(texts, written, strict=True)
    )
    of_page = np.zeros(page.max(initial=0) + 1, np.int64)
    np.add.at(of_page, page, links)
    columns = {
        "docset": docset,
        "kind": kind,
        "module": module,
        "added": added,
        "area": area,
        "deprecated": deprecated,
        "built_in": built_in,
        "name_chars": name_chars,
        "links": links,
        "page_links": of_page[page],
    }
    connection.executemany(
        "INSERT INTO label (id, text) VALUES (?, ?)", ((labels[text], text) for text in labels if text)
    )
    connection.executemany(
        "INSERT INTO entry_column (name, data) VALUES (?, ?)",
        ((name, pack_column(name, values)) for name, values in columns.items()),
    )
    return EntryColumns(area, deprecated, links, of_page[page])


def _numbered(texts: Iterable[str], before: dict[str, int]) -> dict[str, int]:
    """Numbers for texts in the order of their characters, behind those that have one."""
    new = sorted(set(texts).difference(before))
    return before | {text: number for number, text in enumerate(new, len(before))}
