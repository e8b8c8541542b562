"""What a key press costs: in the engine beside tantivy, and over HTTP beside a route that always says the same.

``python -m benchmarks.speed JUDGED.jsonl ... --library FILE [--database URL] [--peers FOLDER] [--alone FILE]
[--no-http] [--profile]``

Types 300 queries of the judged files letter by letter, every prefix, in the order of the peers' benchmark; nothing
keeps results. Each figure of a key press is the median over rounds, in which all contenders take turns. ``--database``
names a PostgreSQL database in which the same library is published; its reader keeps what it read lately, so that the
round in which it reads everything for the first time is a row of its own, and that one is judged. ``--peers`` names a
working copy of the peers' benchmark, whose tantivy adapter then joins in; ``--alone`` another library, usually Python
alone, whose p95 is compared with; ``--profile`` prints where the time goes instead of comparing.

Over HTTP, every distinct key press is asked for once of a server that was just started, so that no cache can answer;
then the key presses of many users, whose prefixes repeat, of another one that answered as many before. Exits with 1
when a figure misses its target.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from contextlib import ExitStack, closing
from dataclasses import astuple
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks import contenders, http_load
from benchmarks.stages import Stages
from benchmarks.targets import print_machine, report
from benchmarks.typing_stream import Times, key_presses, shuffled_queries, typed_in_rounds, typing_mix
from livedocs.library import snapshot
from livedocs.web import searching

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livedocs.search.engine import Engine
    from livedocs.search.models import Filters

_ASKED = Times(p50=0.3, p95=1.5, p99=3.0, worst=8.0)
_ASKED_OF_POSTGRES = {"p50": 3.0, "p95": 8.0}
_ASKED_OF_MILLIONS = 25.0
"""Milliseconds for 95 of 100 key presses in a library of so many entries."""
_MILLIONS = 1_000_000
_SLOWEST_SHOWN = 10
_HTTP_PARTS = 8
_CONSTANT_REQUESTS = 1500
_USERS = 2000


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("judged", type=Path, nargs="+", help="files of judged queries")
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--database", help="address of a PostgreSQL database in which it is published")
    parser.add_argument("--peers", type=Path, help="a working copy of the peers' benchmark")
    parser.add_argument("--alone", type=Path, help="a library to compare p95 with")
    parser.add_argument("--docset", default="", help="only this docset is asked, NAME[@VERSION]; all unless named")
    parser.add_argument("--queries", type=int, default=300, help="so many are typed")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-http", action="store_true", help="only the engine")
    parser.add_argument("--profile", action="store_true", help="print where the engine spends its time")
    arguments = parser.parse_args()
    queries = shuffled_queries(arguments.judged, arguments.queries)
    presses = key_presses(queries)
    print_machine()
    print(f"{len(queries)} queries, {len(presses)} key presses")
    if arguments.profile:
        filters = searching.filters(arguments.docset)
        asyncio.run(contenders.with_engine(arguments.library, lambda engine: _profile(engine, filters, presses)))
        return 0
    reached = _compare_engines(arguments, presses)
    if not arguments.no_http:
        reached &= _compare_http(arguments.library, queries, presses)
    print_machine()
    return 0 if reached else 1


def _compare_engines(arguments: argparse.Namespace, presses: Sequence[str]) -> bool:
    first: dict[str, list[float]] = {}
    with ExitStack() as started:
        asks = {"livedocs": started.enter_context(contenders.livedocs(arguments.library, arguments.docset)).ask}
        if arguments.alone:
            asks["alone"] = started.enter_context(contenders.livedocs(arguments.alone, arguments.docset)).ask
        if arguments.database:
            asks["postgres"] = started.enter_context(contenders.livedocs(arguments.database, arguments.docset)).ask
            first["first read"] = [asks["postgres"](text) for text in presses]
        if arguments.peers:
            asks["tantivy"] = started.enter_context(contenders.tantivy(arguments.peers)).ask
        taken = typed_in_rounds(asks, presses, arguments.rounds) | first
    with closing(snapshot.connect(arguments.library)) as connection:
        entries: int = connection.execute("SELECT count(*) FROM entry").fetchone()[0]
    times = {name: Times.of(each) for name, each in taken.items()}
    print(f"milliseconds per key press in the engine, median of {arguments.rounds} rounds, {entries} entries:")
    print(f"  {'':12}{'p50':>9}{'p95':>9}{'p99':>9}{'worst':>9}")
    for name, each in times.items():
        print(f"  {name:12}" + "".join(f"{value:9.2f}" for value in astuple(each)))
    print(f"  a dictionary hit, the floor: {_dictionary_hit(presses):.5f}")
    slowest = sorted(zip(taken["livedocs"], presses, strict=True), reverse=True)[:_SLOWEST_SHOWN]
    print("  slowest: " + ", ".join(f"{milliseconds:.1f} {text!r}" for milliseconds, text in slowest))
    return all(_judge(times, entries))


def _judge(times: dict[str, Times], entries: int) -> list[bool]:
    ours = times["livedocs"]
    if entries >= _MILLIONS:
        reached = [report("ms, p95", ours.p95, at_most=_ASKED_OF_MILLIONS)]
    elif "alone" in times:
        reached = [report("p95 over that of the other library", ours.p95 / times["alone"].p95, at_most=1.5)]
    else:
        labels = ("p50", "p95", "p99", "worst")
        pairs = zip(labels, astuple(ours), astuple(_ASKED), strict=True)
        reached = [report(f"ms, {label}", figure, at_most=asked) for label, figure, asked in pairs]
    if "first read" in times:
        reached += [
            report(f"ms when first read from PostgreSQL, {label}", getattr(times["first read"], label), at_most=asked)
            for label, asked in _ASKED_OF_POSTGRES.items()
        ]
    if "tantivy" in times:
        theirs = times["tantivy"]
        reached.append(report("p95 over tantivy's", ours.p95 / theirs.p95, at_most=1.0))
        reached.append(report("p99 over tantivy's", ours.p99 / theirs.p99, at_most=1.0))
    return reached


def _dictionary_hit(presses: Sequence[str]) -> float:
    """Milliseconds of looking up what is there already."""
    answers = dict.fromkeys(presses, ())
    started = time.perf_counter_ns()
    for text in presses:
        answers[text]
    return (time.perf_counter_ns() - started) / len(presses) / 1e6


def _compare_http(library: Path, queries: Sequence[str], presses: Sequence[str]) -> bool:
    once = [http_load.search(text) for text in dict.fromkeys(presses)]
    mixed = [http_load.search(text) for text in typing_mix(queries, 2 * _USERS)]
    before, measured = mixed[: len(mixed) // 2], mixed[len(mixed) // 2 :]
    with http_load.livedocs(library) as server:
        sizes = http_load.ask(server.port, once[:_CONSTANT_REQUESTS]).body_bytes
        middle = sorted(range(len(sizes)), key=sizes.__getitem__)[len(sizes) // 2]
        body = http_load.body_of(server.port, once[middle])
    print(
        f"requests/s over {http_load.CONNECTIONS} connections, one worker; the constant route sends {len(body)} bytes:"
    )
    with http_load.constant(body) as other:
        with http_load.livedocs(library) as server:
            reached = _http_share(server.port, other.port, "each key press once", once, 0.25)
        with http_load.livedocs(library) as server:
            http_load.ask(server.port, before)
            return _http_share(server.port, other.port, f"{_USERS} users typing", measured, 0.7) and reached


def _http_share(port: int, constant_port: int, what: str, paths: Sequence[str], asked: float) -> bool:
    """Ask for the paths in parts, and between them for the constant route, so that noise meets both."""
    size = -(-len(paths) // _HTTP_PARTS)
    loads: list[http_load.Load] = []
    shares: list[float] = []
    http_load.ask(constant_port, ["/search"] * _CONSTANT_REQUESTS)
    http_load.ask(port, ["/healthz"] * _CONSTANT_REQUESTS)
    for start in range(0, len(paths), size):
        before = http_load.ask(constant_port, ["/search"] * _CONSTANT_REQUESTS).rate
        loads.append(http_load.ask(port, paths[start : start + size]))
        after = http_load.ask(constant_port, ["/search"] * _CONSTANT_REQUESTS).rate
        shares.append(loads[-1].rate * 2 / (before + after))
    rate, replayed = (median(each) for each in zip(*((load.rate, load.replayed) for load in loads), strict=True))
    figures = f"{len(paths)} requests, {rate:.0f}/s, {replayed:.0%} of the answers from the response cache"
    return report(f"of the constant route's requests/s: {what} ({figures})", median(shares), at_least=asked)


def _profile(engine: Engine, filters: Filters, presses: Sequence[str]) -> None:
    for text in presses:  # what is kept from the first time on is there
        engine.search(text, filters=filters)
    started = time.thread_time_ns()
    for text in presses:
        engine.search(text, filters=filters)
    plain = time.thread_time_ns() - started
    stages = Stages()
    started = time.thread_time_ns()
    with stages.watched():
        for text in presses:
            engine.search(text, filters=filters)
    watched = time.thread_time_ns() - started
    print(
        f"mean of a key press {plain / len(presses) / 1e6:.3f} ms, {watched / len(presses) / 1e6:.3f} ms being watched"
    )
    print(f"  {'stage':38}{'ms a press':>12}{'share':>8}{'calls a press':>15}{'ms a call':>11}")
    stages.nanoseconds["the rest of the engine"] = watched - sum(stages.nanoseconds.values())
    stages.calls["the rest of the engine"] = len(presses)
    for label, taken in sorted(stages.nanoseconds.items(), key=lambda item: -item[1]):
        calls = stages.calls[label]
        milliseconds = taken / 1e6
        print(
            f"  {label:38}{milliseconds / len(presses):12.4f}{taken / watched:8.1%}{calls / len(presses):15.2f}"
            f"{milliseconds / max(1, calls):11.4f}"
        )


if __name__ == "__main__":
    sys.exit(main())
