"""What a query is understood as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedocs.errors import QueryError
from livedocs.search.models import Filters
from livedocs.search.query import Shape
from livedocs.search.reading import MAX_QUERY_CHARS, parse
from livedocs.search.shapes import MAX_WORDS


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
        ("error: the following arguments are required", Shape.ERROR),
        ("list index out of range", Shape.ERROR),
        ("error: nothing we know", Shape.WORDS),
        (".join", Shape.NAME),
        ("dict[str, int]", Shape.NAME),
        ("lambda:", Shape.SYNTAX),
        ("dictionary?", Shape.NAME),
        ("a // b", Shape.SYNTAX),
        ("socket.timeout: timed out", Shape.ERROR),
        ("subprocess.TimeoutExpired: Command 'x' timed out", Shape.ERROR),
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
        ("abstract methods", "abstract method"),
        ("abstract method", "abstract methods"),
        ("self.assertEqual(1, 2)", "assertequal"),
        ("dict[str, int]", "dict"),
        (".join", "join"),
        ("a // b", "//"),
        ('b""', 'b"'),
        ("1_000", "_ in numeric literal"),
        ("(?P<name>...)", "(?p< in regular expressions"),
        ("~foo", "~"),
    ],
)
def test_names_are_looked_up_without_what_surrounds_them(typed: str, key: str) -> None:
    assert key in [key for keys in parse(typed).readings for key in keys]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("from xml.etree import ElementTree as ET", "xml.etree.elementtree"),
        ("import concurrent.futures", "concurrent.futures"),
        ("x.get(1, 2)[0]", "x.get"),
        ("Path('a').read_text()", "path.read_text"),
        ("Path().glob", "path.glob"),
        ("await loop.run_in_executor(None, f)", "loop.run_in_executor"),
        ("result = subprocess.run(['ls'])", "subprocess.run"),
        ("@functools.lru_cache(maxsize=None)", "functools.lru_cache"),
        ("print('hello', end='')", "print"),
        ("sorted(x, key=lambda y: y[1])", "sorted"),
        ("', '.join(names)", "str.join"),
        ('"".join', "str.join"),
        ("b'abc'.hex()", "bytes.hex"),
        ("[].sort", "list.sort"),
        ("{'a': 1}.items()", "dict.items"),
        ("sys.argv[1]", "sys.argv"),
        ("x['a'].items()", "x.items"),
        ("os.environ['HOME']", "os.environ"),
        ("defaultdict(list", "defaultdict"),
    ],
)
def test_a_name_is_found_in_the_code_around_it(typed: str, name: str) -> None:
    query = parse(typed)
    assert query.shape is Shape.NAME
    assert (name,) in query.readings


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("python str.join", ("str.join",)),
        ("asyncio in python", ("asyncio",)),
        ("json dumps", ("json.dumps",)),
        ("python json dumps", ("json.dumps",)),
        ("list.append vs list.extend", ("list.append", "list.extend")),
        ("sort vs. sorted", ("sort", "sorted")),
        ("difference between str.find() versus str.index()", ("str.find", "str.index")),
        ("dict.get method", ("dict.get",)),
        ("json module", ("json",)),
        ("module __getattr__", ("__getattr__",)),
        ("class Path", ("path",)),
        ("KeyError exception", ("keyerror",)),
        ("how to use os.path.join", ("os.path.join",)),
        ("what does zip() do", ("zip",)),
        ("when is __repr__ called", ("__repr__",)),
        ("limit of a ThreadPoolExecutor in threads", ("threadpoolexecutor",)),
    ],
)
def test_names_are_found_amid_words(typed: str, keys: tuple[str, ...]) -> None:
    query = parse(typed)
    assert query.shape is Shape.WORDS
    assert keys in query.readings


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("function parameters", "parameters"),
        ("class attributes", "attributes"),
        ("exception handling", "handling"),
        ("extension module", "extension"),
    ],
)
def test_words_beside_a_kind_are_no_names(typed: str, word: str) -> None:
    assert (word,) not in parse(typed).readings


def test_words_with_capitals_beside_one_other_word_may_be_a_class_and_its_member() -> None:
    assert ("counter",) not in parse("Counter update").readings
    assert ("counter.update",) in parse("Counter update").readings


@pytest.mark.parametrize(
    "typed", ["functions and exceptions", "class variables", "email.charset: representing character sets"]
)
def test_titles_are_words_even_with_a_keyword_or_colon_in_them(typed: str) -> None:
    assert parse(typed).shape is Shape.WORDS


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("what does // do", "//"),
        ("what does ** mean in python", "** operator"),
        ("what is the -> arrow", "function annotations"),
        ("how to use *args", "arbitrary argument lists"),
        ("difference between == and is", "is operator"),
        ("is vs ==", "== operator"),
        ("* and **", "** operator"),
        ("% operator python", "% operator"),
        ("what is %s", "printf-style string formatting"),
        ("@ symbol", "decorator"),
    ],
)
def test_signs_amid_words_that_only_ask_are_syntax(typed: str, key: str) -> None:
    query = parse(typed)
    assert query.shape is Shape.SYNTAX
    assert any(key in keys for keys in query.readings[:2])


@pytest.mark.parametrize(
    "typed", ["c++ extension", "c# interop", "print to stderr & stdout", "what is it?", "why not?"]
)
def test_signs_amid_words_that_say_something_are_words(typed: str) -> None:
    assert parse(typed).shape is Shape.WORDS


def test_an_import_of_many_names_is_read_name_by_name() -> None:
    assert parse("from typing import List, Dict").readings[0] == ("typing.list", "typing.dict")
    assert parse("from x import (a, b)").readings[0] == ("x.a", "x.b")


@pytest.mark.parametrize("typed", ["# in doctests", "asterisk operator", "__name__ == '__main__'"])
def test_a_line_of_the_general_index_is_looked_up_before_what_its_sign_means(typed: str) -> None:
    assert parse(typed).readings[0] == (typed,)
    assert len(parse(typed).readings) > 1


@pytest.mark.parametrize("typed", ["for loop", "for loops in python", "python for statement", "for"])
def test_a_keyword_is_known_behind_what_people_call_it(typed: str) -> None:
    query = parse(typed)
    assert query.shape is Shape.SYNTAX
    assert "the for statement" in query.readings[0]


def test_constants_are_no_statements_and_type_is_a_function_first() -> None:
    assert parse("None").readings == (("none", "none"),)
    assert parse("type").shape is Shape.NAME


def test_a_name_with_brackets_is_complete() -> None:
    assert parse("os.path.jo").open_ended
    assert not parse("os.path.join(").open_ended
    assert not parse("sys.argv[").open_ended


def test_a_dot_before_a_name_asks_for_a_member() -> None:
    assert parse(".rea").member
    assert not parse("rea").member


def test_what_is_typed_is_the_beginning_of_a_name_or_sign() -> None:
    assert parse("os.path.jo").beginning == "os.path.jo"
    assert parse("self.assertEq").beginning == "asserteq"
    assert parse("{:>10}").beginning == "{:>10}"


def test_an_unknown_name_may_be_a_variable_in_a_construct() -> None:
    assert any("what's a negative index?" in keys for keys in parse("numbers[-1]").fallbacks)
    assert parse("pritn(x)").fallbacks == parse("import nupmy").fallbacks == ()  # or it would not be corrected
    assert any("mutable sequence types" in keys for keys in parse("[1, 2].append(3)").fallbacks)


def test_what_stands_before_a_dot_may_be_a_variable() -> None:
    assert parse("my_list.append(3)").fallbacks == (("append",),)
    assert parse("json.decoder.JSONDecodeError: Expecting value").fallbacks == (
        ("decoder.jsondecodeerror",),
        ("jsondecodeerror",),
    )


def test_a_pasted_error_is_looked_up_by_exception_and_by_its_fixed_words() -> None:
    query = parse("ValueError: invalid literal for int() with base 10: 'abc'")
    assert query.readings[0] == ("valueerror",)
    assert "literal" in query.words
    assert "abc" not in query.words


_TRACEBACK = 'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\n'


@pytest.mark.parametrize("last", ["KeyError: 'name'", "StopIteration", "KeyboardInterrupt", "zlib.error: Error -3"])
def test_of_a_traceback_the_last_line_counts(last: str) -> None:
    assert parse(_TRACEBACK + last) == parse(last)
    assert parse(_TRACEBACK + last + "\n").readings == parse(last).readings


@pytest.mark.parametrize("last", ["KeyError: 'name'", "StopIteration", "KeyboardInterrupt", "zlib.error: Error -3"])
def test_a_traceback_pasted_into_one_line_ends_with_its_exception(last: str) -> None:
    assert parse(_TRACEBACK.replace("\n", " ") + last).readings == parse(last).readings


@pytest.mark.parametrize(
    ("pasted", "last"),
    [
        (
            _TRACEBACK
            + "ValueError: x\n\nDuring handling of the above exception, another exception occurred:\n\n"
            + _TRACEBACK
            + "KeyError: 'b'",
            "KeyError: 'b'",
        ),
        ('  File "x.py", line 1\n    print x\n    ^^^^^^^\nSyntaxError: invalid syntax', "SyntaxError: invalid syntax"),
        ('File "x.py", line 1 print x ^^^^^^^ SyntaxError: invalid syntax', "SyntaxError: invalid syntax"),
        (
            "+ Exception Group Traceback (most recent call last):\n  | ExceptionGroup: x\n  +-+-\n    | OSError: disk",
            "OSError: disk",
        ),
        (_TRACEBACK.replace("\n", " ") + "raise KeyError(x) KeyError: 'x'", "KeyError: 'x'"),
    ],
)
def test_the_last_exception_of_a_paste_counts(pasted: str, last: str) -> None:
    assert parse(pasted).readings == parse(last).readings


@pytest.mark.parametrize(
    ("pasted", "key"),
    [
        ("x.py:3: DeprecationWarning: invalid escape sequence '\\d'", "escape sequence"),
        ("how to fix TypeError: 'int' object is not iterable", "iterable"),
        ("IndexError list index out of range", "indexerror"),
        ("list index out of range", "indexerror"),
        ("[Errno 2] No such file or directory: 'x.txt'", "filenotfounderror"),
        ("prog.py: error: the following arguments are required: x", "required"),
        ("lib.errors.ConfigError: no colour", "lib.errors.configerror"),
    ],
)
def test_an_error_is_known_with_and_without_its_exception(pasted: str, key: str) -> None:
    query = parse(pasted)
    assert query.shape is Shape.ERROR
    assert query.readings[0] == (key,)


def test_what_varies_in_a_message_is_not_looked_for() -> None:
    said = "OSError: [Errno 5] can't read <module 'x'> at 0x7f3a in /usr/lib/x.py, 'a b' on line 17. Did you mean: 'y'?"
    assert set(parse(said).words) == {"t", "read", "line"}


def test_a_long_traceback_is_as_good_as_its_last_line() -> None:
    long = _TRACEBACK + '  File "x.py", line 2, in f\n    f()\n' * 300 + "KeyError: 'name'"
    assert len(long) > 5 * MAX_QUERY_CHARS
    assert parse(long) == parse("KeyError: 'name'")
    assert parse(long.replace("\n", " ")).readings == parse("KeyError: 'name'").readings


def test_words_that_say_nothing_are_left_out_unless_there_are_no_others() -> None:
    assert parse("how do I sort the list").words == ("sort", "list")
    assert parse("what is it").words == ("what", "is", "it")


def test_quotes_of_syntax_and_messages_mark_no_phrase() -> None:
    assert parse('assert x, "no message"').phrases == ()
    assert parse('TypeError: can only concatenate str (not "int") to str').phrases == ()
    assert parse('unpacking "argument lists"').phrases == ("argument lists",)
    assert parse('"argument lists"').phrases == ("argument lists",)


def test_a_colon_belongs_to_syntax_and_ends_words() -> None:
    assert parse("while x:").shape is Shape.SYNTAX
    assert parse("what is this:").text == "what is this"


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


def test_filters_are_cleaned_and_spelt_as_docsets_are() -> None:
    assert parse("x", Filters(docset="Mine", version="1.0RC1", kind="\ud800Class")).filters == Filters(
        docset="mine", version="1.0rc1", kind="class"
    )


@given(st.text(st.characters(), max_size=MAX_QUERY_CHARS))
def test_any_text_is_understood_as_something(text: str) -> None:
    query = parse(text)
    assert (query.shape is Shape.EMPTY) == (not query.text)
    assert query.shape is Shape.EMPTY or query.readings
    assert all(key for keys in query.readings for key in keys)
    assert len(query.words) <= MAX_WORDS
    assert not any(character in query.text for character in "\x00\n\t")
