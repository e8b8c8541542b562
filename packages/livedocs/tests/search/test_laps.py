"""What a search says of where its time went."""

from livedocs.search.engine import Engine


def test_an_answer_says_how_long_each_part_of_the_search_took(engine: Engine):
    assert list(engine.search("asyncio.gather").seconds) == ["names", "text", "ranking"]
    assert "spelling" in engine.search("asyncio.gahter").seconds
    assert list(engine.search("kind:class").seconds) == ["filters"]


def test_two_answers_are_the_same_however_long_they_took(engine: Engine):
    assert engine.search("open") == engine.search("open")
