"""A library of as many entries as one likes, made of a real one: the same documentation again and again in other words.

``python -m benchmarks.synthetic BASE LIBRARY --entries 2000000`` writes LIBRARY from BASE, a library of one docset;
``python -m benchmarks.synthetic --measure LIBRARY`` prints which share of the words of each docset no docset before it
has, which is what copies are made by.

The first docset of LIBRARY is that of BASE. Each further one has its entries, pages, links and lengths of text, but its
own package names, and its own words in the place of many that are not common, in names, titles, texts and spelling
lists: a substitution of vowels by vowels and consonants by consonants, another one for each copy, so that beginnings
and misspellings stay as alike as they were. Summaries and pages, which no search reads, keep their words. The index is
written by the functions that write every library.
"""

from __future__ import annotations

import argparse
import random
import re
import time
import zlib
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from livedocs.library import schema, snapshot
from livedocs.library.analysis import stem
from livedocs.library.index.blocks import stored_postings
from livedocs.library.keys import Form
from livedocs.library.postings import Postings
from livedocs.library.writer import new_snapshot, write_index

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Iterator

    from sqlalchemy import Table

Row = tuple[Any, ...]

_COMMON_TERMS = 1000
"""The most frequent terms are those of any documentation."""

_OWN_SHARE = 0.45
"""Which share of the other words each documentation has for its own; see ``--measure`` for real ones."""

_VOWELS = "aeiouy"
_CONSONANTS = "bcdfghjklmnpqrstvwxz"
_WORD = re.compile(r"[a-zA-Z]+")


def main() -> None:
    """Write the library, or measure one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path, help="a library of one docset")
    parser.add_argument("library", type=Path, nargs="?", help="the file to write")
    parser.add_argument("--entries", type=int, default=2_000_000)
    parser.add_argument("--measure", action="store_true", help="print shares of new words of BASE instead")
    arguments = parser.parse_args()
    snapshot.check(arguments.base)
    with closing(snapshot.connect(arguments.base)) as base:
        if arguments.measure:
            _measure(base)
            return
        if arguments.library is None:
            parser.error("name the file to write")
        arguments.library.unlink(missing_ok=True)
        _write(base, arguments.library, arguments.entries)


def _measure(library: sqlite3.Connection) -> None:
    known: set[str] = set()
    print(f"{'docset':24}{'words':>9}{'new':>9}{'share':>8}{'of all occurrences':>20}")
    for number, name in library.execute("SELECT id, name FROM docset ORDER BY id").fetchall():
        words = dict(library.execute("SELECT text, frequency FROM word WHERE docset_id = ?", (number,)))
        new = words.keys() - known
        share = sum(words[word] for word in new) / sum(words.values())
        print(f"{name:24}{len(words):9}{len(new):9}{len(new) / len(words):8.2f}{share:20.2f}")
        known |= words.keys()


class Renamed:
    """The words of one copy.

    Args:
        copy: its number; 0 is the original, whose words stay.
        common: terms that no copy has for its own.
        known: terms of the original; no new word becomes one of them.
    """

    def __init__(self, copy: int, common: Collection[str], known: Collection[str]) -> None:
        self._copy = copy
        self._common = common
        self._known = known
        chance = random.Random(copy)  # noqa: S311 - repeatable on purpose
        order = [*chance.sample(_VOWELS, len(_VOWELS)), *chance.sample(_CONSONANTS, len(_CONSONANTS))]
        self._table = str.maketrans(_VOWELS + _CONSONANTS, "".join(order))
        self._words: dict[str, str] = {}

    def term(self, term: str) -> str:
        """A stem, in lower case, in this copy."""
        if not self._copy or term in self._common:
            return term
        if zlib.crc32(f"{self._copy} {term}".encode()) >= _OWN_SHARE * 2**32:
            return term
        renamed = term.translate(self._table)
        return term if renamed in self._known else renamed

    def text(self, text: str) -> str:
        """Words in a row, in any case."""
        return _WORD.sub(lambda match: self._word(match[0]), text) if self._copy else text

    def name(self, name: str) -> str:
        """A dotted name: the package is always the copy's own."""
        package, dot, rest = name.partition(".")
        return f"{package.lower().translate(self._table)}{dot}{self.text(rest)}" if self._copy and dot else name

    def _word(self, word: str) -> str:
        if word not in self._words:
            lower = word.lower()
            own = stem(lower)
            renamed = lower if self.term(own) == own else lower.translate(self._table)
            self._words[word] = renamed if word == lower else renamed.capitalize()
        return self._words[word]


