"""Engines over real libraries."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from livedocs.search.candidates import CandidateReader
from livedocs.search.engine import Engine
from livedocs.search.spelling import Spelling
from livedocs.search.sqlite import SqliteCandidates


@pytest.fixture(scope="session")
def reader(python_library: Path) -> Iterator[CandidateReader]:
    """Candidates of Python 3.11; other databases join here when they exist."""
    with closing(sqlite3.connect(f"file:{python_library}?mode=ro", uri=True)) as connection:
        yield SqliteCandidates(connection)


@pytest.fixture(scope="session")
def spelling(reader: CandidateReader) -> Spelling:
    return Spelling.load(reader)


@pytest.fixture(scope="session")
def engine(reader: CandidateReader, spelling: Spelling) -> Engine:
    """Searches Python 3.11."""
    return Engine(reader, spelling)
