"""What a process that serves a library in PostgreSQL keeps of libraries that others have replaced: memory after swaps.

``python -m benchmarks.swaps LIBRARY --database URL [--swaps N]``

Makes a database beside the one that URL names, publishes LIBRARY there again and again, and has another process follow
and search it. Memory that only that process has is read from ``/proc`` after each swap, so this runs on Linux only.
Exits with 1 when the last swaps have added to it.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

from pydantic import SecretStr

from benchmarks.targets import print_machine, report
from fastapi_data import PostgresDatabase
from fastapi_data.testing.provisioning import new_database
from livedocs.library.postgres.connecting import opened
from livedocs.library.postgres.migrating import migrate
from livedocs.library.postgres.publishing import publishing
from livedocs.settings import Settings
from livedocs.web import searching
from livedocs.web.generations import PostgresLibrary

if TYPE_CHECKING:
    from collections.abc import Generator

    from sqlalchemy.orm import Session

    from livedocs.web.served import Served

_QUERIES = ("a", "open", "asyncio.ga", "how to read a file", "template loader", "iterator -generator")
_LOADED = "loaded"
_SECONDS_BETWEEN_LOOKS = 0.1
_MB = 1e6
_COMPARED = 3
"""So many figures at the end are compared with as many in the middle: each is a little different."""


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path, help="a library's file")
    parser.add_argument("--database", required=True, help="a database on the server to use; it is left as it is")
    parser.add_argument("--swaps", type=int, default=12)
    parser.add_argument("--follow", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.follow:
        asyncio.run(_follow(arguments.database))
        return 0
    print_machine()
    with tempfile.TemporaryDirectory() as folder, new_database(arguments.database, Path(folder)) as url:
        figures = asyncio.run(_swap(arguments.library, url, arguments.swaps))
    print("  MB that only the process has, after each swap: " + " ".join(f"{each / _MB:.0f}" for each in figures[1:]))
    middle = figures[len(figures) // 2 - _COMPARED : len(figures) // 2]
    grown = mean(figures[-_COMPARED:]) - mean(middle)
    print(f"  {figures[0] / _MB:9.1f}  MB before the first")
    reached = report(f"MB added by the last {len(figures) // 2} swaps", grown / _MB, at_most=5.0)
    print_machine()
    return 0 if reached else 1


async def _swap(library: Path, url: str, swaps: int) -> list[int]:
    """Publish so often.

    Returns:
        Bytes that only the following process has, at first and after each swap.
    """
    figures: list[int] = []
    await migrate(PostgresDatabase(url))
    async with opened(PostgresDatabase(url)) as engine, publishing(engine) as publisher:
        await publisher.publish(library)
        with _follower(library, url) as follower:
            while True:
                assert follower.stdout is not None
                line = await asyncio.to_thread(follower.stdout.readline)
                if line.strip() != _LOADED:
                    raise SystemExit("The process that follows has ended.")
                figures.append(_own_bytes(follower.pid))
                if len(figures) > swaps:
                    return figures
                await publisher.publish(library)


@contextmanager
def _follower(library: Path, url: str) -> Generator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "benchmarks.swaps", str(library), "--database", str(url), "--follow"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _own_bytes(process_id: int) -> int:
    """Memory of a process that no other shares."""
    rollup = Path(f"/proc/{process_id}/smaps_rollup").read_text()
    return sum(int(kilobytes) * 1024 for kilobytes in re.findall(r"^Private_\w+:\s+(\d+) kB", rollup, re.MULTILINE))


async def _follow(url: str) -> None:
    """Serve what is published and search it; say so at first, and whenever another library has taken its place."""
    with tempfile.TemporaryDirectory() as folder:
        library = PostgresLibrary(Settings(cache_folder=Path(folder), database_url=SecretStr(url)))
        await library.load()
        is_new = True
        while True:
            if is_new:
                for query in _QUERIES:
                    await library.read(partial(_search, query))
                print(_LOADED, flush=True)
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
            is_new = await library.refresh()


def _search(query: str, session: Session, served: Served) -> None:
    searching.engine(session, served).search(query)


if __name__ == "__main__":
    sys.exit(main())
