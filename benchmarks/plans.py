"""How PostgreSQL carries out what a key press asks: which tables it reads from end to end, and how long it takes.

``python -m benchmarks.plans JUDGED.jsonl ... --database URL [--queries N]``

Types queries of the judged files letter by letter and has every statement that a key press waits for explained while it
is carried out, with the plan for its very parameters. Exits with 1 when a table is read from end to end.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from benchmarks.targets import print_machine
from benchmarks.typing_stream import Times, key_presses, shuffled_queries
from livedocs.library.postgres.reading import read_published, rows_of
from livedocs.search.engine import Engine
from livedocs.search.postgres import PostgresSource
from livedocs.search.postgres_statements import Statements
from livedocs.search.resident import Resident
from livedocs.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from livedocs.library.postgres.catalogue import Generation


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("judged", type=Path, nargs="+", help="files of judged queries")
    parser.add_argument("--database", required=True, help="a library is published there")
    parser.add_argument("--queries", type=int, default=40, help="so many are typed")
    arguments = parser.parse_args()
    print_machine()
    presses = key_presses(shuffled_queries(arguments.judged, arguments.queries))
    settings = Settings(database_url=SecretStr(arguments.database))
    return read_published(settings, lambda connection, generation: _explain(connection, generation, presses))


def _explain(connection: Connection, generation: Generation, presses: Sequence[str]) -> int:
    rows = rows_of(connection)
    statements = Statements.of(generation.schema)
    names = {getattr(statements, name): name for name in Statements.HOT}
    milliseconds: dict[str, list[float]] = defaultdict(list)
    nodes: dict[str, Counter[str]] = defaultdict(Counter)

    def fetch(statement: str, parameters: Sequence[Any]) -> Sequence[Any]:
        name = names.get(statement)
        if name is not None:
            [[plan]] = rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
            milliseconds[name].append(plan[0]["Planning Time"] + plan[0]["Execution Time"])
            nodes[name].update(_nodes(plan[0]["Plan"]))
        return rows(statement, parameters)

    reader = PostgresSource(generation.schema, recent_bytes=0).candidates(fetch)
    resident = Resident.load(reader)
    engine = Engine(reader, resident)
    for text in presses:
        engine.search(text)
    print(f"{len(resident.columns)} entries, {len(presses)} key presses; planned and carried out in milliseconds:")
    for name, taken in milliseconds.items():
        times = Times.of(taken)
        print(f"  {name:10}{len(taken):7} times   p50 {times.p50:.2f}   p95 {times.p95:.2f}   worst {times.worst:.2f}")
        print("             " + ", ".join(f"{node} {count}" for node, count in nodes[name].most_common()))
    whole = sum(count for each in nodes.values() for node, count in each.items() if node == "Seq Scan")
    print(f"tables read from end to end: {whole}")
    return 1 if whole else 0


def _nodes(plan: dict[str, Any]) -> Iterator[str]:
    yield plan["Node Type"]
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


if __name__ == "__main__":
    sys.exit(main())
