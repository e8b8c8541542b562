"""How often the right entry comes first, on judged queries, and why it does not where it does not.

``python -m benchmarks.relevance JUDGED.jsonl ... [--scorer FOLDER] [--library FILE | --database URL] [--misses N]
[--peers RESULTS.md]``

Each line of a judged file is ``{"query", "kind", "relevant": [{"target", "grade"}, ...]}``; the scorer is ``score.py``
with ``anchors.json``, in the folder of the first file unless named. Queries go through the engine exactly as the web
route sends them. ``--peers`` adds the table of other engines on the same queries, as their own benchmark printed it.
``--protocol`` speaks the JSON lines of that benchmark instead, to join in: a line ``{"q", "k"}`` in, a line
``{"r": [targets], "ns"}`` out.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.judging import HITS, Answer, Judge
from livedocs.library.keys import split_docset
from livedocs.library.postgres.reading import read_published, rows_of
from livedocs.search.models import Filters
from livedocs.search.opening import engine_over, open_engine
from livedocs.search.postgres import PostgresSource
from livedocs.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from livedocs.library.postgres.catalogue import Generation
    from livedocs.search.engine import Engine


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("judged", type=Path, nargs="*", help="files of judged queries")
    parser.add_argument("--scorer", type=Path, help="folder of score.py and anchors.json")
    parser.add_argument("--library", type=Path, default=Settings().library_path)
    parser.add_argument("--database", help="address of the PostgreSQL database that holds the library instead")
    parser.add_argument("--docset", default="python", help="docset the judgements speak of, NAME[@VERSION]; '': all")
    parser.add_argument("--among-all", action="store_true", help="search all docsets; only hits of --docset are right")
    parser.add_argument("--misses", type=int, default=20, help="list so many queries whose first hit is wrong")
    parser.add_argument("--peers", type=Path, help="the results that the peers' benchmark wrote")
    parser.add_argument("--protocol", action="store_true", help="answer the peers' benchmark on standard input")
    arguments = parser.parse_args()
    if not arguments.protocol and not arguments.judged:
        parser.error("name a file of judged queries")
    models = Settings().models_folder
    if arguments.database:
        read_published(
            Settings(database_url=arguments.database),
            lambda connection, generation: _run(
                arguments, *(_engine(connection, generation, folder) for folder in (None, models))
            ),
        )
    else:
        with open_engine(arguments.library) as words, open_engine(arguments.library, models) as both:
            _run(arguments, words, both)


def _engine(connection: Connection, generation: Generation, models_folder: Path | None) -> Engine:
    return engine_over(PostgresSource(generation.schema).candidates(rows_of(connection)), models_folder)


def _run(arguments: argparse.Namespace, words: Engine, both: Engine) -> None:
    name, version = split_docset(arguments.docset)
    filters = Filters() if arguments.among_all else Filters(docset=name, version=version)
    if arguments.protocol:
        _serve(both, filters)
        return
    judge = Judge(arguments.scorer or arguments.judged[0].parent, name)
    engines = {"by words and meaning": both, "by words alone": words} if both.by_meaning else {"by words": words}
    for path in arguments.judged:
        for said, engine in engines.items():
            print(f"{path.stem}, {said}")
            answers = judge.ask(engine, filters, judge.read(path))
            judge.table(answers, path.stem)
            _print_times(answers)
            if engine is both or not both.by_meaning:
                _print_misses(judge, answers, arguments.misses)
        if arguments.peers:
            _print_peers(arguments.peers, path.stem)


def _print_misses(judge: Judge, answers: list[Answer], count: int) -> None:
    missed = [answer for answer in answers if not answer.success]
    for answer in sorted(missed, key=lambda answer: answer.reciprocal_rank)[:count]:
        print(f"{answer.judged.kind:9} rr {answer.reciprocal_rank:.2f}  {answer.judged.query[:90]}")
        right = judge.right(answer)
        for position in sorted({0} if right is None else {0, right}):
            if position < len(answer.result.hits):
                hit = answer.result.hits[position]
                print(f"{position + 1:12}. {hit.target}  ({'; '.join(hit.why)})")


def _print_times(answers: list[Answer]) -> None:
    times = sorted(answer.nanoseconds / 1e6 for answer in answers)
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    print(f"whole queries, in the engine: p50 {p50:.2f} ms, p95 {p95:.2f} ms\n")


def _print_peers(results: Path, title: str) -> None:
    """Print the tables of success at rank 1 that a section of the peers' results holds."""
    sections = re.split(r"^## ", results.read_text("utf-8"), flags=re.MULTILINE)
    for section in sections:
        if section.startswith(title):
            print(section.partition("Success@1 per kind:")[2].strip() or section.strip())


def _serve(engine: Engine, filters: Filters) -> None:
    print(json.dumps({"ready": True, "peer": "livedocs", "version": "1"}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if request.get("cmd") == "quit":
            break
        if request.get("cmd") == "rss":
            kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            print(json.dumps({"rss": kilobytes * 1024}), flush=True)
            continue
        started = time.perf_counter_ns()
        result = engine.search(request["q"], limit=request.get("k", HITS), filters=filters)
        nanoseconds = time.perf_counter_ns() - started
        print(json.dumps({"r": [hit.target for hit in result.hits], "ns": nanoseconds}), flush=True)


if __name__ == "__main__":
    main()
