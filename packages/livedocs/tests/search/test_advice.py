"""What is said beside hits of what a search was limited to."""

import pytest

from livedocs.search.advice import limits
from livedocs.search.models import Filters

DOCSETS = ["jinja@3.1", "python@3.11"]


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("python@3.11: open", "the docset python@3.11"),
        ("docset:python open", "the docset python"),
    ],
)
def test_a_known_docset_is_named(typed: str, searched: str) -> None:
    assert limits(typed, Filters(), docsets=DOCSETS, kinds=[]) == [f"Only {searched} was searched."]


def test_a_version_may_be_of_any_docset() -> None:
    assert limits("open", Filters(version="3.11"), docsets=DOCSETS, kinds=[]) == ["Only version 3.11 was searched."]


@pytest.mark.parametrize("typed", ["python@3.1: open", "docset:perl open", "jinja@3.11: open", "docset:@2 open"])
def test_what_there_is_is_said_when_a_docset_is_unknown(typed: str) -> None:
    (said,) = limits(typed, Filters(), docsets=DOCSETS, kinds=[])
    assert said.endswith(" was searched. The library holds: jinja@3.1, python@3.11.")
