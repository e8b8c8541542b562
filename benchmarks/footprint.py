"""What livedocs takes beside time at the keyboard: seconds and memory of a build, of a server, of a command.

``python -m benchmarks.footprint FOLDER`` builds the documentation in FOLDER (Sphinx's HTML of Python 3.11) into a new
library, serves that, by one process and by several, and searches it in a shell; with a library's FILE instead of a
folder, nothing is built. Memory is read from ``/proc``, so this runs on Linux only. Exits with 1 when a figure misses
its target.
"""

from __future__ import annotations

import argparse
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks import http_load
from benchmarks.targets import print_machine, report

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIVEDOCS = Path(sys.executable).with_name("livedocs")
_SECONDS_BETWEEN_LOOKS = 0.02
_SEARCHES = 10
_DIFFERENT_SEARCHES = 600
_MB = 1e6


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="built HTML of Python 3.11, or a library made from it")
    parser.add_argument("--builds", type=int, default=3, help="the median of so many counts")
    arguments = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory() as name:
        library, reached = arguments.folder, []
        if library.is_dir():
            library = Path(name, "library.db")
            reached = _builds(arguments.folder, library, arguments.builds)
        reached += [_serve(library), _serve_by_two(library), _search(library)]
    print_machine()
    return 0 if all(reached) else 1


def _builds(folder: Path, library: Path, count: int) -> list[bool]:
    seconds, peak_bytes = (median(each) for each in zip(*(_build(folder, library) for _ in range(count)), strict=True))
    return [
        report("s, building, the command as a whole", seconds, at_most=5.0),
        report("MB, the snapshot", library.stat().st_size / _MB, at_most=30.0),
        report("MB, peak memory of all processes of the build", peak_bytes / _MB, at_most=600.0),
    ]


def _build(folder: Path, library: Path) -> tuple[float, float]:
    """Build into a new library.

    Returns:
        Seconds, and the most bytes that its processes had in memory at once.
    """
    library.unlink(missing_ok=True)
    environment = os.environ | {"LIVEDOCS_LIBRARY_PATH": str(library)}
    started = time.perf_counter()
    process = subprocess.Popen(
        [_LIVEDOCS, "build", str(folder)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    peak_bytes = 0
    while process.poll() is None:
        peak_bytes = max(peak_bytes, sum(map(_resident_bytes, _family(process.pid))))
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    if process.returncode:
        raise SystemExit(f"livedocs build {folder} ended with {process.returncode}: run it to see why.")
    return time.perf_counter() - started, peak_bytes


def _family(process_id: int) -> Iterator[int]:
    """A process and those that it started, and so on."""
    yield process_id
    with suppress(OSError):
        for task in Path(f"/proc/{process_id}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _family(int(child))


def _resident_bytes(process_id: int) -> int:
    """Memory of a process; what it shares with others counts by its share (PSS)."""
    with suppress(OSError):
        for line in Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def _serve(library: Path) -> bool:
    with http_load.livedocs(library) as server:
        loaded = _resident_set(server.process_id)
        http_load.ask(server.port, [http_load.search(text) for text in ("a", "asyncio.gather", "how to open a file")])
        used = _resident_set(server.process_id)
    print(f"  {used / _MB:9.1f}  MB, the server's resident set after its first answers")
    return report("MB, resident set of the server after loading", loaded / _MB, at_most=120.0)


def _serve_by_two(library: Path) -> bool:
    with closing(sqlite3.connect(library)) as connection:
        names = [name for (name,) in connection.execute("SELECT DISTINCT name FROM entry ORDER BY random()")]
    with http_load.livedocs(library, workers=2) as server:
        workers = [each for each in _family(server.process_id) if each != server.process_id]
        started = max(map(_own_bytes, workers))
        searches = iter([http_load.search(name) for name in names[:_DIFFERENT_SEARCHES]])
        while few := [path for _, path in zip(range(16), searches, strict=False)]:
            http_load.ask(server.port, few)  # over connections of their own, so that both workers get some
        print(f"  {_own_bytes(server.process_id) / _MB:9.1f}  MB that only the supervisor of two workers has")
        used = max(map(_own_bytes, workers))
    started_in_bounds = report("MB that only one of two workers has, at its start", started / _MB, at_most=40.0)
    what = f"MB that only one of two workers has, after {_DIFFERENT_SEARCHES} different searches of both"
    return report(what, used / _MB, at_most=40.0) and started_in_bounds


def _own_bytes(process_id: int) -> int:
    """Memory of a process that no other shares."""
    rollup = Path(f"/proc/{process_id}/smaps_rollup").read_text()
    return sum(int(kilobytes) * 1024 for kilobytes in re.findall(r"^Private_\w+:\s+(\d+) kB", rollup, re.MULTILINE))


def _resident_set(process_id: int) -> int:
    """Resident set size of a process in bytes, all that it shares included."""
    pages = int(Path(f"/proc/{process_id}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _search(library: Path) -> bool:
    environment = os.environ | {"LIVEDOCS_LIBRARY_PATH": str(library)}
    seconds: list[float] = []
    for _ in range(1 + _SEARCHES):
        started = time.perf_counter()
        subprocess.run([_LIVEDOCS, "search", "open"], env=environment, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - started)
    return report(
        f"s, 'livedocs search open' in a shell, warm, median of {_SEARCHES}", median(seconds[1:]), at_most=0.25
    )


if __name__ == "__main__":
    sys.exit(main())
