"""Engines over real libraries, and evidence made by hand."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from anyio.from_thread import start_blocking_portal
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.schema import CreateSchema

from fastapi_data import PostgresDatabase
from fastapi_data.testing.provisioning import new_database
from fastapi_data.testing.servers import database_server
from livedocs.library.areas import Area
from livedocs.library.build import build_docset
from livedocs.library.keys import Form, split_docset
from livedocs.library.postgres.connecting import opened
from livedocs.library.postgres.loading import load
from livedocs.library.postings import COLUMNS
from livedocs.search.candidates import CandidateReader, DocsetLabel
from livedocs.search.engine import Engine
from livedocs.search.evidence import Evidence, Meanings, NameMatches
from livedocs.search.postgres import PostgresCandidates, PostgresSource
from livedocs.search.resident import Columns
from livedocs.search.sqlite import SqliteCandidates
from livedocs.search.text import TextEvidence
from livedocs.sources.documentation import Documentation, ignore_progress


def _sqlite(library: Path) -> Iterator[CandidateReader]:
    with closing(sqlite3.connect(f"file:{library}?mode=ro", uri=True)) as connection:
        yield SqliteCandidates(connection)


def _postgres(library: Path) -> Iterator[CandidateReader]:
    with database_server() as server, new_database(server, library.parent) as url, start_blocking_portal() as portal:
        database = PostgresDatabase(url)
        with portal.wrap_async_context_manager(opened(database)) as engine:
            portal.call(_load, engine, library)
            with portal.wrap_async_context_manager(engine.connect()) as connection:
                driver = portal.call(connection.get_raw_connection).driver_connection
                source = PostgresSource("livedocs_g1")
                yield source.candidates(lambda statement, values: portal.call(driver.fetch, statement, *values))


async def _load(engine: AsyncEngine, library: Path) -> None:
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(CreateSchema("livedocs_g1"))
        await load(connection, library, "livedocs_g1", ignore_progress)


IMPLEMENTATIONS: dict[str, Callable[[Path], Iterator[CandidateReader]]] = {"sqlite": _sqlite, "postgres": _postgres}
"""How each database is filled from a library and read; another one joins the contract test here."""


@pytest.fixture(scope="session")
def reader_of() -> Iterator[Callable[[str, Path], CandidateReader]]:
    """Fills a database of one kind from a library, once, and reads it."""
    with ExitStack() as opened:
        yield cache(lambda kind, library: opened.enter_context(contextmanager(IMPLEMENTATIONS[kind])(library)))


@pytest.fixture(scope="session", params=IMPLEMENTATIONS)
def any_reader(
    request: pytest.FixtureRequest, reader_of: Callable[[str, Path], CandidateReader], python_library: Path
) -> CandidateReader:
    """Candidates of Python 3.11, from one database after the other."""
    return reader_of(request.param, python_library)


@pytest.fixture(scope="session", params=IMPLEMENTATIONS)
def any_reader_of_two(
    request: pytest.FixtureRequest, reader_of: Callable[[str, Path], CandidateReader], python_and_jinja_library: Path
) -> CandidateReader:
    """Candidates of Python 3.11 and Jinja, from one database after the other."""
    return reader_of(request.param, python_and_jinja_library)


@pytest.fixture(scope="session")
def postgres_reader(
    reader_of: Callable[[str, Path], CandidateReader], python_and_jinja_library: Path
) -> PostgresCandidates:
    """Candidates of Python 3.11 and Jinja in PostgreSQL."""
    reader = reader_of("postgres", python_and_jinja_library)
    assert isinstance(reader, PostgresCandidates)
    return reader


@pytest.fixture(scope="session")
def python_and_jinja_library(
    python_library: Path, jinja_documentation: Documentation, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A library of two docsets. Tests read it only."""
    path = tmp_path_factory.mktemp("python-and-jinja-library") / "library.sqlite"
    shutil.copyfile(python_library, path)
    build_docset(jinja_documentation, path)
    return path


@pytest.fixture(scope="session")
def reader(python_library: Path) -> Iterator[CandidateReader]:
    """Candidates of Python 3.11."""
    yield from _sqlite(python_library)


@pytest.fixture(scope="session")
def engine(reader: CandidateReader) -> Engine:
    """Searches Python 3.11."""
    return Engine(reader)


@pytest.fixture(scope="session")
def engine_of_two(python_and_jinja_library: Path) -> Iterator[Engine]:
    """Searches Python 3.11 and Jinja."""
    for reader in _sqlite(python_and_jinja_library):
        yield Engine(reader)


ENTRY: dict[str, Any] = {
    "docset": "python",
    "kind": "function",
    "module": "",
    "added": "",
    "area": Area.MAIN,
    "deprecated": False,
    "built_in": False,
    "name_chars": 4,
    "links": 0,
    "page_links": 0,
}
"""An entry with nothing special about it."""

FOUND: dict[str, Any] = {"matches": (), "text": 0.0, "recall": 0.0, "precision": 0.0, "meaning": 0.0}
"""What tiers say of an entry that none of them found."""

MATCH: dict[str, Any] = {"form": Form.NAME, "rank": 0, "key_chars": 4, "key": 0, "exact": True, "same_case": False}
"""A name that is just what was typed."""


@pytest.fixture(scope="session")
def columns_of() -> Callable[..., Columns]:
    """Makes the columns of a library with these entries, each given by what differs from `ENTRY`."""
    return _columns


@pytest.fixture(scope="session")
def evidence_of() -> Callable[..., Evidence]:
    """Makes evidence of candidates, each given by what differs from `ENTRY`, `FOUND` and in its matches from `MATCH`.

    The first candidate is entry 1 and so on; ``named`` says whether anything is called what was typed.
    """
    return _evidence


def _columns(*entries: dict[str, Any]) -> Columns:
    rows = [ENTRY | entry for entry in entries]
    labels = dict(
        enumerate(sorted({row[name] for row in rows for name in ("kind", "module", "added")} - {""}), start=1)
    )
    docsets = dict(enumerate(dict.fromkeys(row["docset"] for row in rows), start=1))
    numbers = {"": 0} | {text: number for each in (labels, docsets) for number, text in each.items()}
    arrays = {
        name: np.array([numbers.get(row[name], row[name]) for row in rows], dtype=kind)
        for name, kind in COLUMNS.items()
    }
    return Columns(arrays, labels, [DocsetLabel(number, *split_docset(text)) for number, text in docsets.items()])


def _evidence(*candidates: dict[str, Any], named: bool = False) -> Evidence:
    entries = [{key: value for key, value in candidate.items() if key in ENTRY} for candidate in candidates]
    found = [FOUND | candidate for candidate in candidates]
    matches = [(number, MATCH | match) for number, row in enumerate(found, start=1) for match in row["matches"]]
    names = NameMatches(
        np.array([number for number, _ in matches], dtype=np.intp),
        *(
            np.array([match[field] for _, match in matches], dtype=kind)
            for field, kind in (
                ("form", np.intp),
                ("rank", np.intp),
                ("key_chars", np.intp),
                ("key", np.intp),
                ("exact", bool),
                ("same_case", bool),
            )
        ),
    )
    ids = np.arange(1, len(found) + 1)
    shares = {name: np.array([row[name] for row in found]) for name in ("text", "recall", "precision", "meaning")}
    text = TextEvidence(ids, shares["text"], shares["recall"], shares["precision"], shares["text"] > 0)
    return Evidence(_columns(*entries), names, text, Meanings(ids, shares["meaning"]), named=named)
