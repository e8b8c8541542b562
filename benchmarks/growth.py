"""What grows with a library, and how: parts of the file, what a server keeps of it, how long it takes to load.

``python -m benchmarks.growth LIBRARY ...`` prints a column for each library. Memory is read from ``/proc``, so this
runs on Linux only.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import http_load
from livedocs.library import snapshot
from livedocs.search.resident import Resident
from livedocs.search.sqlite import SqliteCandidates

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

_PARTS = {
    "pages and entries": ("page", "entry", "entry_body", "asset", "docset"),
    "names (name_key)": ("name_key",),
    "beginnings of names": ("name_beginning",),
    "postings": ("posting", "vocabulary"),
    "words for spelling": ("word",),
    "columns": ("entry_column", "label"),
}
_MB = 1e6
_WHOLE = 1000
"""Greater figures are printed without a fraction."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("libraries", type=Path, nargs="+")
    parser.add_argument("--json", action="store_true", help="print what one library comes to, as JSON")
    arguments = parser.parse_args()
    if arguments.json:
        print(json.dumps(_figures(arguments.libraries[0])))
        return
    columns: list[dict[str, float]] = []
    for library in arguments.libraries:
        # Each in a process of its own, whose memory holds nothing of the others.
        command = [sys.executable, "-m", "benchmarks.growth", "--json", str(library)]
        columns.append(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))
    for what in columns[0]:
        print(f"{what:44}" + "".join(f"{column[what]:14,.{0 if column[what] >= _WHOLE else 1}f}" for column in columns))


def _figures(library: Path) -> dict[str, float]:
    figures: dict[str, float] = {}
    snapshot.check(library)
    with closing(snapshot.connect(library)) as connection:
        for table in ("docset", "entry", "name_key", "name_beginning", "vocabulary"):
            (figures[f"rows of {table}"],) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
        (figures["postings"],) = connection.execute("SELECT sum(entry_count) FROM vocabulary").fetchone()
        figures["file, MB"] = library.stat().st_size / _MB
        sizes = _table_bytes(connection)
        for part, tables in _PARTS.items():
            figures[f"  {part}, MB"] = sum(sizes.get(table, 0) for table in tables) / _MB
        resident = Resident(SqliteCandidates(connection))
        parts: dict[str, Callable[[], object]] = {
            "columns": lambda: resident.columns,
            "vocabulary": lambda: resident.vocabulary,
            "spelling": lambda: resident.spelling,
        }
        gc.disable()  # as the server loads
        for part, load in parts.items():
            before, started = _resident_bytes(), time.perf_counter()
            load()
            figures[f"loading {part}, s"] = time.perf_counter() - started
            figures[f"{part} in memory, MB"] = (_resident_bytes() - before) / _MB
    started = time.perf_counter()
    with http_load.livedocs(library) as server:
        figures["server answers after, s"] = time.perf_counter() - started
        status = Path(f"/proc/{server.process_id}/status").read_text()
        for kind, what in {"RssAnon": "of its own", "RssFile": "mapped files"}.items():
            kilobytes = int(status.partition(f"{kind}:")[2].split()[0])
            figures[f"server's memory, {what}, MB"] = kilobytes * 1024 / _MB
    return figures


def _table_bytes(connection: sqlite3.Connection) -> dict[str, int]:
    """Bytes of each table with its indexes, as SQLite counts them (https://sqlite.org/dbstat.html)."""
    return dict(
        connection.execute(
            "SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_schema USING (name) GROUP BY tbl_name"
        ).fetchall()
    )


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
