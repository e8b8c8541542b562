"""What a query is understood as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedocs.errors import QueryError
from livedocs.search.models import Filters
from livedocs.search.query import MAX_QUERY_CHARS, MAX_WORDS, Shape, parse


@pytest.mark.parametrize(
    ("typed", "shape"),
    [
        ("", Shape.EMPTY),
        ("  \t ", Shape.EMPTY),
        ("\x00\x01", Shape.EMPTY),
        ("open", Shape.NAME),
        ("asyncio.gather", Shape.NAME),
        ("os.path.join(a, b)", Shape.NAME),
        ("@property", Shape.NAME),
        ("import json", Shape.NAME),
        ("from pathlib import Path", Shape.NAME),
        ("lambda", Shape.SYNTAX),
        ("not in", Shape.SYNTAX),
        ("assert statement", Shape.SYNTAX),
        (":=", Shape.SYNTAX),
        ('r""', Shape.SYNTAX),
        ("(?P<name>...)", Shape.SYNTAX),
        ("KeyError: 'x'", Shape.ERROR),
        ("json.decoder.JSONDecodeError: Expecting value", Shape.ERROR),
        ("sort a list", Shape.WORDS),
        ("error: the following arguments are required", Shape.WORDS),
    ],
)
def test_the_shape_of_a_query_is_recognised(typed: str, shape: Shape) -> None:
    assert parse(typed).shape is shape


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("os.path.join(", "os.path.join"),
        ("os.path.join('a', 'b')", "os.path.join"),
        ("@functools.wraps", "functools.wraps"),
        ("  Path.Read_Text ", "path.read_text"),
        ("from pathlib import Path", "pathlib.path"),
        ("import numpy as np", "numpy"),
        ("NormalDist stdev", "normaldist.stdev"),
        ("generators", "generator"),
        ("generator", "generator"),
        ('b""', 'b"'),
        ("1_000", "_ in numeric literal"),
        ("(?P<name>...)", "(?p<"),
    ],
)
def test_names_are_looked_up_without_what_surrounds_them(typed: str, key: str) -> None:
    readings = [key for keys in parse(typed if typed != "generators" else "the generators").readings for key in keys]
    assert key in readings or f"the {key}" in readings


def test_a_pasted_error_is_looked_up_by_exception_and_by_its_fixed_words() -> None:
    query = parse("ValueError: invalid literal for int() with base 10: 'abc'")
    assert query.readings == (("valueerror",),)
    assert "literal" in query.words
    assert "abc" not in query.words


def test_of_a_traceback_the_last_line_counts() -> None:
    pasted = "Traceback (most recent call last):\n  File \"x.py\", line 1, in <module>\nKeyError: 'name'"
    assert parse(pasted).readings == (("keyerror",),)


def test_words_that_say_nothing_are_left_out_unless_there_are_no_others() -> None:
    assert parse("how do I sort the list").words == ("sort", "list")
    assert parse("what is it").words == ("what", "is", "it")


def test_filters_are_taken_out_of_the_words() -> None:
    query = parse("kind:class docset:python@3.11 path")
    assert query.filters == Filters(docset="python", version="3.11", kind="class")
    assert query.text == "path"


def test_unknown_filters_are_plain_words() -> None:
    assert parse("colour:red path").filters == Filters()


def test_a_space_at_the_end_says_that_the_word_is_complete() -> None:
    assert parse("pathl").open_ended
    assert not parse("pathl ").open_ended


def test_a_longer_query_than_anybody_types_is_refused_with_a_hint() -> None:
    parse("x" * MAX_QUERY_CHARS)
    with pytest.raises(QueryError, match="Paste the last line"):
        parse("x" * (MAX_QUERY_CHARS + 1))


@given(st.text(max_size=MAX_QUERY_CHARS))
def test_any_text_is_understood_as_something(text: str) -> None:
    query = parse(text)
    assert (query.shape is Shape.EMPTY) == (not query.text)
    assert query.shape is Shape.EMPTY or query.readings
    assert all(key for keys in query.readings for key in keys)
    assert len(query.words) <= MAX_WORDS
    assert not any(character in query.text for character in "\x00\n\t")
