"""PostgreSQL's own full-text search beside postings kept as blobs: what a key press costs, and what comes first.

``python -m benchmarks.full_text JUDGED.jsonl ... --database URL [--scorer FOLDER] [--queries N] [--rounds N]``

Makes a table of one ``tsvector`` for each entry of the published library (name, signature, summary and text, weighted
in this order) with a GIN index, in a transaction that is rolled back in the end. Key presses are typed as in
``benchmarks.speed``, both ways in turns and over one connection: as ``to_tsquery`` with the last word as a prefix,
ordered by ``ts_rank``, and as the engine reads (`livedocs.search.postgres`), with nothing remembered. Judged queries
are asked whole.
"""

from __future__ import annotations

import argparse
import re
import time
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from benchmarks.judging import HITS, Judge
from benchmarks.targets import print_machine
from benchmarks.typing_stream import Ask, Times, key_presses, shuffled_queries, typed_in_rounds
from livedocs.library.postgres.reading import read_published, rows_of
from livedocs.search.engine import Engine
from livedocs.search.models import Filters, SearchResult
from livedocs.search.postgres import PostgresSource
from livedocs.search.resident import Resident
from livedocs.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from livedocs.library.postgres.catalogue import Generation
    from livedocs.search.postgres import PostgresCandidates

_WORD = re.compile(r"\w+")
_TEXTS_AT_ONCE = 500
_TABLE = "CREATE TEMPORARY TABLE document (id int PRIMARY KEY, words tsvector NOT NULL) ON COMMIT DROP"
_FILL = """
INSERT INTO document SELECT entry.id,
    setweight(to_tsvector('english', translate(name, '._', '  ')), 'A') ||
    setweight(to_tsvector('english', signature), 'B') || setweight(to_tsvector('english', summary), 'C') ||
    to_tsvector('english', said.text)
FROM unnest($1::int[], $2::text[]) AS said (id, text) JOIN {schema}.entry ON entry.id = said.id
"""
_ASK = """
SELECT id FROM document, to_tsquery('english', $1::text) AS query
WHERE words @@ query ORDER BY ts_rank(words, query) DESC, id LIMIT $2::int
"""


class FullText:
    """Searches by ``tsvector``.

    Args:
        reader: reads what is shown of entries.
        rows: runs statements.
    """

    def __init__(self, reader: PostgresCandidates, rows: Callable[[str, Sequence[Any]], Sequence[Any]]) -> None:
        self._reader = reader
        self._rows = rows

    def fill(self, schema: str, entries: int) -> None:
        """Make the table and its index."""
        self._rows(_TABLE, ())
        for start in range(1, entries + 1, _TEXTS_AT_ONCE):
            texts = self._reader.texts(range(start, min(start + _TEXTS_AT_ONCE, entries + 1)))
            said = [text.replace("\0", " ") for text in texts.values()]
            self._rows(_FILL.format(schema=schema), (list(texts), said))
        self._rows("CREATE INDEX ON document USING gin (words)", ())
        self._rows("ANALYZE document", ())

    def search(self, query: str, *, limit: int = HITS, filters: Filters = Filters(), **_: object) -> SearchResult:  # noqa: B008 - frozen
        """Answer one query: every word must be there, the last one may go on."""
        del filters  # a library of one docset
        words = _WORD.findall(query.replace("_", " "))
        if not words:
            return SearchResult(query)
        typed = " & ".join(words) + ("" if query[-1:].isspace() else ":*")
        found = self._rows(_ASK, (typed, limit))
        return SearchResult(query, hits=tuple(self._reader.hits([row[0] for row in found])))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("judged", type=Path, nargs="+", help="files of judged queries")
    parser.add_argument("--database", required=True, help="a library of one docset is published there")
    parser.add_argument("--scorer", type=Path, help="folder of score.py and anchors.json")
    parser.add_argument("--queries", type=int, default=300, help="so many are typed")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print_machine()
    settings = Settings(database_url=SecretStr(arguments.database))
    read_published(settings, lambda connection, generation: _compare(arguments, connection, generation))


def _compare(arguments: argparse.Namespace, connection: Connection, generation: Generation) -> None:
    rows = rows_of(connection)
    reader = PostgresSource(generation.schema, recent_bytes=0).candidates(rows)
    resident = Resident.load(reader)
    full_text = FullText(reader, rows)
    full_text.fill(generation.schema, len(resident.columns))
    engines: dict[str, Any] = {"full text": full_text, "blobs": Engine(reader, resident)}
    presses = key_presses(shuffled_queries(arguments.judged, arguments.queries))
    taken = typed_in_rounds({name: _timed(engine) for name, engine in engines.items()}, presses, arguments.rounds)
    print(
        f"milliseconds per key press, {len(presses)} key presses, {len(resident.columns)} entries, nothing remembered:"
    )
    print(f"  {'':12}{'p50':>9}{'p95':>9}{'p99':>9}{'worst':>9}")
    for name, milliseconds in taken.items():
        print(f"  {name:12}" + "".join(f"{value:9.2f}" for value in astuple(Times.of(milliseconds))))
    judge = Judge(arguments.scorer or arguments.judged[0].parent)
    for path in arguments.judged:
        for name, engine in engines.items():
            answers = judge.ask(engine, Filters(), judge.read(path), explain=False)
            print(f"{path.stem}, {name}: S@1 {sum(answer.success for answer in answers) / len(answers):.3f}")


def _timed(engine: Any) -> Ask:
    def ask(text: str) -> float:
        started = time.perf_counter_ns()
        engine.search(text, limit=HITS)
        return (time.perf_counter_ns() - started) / 1e6

    return ask


if __name__ == "__main__":
    main()
