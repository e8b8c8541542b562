"""Engines that answer one key press at a time, each in a process of its own: livedocs as it is served, and peers.

They speak the JSON lines of the peers' benchmark: first ``{"ready": true, ...}``; then a line ``{"q", "k"}`` in, a line
``{"r": [targets], "ns"}`` out. ``python -m benchmarks.contenders LIBRARY`` is livedocs; LIBRARY is a file, or the
address of the PostgreSQL database in which it is published.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import SecretStr

from benchmarks.judging import HITS
from livedocs.search.models import Filters
from livedocs.settings import Settings
from livedocs.web import searching
from livedocs.web.generations import PostgresLibrary
from livedocs.web.served import ServedLibrary

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from sqlalchemy.orm import Session

    from livedocs.search.engine import Engine
    from livedocs.search.models import SearchResult
    from livedocs.web.served import Served

T = TypeVar("T")

_ONE_CORE = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "RAYON")
}  # as the peers' benchmark has it


class Contender:
    """A process that answers.

    Args:
        process: it speaks the protocol; waited for until it is ready.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        _line_of(process)

    def ask(self, text: str) -> float:
        """Answer one key press.

        Returns:
            Milliseconds inside of the engine.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"q": text, "k": HITS}) + "\n")
        self._process.stdin.flush()
        answer = _line_of(self._process)
        if "err" in answer:
            raise SystemExit(f"{self._process.args!r} does not answer {text!r}: {answer['err']}")
        return answer["ns"] / 1e6


@contextmanager
def contender(command: Sequence[str], folder: Path | None = None) -> Generator[Contender]:
    """Start a process that answers."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | _ONE_CORE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        yield Contender(process)


@contextmanager
def livedocs(library: Path | str, docset: str = "") -> Generator[Contender]:
    """Livedocs with one library.

    Args:
        library: its file, or the address of its database.
        docset: NAME[@VERSION] of the only one that is asked; empty: all.
    """
    command = [sys.executable, "-m", "benchmarks.contenders", str(library), f"--docset={docset}"]
    with contender(command) as started:
        yield started


@contextmanager
def tantivy(peers: Path) -> Generator[Contender]:
    """Tantivy with the corpus of the peers' benchmark.

    Args:
        peers: a working copy of it: ``adapters``, ``corpus.jsonl``, and ``venv`` with what its adapter imports.
    """
    command = [str(peers.absolute() / "venv/bin/python"), str(peers.absolute() / "adapters/tantivy_peer.py")]
    with contender(command, peers) as started:
        yield started


def _line_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise SystemExit(f"{process.args!r} ended; what it said is above.")
    return json.loads(line)


async def with_engine(library_path: Path, work: Callable[[Engine], T]) -> T:
    """Do something with an engine over a library that is in memory as a server has it."""
    library = ServedLibrary(library_path)
    await library.load()
    gc.collect()
    gc.freeze()
    try:
        return await library.read(lambda session, served: work(searching.engine(session, served)))
    finally:
        await library.dispose()


def _answer(engine: Engine, filters: Filters) -> None:
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        started = time.perf_counter_ns()
        result = engine.search(request["q"], limit=request["k"], filters=filters)
        _say(result, time.perf_counter_ns() - started)


async def _answer_from_database(url: str, filters: Filters) -> None:
    """Each key press is a unit of work of its own, as in a server: a connection from the pool, an engine over it."""
    library = PostgresLibrary(Settings(database_url=SecretStr(url)))
    await library.load()
    gc.collect()
    gc.freeze()
    print(json.dumps({"ready": True}), flush=True)
    try:
        for line in sys.stdin:
            request = json.loads(line)
            started = time.perf_counter_ns()
            result = await library.read(partial(_search, request=request, filters=filters))
            _say(result, time.perf_counter_ns() - started)
    finally:
        await library.dispose()


def _search(session: Session, served: Served, *, request: dict[str, Any], filters: Filters) -> SearchResult:
    return searching.engine(session, served).search(request["q"], limit=request["k"], filters=filters)


def _say(result: SearchResult, nanoseconds: int) -> None:
    print(json.dumps({"r": [hit.target for hit in result.hits], "ns": nanoseconds}), flush=True)


def main() -> None:
    """Answer until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library")
    parser.add_argument("--docset", default="")
    arguments = parser.parse_args()
    filters = searching.filters(arguments.docset)
    if arguments.library.startswith("postgres"):
        asyncio.run(_answer_from_database(arguments.library, filters))
    else:
        asyncio.run(with_engine(Path(arguments.library), lambda engine: _answer(engine, filters)))


if __name__ == "__main__":
    main()
