"""What a crowd meets while each part of an installation is killed and started again.

``python -m benchmarks.faults --library FILE [--visitors N] [--workers N]``

Starts a PostgreSQL server, a streaming replica of it and a Redis, publishes the library, serves it by several workers,
and lets the crowd of ``benchmarks.crowd`` come. Then a worker, Redis, the replica and the primary are killed in turn,
with SIGKILL; the supervisor replaces the worker, the others are started again after a while. Prints for each the
requests that failed, how many of them were sent after the kill, and how long after it the last one failed; exits with 1
when one failed that was not in flight.

A request is **in flight** if it was sent before the part was dead: before its last process was gone, which is some
milliseconds after the signal, in which others still talk to it. Sent is when the load generator turned to it, before it
opened a connection where it had none.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scripts.own_servers import PostgresServer, RedisServer, new_postgres

from benchmarks.crowd import JUDGED
from benchmarks.crowd_load import Crowd
from benchmarks.crowd_server import serving
from benchmarks.targets import print_machine, report
from benchmarks.typing_stream import Times, shuffled_queries

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.crowd_load import Failure
    from benchmarks.crowd_server import Server

_SECONDS_BETWEEN_KILLS = 12.0
_SECONDS_AWAY = 4.0


class Part(NamedTuple):
    """What is killed, and how it comes back; None: somebody else sees to that."""

    name: str
    kill: Callable[[], None]
    start: Callable[[], None] | None


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--visitors", type=float, default=50.0, help="that come each second")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    print_machine()
    with ExitStack() as stack:
        primary, replica, redis = installed(stack, arguments.library)
        settings = {
            "LIVEDOCS_DATABASE_URL": primary.url,
            "LIVEDOCS_REPLICA_URLS": replica.url,
            "LIVEDOCS_REDIS_URL": redis.url,
            "LIVEDOCS_LOG_REQUESTS": "false",
        }
        server = stack.enter_context(serving(settings, arguments.workers))
        parts = [
            Part("a worker", lambda: kill_worker(server), None),
            Part("Redis", redis.stop, redis.start),
            Part("the replica", replica.kill, replica.start),
            Part("the primary", primary.kill, primary.start),
        ]
        return watched(server, parts, arguments.visitors)


def installed(stack: ExitStack, library: Path) -> tuple[PostgresServer, PostgresServer, RedisServer]:
    """A primary with a published library, a replica of it, and a Redis."""
    primary, replica = (stack.enter_context(new_postgres()) for _ in range(2))
    primary.initialise()
    primary.start()
    for command in (["migrate"], ["publish", str(library)]):
        livedocs = [str(Path(sys.executable).with_name("livedocs")), *command]
        environment = os.environ | {"LIVEDOCS_DATABASE_URL": primary.url}
        subprocess.run(livedocs, env=environment, check=True, stdout=subprocess.DEVNULL)
    replica.copy_of(primary)
    replica.start()
    redis = RedisServer(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="redis-"))))
    redis.start()
    stack.callback(redis.stop)
    return primary, replica, redis


def watched(server: Server, parts: list[Part], visitors: float) -> int:
    """Let the crowd come, kill one part after the other, and print what the crowd met."""
    killed: dict[str, tuple[float, float]] = {}

    def kill(part: Part) -> None:
        began = time.monotonic()
        part.kill()
        killed[part.name] = began, time.monotonic()
        if part.start is not None:
            time.sleep(_SECONDS_AWAY)
            part.start()

    events = [
        (number * _SECONDS_BETWEEN_KILLS, lambda part=part: kill(part)) for number, part in enumerate(parts, start=1)
    ]
    crowd = Crowd(server.port, shuffled_queries([JUDGED], 300), check_pages=True)
    asyncio.run(crowd.come(visitors, (len(parts) + 1) * _SECONDS_BETWEEN_KILLS, events))
    times = Times.of(crowd.milliseconds)
    print(
        f"{crowd.visitors} visitors, {len(crowd.milliseconds)} answers; p50 {times.p50:.1f} ms, p99 {times.p99:.1f} ms"
    )
    moments = sorted(began for began, _ in killed.values())
    reached = True
    for name, (began, dead) in killed.items():
        end = min((moment for moment in moments if moment > began), default=float("inf"))
        reached &= told(name, (began, dead), [each for each in crowd.failures if began <= each.until < end])
    before = sum(failure.until < moments[0] for failure in crowd.failures)
    reached &= report("failures before anything was killed", before, at_most=0)
    print_machine()
    return 0 if reached else 1


def kill_worker(server: Server) -> None:
    """Kill one of the processes that answer, and wait until it is dead."""
    worker = server.workers()[0]
    os.kill(worker, signal.SIGKILL)
    while worker in server.workers():
        os.sched_yield()


def told(name: str, killed: tuple[float, float], failures: list[Failure]) -> bool:
    """Print what a kill cost.

    Args:
        name: of what was killed.
        killed: when that began, and when it was dead.
        failures: between then and the next kill.
    """
    began, dead = killed
    later = [failure for failure in failures if failure.at > dead]
    recovered = max((failure.until - began for failure in failures), default=0.0)
    print(f"{name} killed: {len(failures)} requests failed, the last {recovered:.2f} s after")
    for why in sorted({failure.why for failure in failures})[:5]:
        print(f"    {why}")
    return report(f"of them sent after that ({name})", len(later), at_most=0)


if __name__ == "__main__":
    raise SystemExit(main())
