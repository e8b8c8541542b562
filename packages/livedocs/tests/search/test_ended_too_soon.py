"""What was typed so far finds what it is the beginning of, whatever stands behind it."""

import pytest

from livedocs.search.engine import Engine


@pytest.mark.parametrize(
    "typed", ["asyncio.gath kind:function", "asyncio.gath in:asyncio", "asyncio.gath python@3.11:"]
)
def test_a_filter_does_not_end_the_name_before_it(engine: Engine, typed: str) -> None:
    assert engine.search(typed).hits[0].name == "asyncio.gather"


@pytest.mark.parametrize(
    ("typed", "name"),
    [("subproc ", "subprocess"), ("asyncio.gath ", "asyncio.gather"), ("collections.OrderedD(", "OrderedDict")],
)
def test_a_beginning_that_was_ended_too_soon_still_finds_the_name(engine: Engine, typed: str, name: str) -> None:
    result = engine.search(typed)
    assert result.corrected is None
    assert result.hits[0].name.endswith(name)


def test_a_name_that_is_complete_is_the_beginning_of_no_other(engine: Engine) -> None:
    assert not any("begins" in reason for hit in engine.search("open ", explain=True).hits for reason in hit.why)


def test_a_beginning_in_quotes_is_meant_as_it_stands(engine: Engine) -> None:
    assert engine.search('"subproc"').hits == ()
