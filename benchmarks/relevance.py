"""How often the right entry comes first, on judged queries.

``python -m benchmarks.relevance JUDGED.jsonl [--library FILE] [--misses N] [--protocol]``

Each line of the judged file is ``{"query", "kind", "relevant": [{"target", "grade"}, ...]}``; the scorer is
``score.py`` beside it. Queries go through the engine exactly as the web route sends them. ``--protocol`` speaks the
JSON lines of the peers' benchmark instead (a line ``{"q", "k"}`` in, ``{"r": [targets], "ns"}`` out), to join in.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from livedocs.search.engine import Engine
from livedocs.search.models import Filters
from livedocs.search.opening import open_engine
from livedocs.settings import Settings

_HITS = 10


def main() -> int:
    """Run the benchmark; the exit code is the scorer's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("judged", type=Path, nargs="?", help="the judged queries")
    parser.add_argument("--library", type=Path, default=Settings().library_path)
    parser.add_argument("--docset", default="python", help="docset the judgements speak of, NAME or NAME@VERSION")
    parser.add_argument("--misses", type=int, default=20, help="list so many queries whose first hit is wrong")
    parser.add_argument("--protocol", action="store_true", help="answer the peers' benchmark on standard input")
    arguments = parser.parse_args()
    name, _, version = arguments.docset.partition("@")
    filters = Filters(docset=name, version=version)
    with open_engine(arguments.library) as engine:
        if arguments.protocol:
            return _serve(engine, filters)
        if arguments.judged is None:
            parser.error("name the file of judged queries")
        return _score(engine, filters, arguments.judged, arguments.misses)


def _score(engine: Engine, filters: Filters, judged: Path, misses: int) -> int:
    scorer = judged.with_name("score.py")
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as run:
        nanoseconds: list[int] = []
        whys: dict[str, str] = {}
        for line in judged.read_text("utf-8").splitlines():
            query = json.loads(line)["query"]
            started = time.perf_counter_ns()
            result = engine.search(query, limit=_HITS, filters=filters)
            nanoseconds.append(time.perf_counter_ns() - started)
            run.write(json.dumps({"query": query, "results": [hit.target for hit in result.hits]}) + "\n")
            whys[query] = "; ".join(result.hits[0].why) if result.hits else "nothing found"
        run.flush()
        command = [sys.executable, str(scorer), run.name, "--judgements", str(judged), "--misses", str(misses)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    sys.stdout.write(_explained(done.stdout, whys))
    sys.stderr.write(done.stderr)
    nanoseconds.sort()
    quantiles = {
        name: nanoseconds[int(len(nanoseconds) * share)] / 1e6 for name, share in (("p50", 0.5), ("p95", 0.95))
    }
    print(f"\nwhole queries, in the engine: p50 {quantiles['p50']:.2f} ms, p95 {quantiles['p95']:.2f} ms")
    return done.returncode


def _explained(table: str, whys: dict[str, str]) -> str:
    """Add to each miss the rules that decided it."""
    lines: list[str] = []
    for line in table.splitlines():
        lines.append(line)
        if " got " in line:
            query = next((query for query in whys if line[10:].startswith(query[:45])), None)
            if query is not None:
                lines.append(f"          because: {whys[query]}")
    return "\n".join(lines) + "\n"


def _serve(engine: Engine, filters: Filters) -> int:
    ready: dict[str, Any] = {"ready": True, "peer": "livedocs", "version": "0.1.0"}
    print(json.dumps(ready), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if request.get("cmd") == "quit":
            break
        if request.get("cmd") == "rss":
            print(json.dumps({"rss": 0}), flush=True)
            continue
        started = time.perf_counter_ns()
        result = engine.search(request["q"], limit=request.get("k", _HITS), filters=filters)
        nanoseconds = time.perf_counter_ns() - started
        print(json.dumps({"r": [hit.target for hit in result.hits], "ns": nanoseconds}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