def _write(base: sqlite3.Connection, library: Path, entries: int) -> None:
    started = time.perf_counter()
    (of_one,) = base.execute("SELECT count(*) FROM entry").fetchone()
    frequent = base.execute("SELECT term FROM vocabulary ORDER BY entry_count DESC, term LIMIT ?", (_COMMON_TERMS,))
    common = {term for (term,) in frequent}
    known = {term for (term,) in base.execute("SELECT term FROM vocabulary")}
    copies = [Renamed(copy, common, known) for copy in range(-(-entries // of_one))]
    with new_snapshot(library) as connection:
        _write_rows(connection, base, copies)
        _say(started, f"{len(copies)} docsets of {of_one} entries")
        write_index(connection, _postings(base, copies, of_one), None)
    _say(started, f"the index; {library.stat().st_size / 1e6:.0f} MB")


def _say(started: float, what: str) -> None:
    print(f"{time.perf_counter() - started:7.1f} s: wrote {what}", flush=True)


def _write_rows(connection: sqlite3.Connection, base: sqlite3.Connection, copies: list[Renamed]) -> None:
    tables = {table: _rows(base, table) for table in (schema.docset, schema.page, schema.entry, schema.entry_body)}
    entries, pages = len(tables[schema.entry]), len(tables[schema.page])
    keys, words = _rows(base, schema.name_key), base.execute("SELECT text, frequency FROM word").fetchall()
    connection.execute("CREATE TEMPORARY TABLE key_of_any (key, entry_id, form, weight)")
    for copy, renamed in enumerate(copies):
        moved = {"docset_id": copy, "page_id": copy * pages, "entry_id": copy * entries}
        for table, rows in tables.items():
            own = {schema.docset: copy, schema.page: copy * pages, schema.entry: copy * entries}.get(table, 0)
            _insert(connection, table.name, _copied(table, rows, moved | {"id": own}, renamed))
        _insert(
            connection,
            "key_of_any",
            (
                (renamed.name(key) if form == Form.NAME else renamed.text(key), entry + copy * entries, form, weight)
                for key, entry, form, weight in keys
            ),
        )
        counts: dict[str, int] = {}
        for text, frequency in words:
            word = renamed.text(text)
            counts[word] = counts.get(word, 0) + frequency
        _insert(connection, "word", sorted((copy + 1, word, count) for word, count in counts.items()))
    # Two keys of an entry may have become one.
    connection.execute(
        "INSERT OR IGNORE INTO name_key (key, entry_id, form, weight) "
        "SELECT key, entry_id, form, weight FROM key_of_any ORDER BY key, entry_id, form"
    )
    connection.execute("DROP TABLE key_of_any")


def _rows(base: sqlite3.Connection, table: Table) -> list[Row]:
    columns = ", ".join(column.name for column in table.columns)
    return base.execute(f"SELECT {columns} FROM {table.name} ORDER BY 1").fetchall()  # noqa: S608 - our schema


def _copied(table: Table, rows: Iterable[Row], moved: dict[str, int], renamed: Renamed) -> Iterator[Row]:
    names = [column.name for column in table.columns]
    ids = [(place, moved[name]) for place, name in enumerate(names) if name in moved]
    dotted = [names.index(name) for name in ("name", "module") if table is schema.entry]
    worded = [names.index("title")] if table is schema.entry else []
    for row in rows:
        copied = list(row)
        for place, by in ids:
            copied[place] += by
        for place in dotted:
            copied[place] = renamed.name(row[place]) if "." in row[place] else renamed.text(row[place])
        for place in worded:
            copied[place] = renamed.text(row[place])
        if table is schema.docset and moved["id"]:
            copied[names.index("name")] = f"copy-{moved['id']}"
        yield tuple(copied)


def _insert(connection: sqlite3.Connection, table: str, rows: Iterable[Row]) -> None:
    for first in (rows := iter(rows)):
        statement = f"INSERT INTO {table} VALUES ({', '.join('?' * len(first))})"  # noqa: S608 - our schema
        connection.execute(statement, first)
        connection.executemany(statement, rows)


def _postings(base: sqlite3.Connection, copies: list[Renamed], entries: int) -> Iterator[tuple[str, Postings]]:
    stored = list(stored_postings(base, None))
    placed = sorted(
        (renamed.term(term), copy, number)
        for copy, renamed in enumerate(copies)
        for number, (term, _) in enumerate(stored)
    )
    for term, places in groupby(placed, key=itemgetter(0)):
        found = [(stored[number][1], np.uint32(copy * entries)) for _, copy, number in places]
        yield (
            term,
            Postings(
                np.concatenate([postings.entry_ids + before for postings, before in found]),
                np.concatenate([postings.text for postings, _ in found]),
                np.concatenate([postings.heading for postings, _ in found]),
            ),
        )


if __name__ == "__main__":
    main()
