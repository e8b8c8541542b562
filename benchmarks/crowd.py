"""A front-page crowd: 200 visitors a second open the home page and type, some 1,000 key presses a second in all.

``python -m benchmarks.crowd --library FILE [--database URL --redis URL] [--workers N] [--seconds S] [--publish FILE]``

Starts ``livedocs serve`` as users do, with one worker for each processor unless told, and a crowd beside it on the same
machine: whoever comes loads the home page, then types a judged query at one letter each 0.2 s and leaves. Times are
counted from the moment at which a key was to be pressed, so a server that falls behind cannot hide that. Prints the
times, the errors, and the processor seconds that 1,000 views of the home page cost; exits with 1 when an answer failed
or, without ``--publish`` and a database, 99 of 100 took longer than 50 ms.

``--database`` names a PostgreSQL database in which the library was published (``livedocs migrate`` and ``publish``).
``--publish`` publishes another library after a third of the time, and the first again after two; where each holds one
docset, no page may name entries of both.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.crowd_load import Crowd
from benchmarks.crowd_server import Server, serving
from benchmarks.targets import print_machine, report
from benchmarks.typing_stream import Times, shuffled_queries

if TYPE_CHECKING:
    from collections.abc import Callable

VISITORS_A_SECOND = 200
JUDGED = Path(__file__).with_name("judged") / "python.jsonl"
"""What visitors look for."""
_P99_MILLISECONDS = 50.0
_HOME_VIEWS = 1000


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--database", default="", help="LIVEDOCS_DATABASE_URL of the server")
    parser.add_argument("--redis", default="", help="LIVEDOCS_REDIS_URL of the server")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--visitors", type=float, default=VISITORS_A_SECOND, help="that come each second")
    parser.add_argument("--publish", type=Path, help="another library, published in the middle")
    arguments = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory(prefix="crowd-") as folder, ExitStack() as stack:
        library = Path(shutil.copy(arguments.library, Path(folder) / "library.sqlite"))
        settings = {
            "LIVEDOCS_LIBRARY_PATH": str(library),
            "LIVEDOCS_DATABASE_URL": arguments.database,
            "LIVEDOCS_REDIS_URL": arguments.redis,
            "LIVEDOCS_LOG_REQUESTS": "false",
        }
        server = stack.enter_context(serving(settings, arguments.workers))
        home_seconds = processor_seconds_of_home(server)
        events = publishing(arguments, library, settings) if arguments.publish else []
        crowd = Crowd(server.port, shuffled_queries([JUDGED], 300), check_pages=bool(arguments.publish))
        used = server.processor_seconds()
        asyncio.run(crowd.come(arguments.visitors, arguments.seconds, events))
        used = server.processor_seconds() - used
    return told(crowd, arguments, home_seconds, used)


def told(crowd: Crowd, arguments: argparse.Namespace, home_seconds: float, used: float) -> int:
    """Print what came of it."""
    where = "PostgreSQL" if arguments.database else "SQLite"
    shared = " and Redis" if arguments.redis else ""
    times = Times.of(crowd.milliseconds)
    asked = len(crowd.milliseconds)
    print(
        f"{where}{shared}, {arguments.workers} workers: "
        f"{crowd.visitors} visitors, {asked} answers in {arguments.seconds:g} s"
    )
    print(
        f"  {crowd.key_presses / arguments.seconds:.0f} key presses a second; "
        f"{used / arguments.seconds:.2f} processors used"
    )
    print(f"  p50 {times.p50:.1f} ms, p95 {times.p95:.1f} ms, p99 {times.p99:.1f} ms, worst {times.worst:.1f} ms")
    print(f"  {home_seconds:.2f} processor seconds for {_HOME_VIEWS} views of the home page with nobody else there")
    for error, count in crowd.errors.most_common(5):
        print(f"  {count} times: {error}")
    reached = report("answers that failed", sum(crowd.errors.values()), at_most=0)
    reached &= report("pages of two libraries", crowd.mixed, at_most=0)
    if not arguments.database and not arguments.publish:
        reached &= report("ms, p99", times.p99, at_most=_P99_MILLISECONDS)
    print_machine()
    return 0 if reached else 1


def processor_seconds_of_home(server: Server) -> float:
    """What 1,000 views of the home page cost the server, with its styles and scripts kept by the browser."""
    viewers = Crowd(server.port, [""], check_pages=False)
    asyncio.run(viewers.view_home(50))
    before = server.processor_seconds()
    asyncio.run(viewers.view_home(_HOME_VIEWS))
    assert not viewers.errors, viewers.errors
    return server.processor_seconds() - before


def publishing(
    arguments: argparse.Namespace, library: Path, settings: dict[str, str]
) -> list[tuple[float, Callable[[], object]]]:
    """When to publish which library, and how."""

    def put(other: Path) -> None:
        if arguments.database:
            command = [str(Path(sys.executable).with_name("livedocs")), "publish", str(other)]
            subprocess.run(command, env=os.environ | settings, check=True, stdout=subprocess.DEVNULL)
        else:
            shutil.copy(other, library.with_name("new"))
            library.with_name("new").replace(library)
        print(f"  published {other}")

    third = arguments.seconds / 3
    return [(third, lambda: put(arguments.publish)), (2 * third, lambda: put(arguments.library))]


if __name__ == "__main__":
    raise SystemExit(main())
