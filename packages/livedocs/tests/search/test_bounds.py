"""What a query may cost, whatever was typed: patterns end, words and texts that are looked at are few."""

from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest

from livedocs.search.engine import Engine
from livedocs.search.gathering import Gatherer
from livedocs.search.reading import MAX_QUERY_CHARS, parse
from livedocs.search.resident import Resident
from livedocs.search.shapes import MAX_WORDS
from livedocs.search.sqlite import SqliteCandidates
from livedocs.search.syntax import constructs


class ReaderThatCounts(SqliteCandidates):
    """Keeps what it was asked for."""

    texts_read = 0

    def texts(self, entry_ids: Collection[int]) -> dict[int, str]:
        """See `SqliteCandidates.texts`."""
        self.texts_read += len(entry_ids)
        return super().texts(entry_ids)


@pytest.fixture
def counting(python_library: Path) -> Iterator[ReaderThatCounts]:
    """Reads Python 3.11."""
    with closing(connect(f"file:{python_library}?mode=ro", uri=True)) as connection:
        yield ReaderThatCounts(connection)


@pytest.mark.parametrize(
    ("key", "almost"),
    [
        ("slicings", "x[:" + ", a" * 200 + "!"),
        ("slicings", "x[:" + " ,a" * 200 + "!"),
        ("boolean operations", "or not " * 200 + "!"),
        ("boolean operations", "or , " * 200 + "!"),
    ],
)
def test_patterns_of_what_repeats_have_one_way_to_fit(key: str, almost: str) -> None:
    """With two ways for each repetition this would not end in a lifetime."""
    patterns = [each.expression for each in constructs() if key in each.keys]
    assert not any(pattern.fullmatch(almost) for pattern in patterns)


def test_a_correction_that_is_longer_than_a_query_may_be_is_not_made(engine: Engine) -> None:
    typed = ("collectoin sortd " * 60)[: MAX_QUERY_CHARS - 15]
    assert engine.search(typed[:170]).corrected is not None
    assert engine.search(typed).corrected is None


def test_a_word_of_hundreds_of_parts_is_looked_for_by_a_few(counting: ReaderThatCounts) -> None:
    gatherer = Gatherer(counting, Resident(counting), None)
    parts = [f"part{number}" for number in range(100)]
    groups = gatherer.groups(parse("_".join(parts)), with_synonyms=True)
    assert [group.variants[0].term for group in groups] == parts[:MAX_WORDS]


def test_a_word_that_is_part_of_another_counts_once(counting: ReaderThatCounts) -> None:
    gatherer = Gatherer(counting, Resident(counting), None)
    groups = gatherer.groups(parse("frobnicate_file file"), with_synonyms=False)
    assert [group.variants[0].term for group in groups] == ["frobnic", "file"]


@pytest.mark.parametrize(("phrase", "most"), [('"the"', 50), ('"no text says this"', 400)])
def test_no_more_texts_are_read_for_a_phrase_than_it_takes(counting: ReaderThatCounts, phrase: str, most: int) -> None:
    found = Engine(counting).search(phrase, limit=20).hits
    assert len(found) in {0, 20}
    assert 0 < counting.texts_read <= most
