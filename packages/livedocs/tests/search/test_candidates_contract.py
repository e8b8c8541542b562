"""What every implementation of the candidate port does."""

import pytest

from livedocs.library.keys import Form
from livedocs.search.candidates import CandidateReader
from livedocs.search.models import Filters
from livedocs.search.reading import parse

EVERYTHING = Filters()


def _names(reader: CandidateReader, ids: list[int]) -> list[str]:
    facts = reader.facts(ids)
    return [facts[entry_id].name for entry_id in ids]


def test_exact_finds_full_names_before_suffixes(reader: CandidateReader) -> None:
    found = reader.exact(["open"], EVERYTHING, 50)
    assert found[0].form is Form.NAME
    assert [match.form for match in found] == sorted(match.form for match in found)
    assert _names(reader, [found[0].entry_id]) == ["open"]
    assert all(match.exact and match.key == "open" for match in found)


def test_exact_looks_up_several_keys_at_once(reader: CandidateReader) -> None:
    found = reader.exact(["json.dump", "json.dumps"], EVERYTHING, 50)
    assert sorted(_names(reader, [match.entry_id for match in found])) == ["json.dump", "json.dumps"]


def test_beginnings_find_longer_keys_only_and_the_most_linked_first(reader: CandidateReader) -> None:
    found = reader.beginning_with("asyncio.ga", EVERYTHING, 50)
    assert {match.key for match in found} >= {"asyncio.gather"}
    assert all(match.key.startswith("asyncio.ga") and not match.exact for match in found)
    weights = [match.weight for match in reader.beginning_with("pa", EVERYTHING, 50)]
    assert weights == sorted(weights, reverse=True)


def test_full_text_finds_stems_best_first(reader: CandidateReader) -> None:
    found = reader.full_text(parse("shallow copying "), 20)
    assert "copy" in {facts.module for facts in reader.facts([match.entry_id for match in found]).values()}
    scores = [match.score for match in found]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0


def test_full_text_takes_an_open_last_word_as_a_beginning(reader: CandidateReader) -> None:
    assert not reader.full_text(parse("garb "), 5)
    assert reader.full_text(parse("garb"), 5)


def test_full_text_wants_every_part_of_a_name(reader: CandidateReader) -> None:
    ids = [match.entry_id for match in reader.full_text(parse("asyncio.gather"), 20)]
    facts = reader.facts(ids)
    assert facts[ids[0]].name == "asyncio.gather"
    assert len(ids) < len(reader.full_text(parse("asyncio gather"), 20))


def test_no_words_find_nothing(reader: CandidateReader) -> None:
    assert reader.full_text(parse(":="), 5) == []
    assert reader.exact([], EVERYTHING, 5) == []
    assert reader.facts([]) == {}


@pytest.mark.parametrize(
    "filters", [Filters(kind="class"), Filters(docset="python", version="3.11", kind="class"), Filters(kind="nothing")]
)
def test_filters_limit_every_tier(reader: CandidateReader, filters: Filters) -> None:
    matches = [
        *reader.exact(["path"], filters, 50),
        *reader.beginning_with("pa", filters, 50),
        *reader.full_text(parse("path", filters), 50),
    ]
    kinds = {facts.kind for facts in reader.facts({match.entry_id for match in matches}).values()}
    assert kinds == ({"class"} if filters.kind == "class" else set())


@pytest.mark.parametrize("filters", [Filters(docset="perl"), Filters(version="2.7")])
def test_another_docset_or_version_has_nothing(reader: CandidateReader, filters: Filters) -> None:
    assert reader.exact(["open"], filters, 50) == []


def test_limits_are_kept(reader: CandidateReader) -> None:
    assert len(reader.exact(["get"], EVERYTHING, 3)) == 3
    assert len(reader.beginning_with("a", EVERYTHING, 3)) == 3
    assert len(reader.full_text(parse("the"), 3)) == 3


def test_words_and_names_serve_spelling(reader: CandidateReader) -> None:
    assert reader.words()["iterator"] > reader.words()["deallocation"]
    assert "asyncio.gather" in dict(reader.names())
