"""Columns: what rules and filters look at, of every entry of the library at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from livedocs.library.areas import Area
from livedocs.library.postings import pack_column

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from numpy.typing import NDArray

_ROWS = """
SELECT id, docset_id, page_id, area, deprecated, length(name), link_count, kind, added, role,
       CASE kind WHEN 'module' THEN name ELSE module END
FROM entry ORDER BY id
"""


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
        """How likely an entry is looked for before anything is known of the query; postings say the rest."""
        popularity = np.minimum(8, np.log2(1 + self.links)) + np.minimum(16, np.log2(1 + self.page_links))
        return 0.01 * popularity - 0.35 * (self.area != Area.MAIN) - 0.15 * self.deprecated


def write_columns(connection: sqlite3.Connection) -> EntryColumns:
    """Fill ``label`` and ``entry_column`` from the rows of ``entry``."""
    rows = connection.execute(_ROWS).fetchall()
    numbers, words = [row[:7] for row in rows], [row[7:] for row in rows]
    ids, docset, page, area, deprecated, name_chars, links = np.array(numbers, np.int64).reshape(len(rows), 7).T
    if not np.array_equal(ids, np.arange(1, len(rows) + 1)):
        raise AssertionError("entries are not numbered from 1 without a gap")
    # Kinds and versions first: their columns have two bytes a number.
    labels = _numbered(kind for kind, *_ in words)
    labels = _numbered((added for _, added, *_ in words), labels)
    labels = _numbered((module for *_, module in words), labels)
    connection.executemany(
        "INSERT INTO label (id, text) VALUES (?, ?)", ((labels[text], text) for text in labels if text)
    )
    of_page = np.zeros(page.max(initial=0) + 1, np.int64)
    np.add.at(of_page, page, links)
    columns = {
        "docset": docset,
        "kind": [labels[kind] for kind, *_ in words],
        "module": [labels[module] for *_, module in words],
        "added": [labels[added] for _, added, *_ in words],
        "area": area,
        "deprecated": deprecated,
        "built_in": [role.startswith("py:") and not module for _, _, role, module in words],
        "name_chars": name_chars,
        "links": links,
        "page_links": of_page[page],
    }
    connection.executemany(
        "INSERT INTO entry_column (name, data) VALUES (?, ?)",
        ((name, pack_column(name, values)) for name, values in columns.items()),
    )
    return EntryColumns(area, deprecated, links, of_page[page])


def _numbered(texts: Iterable[str], before: dict[str, int] | None = None) -> dict[str, int]:
    """Numbers for texts in the order of their characters, behind those that have one; 0 for the empty text."""
    numbers = before or {"": 0}
    new = sorted(set(texts).difference(numbers))
    return numbers | {text: number for number, text in enumerate(new, len(numbers))}
