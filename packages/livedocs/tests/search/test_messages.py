"""Which message was pasted, and whether the documentation has what the table says of it."""

import pytest

from livedocs.search.candidates import CandidateReader
from livedocs.search.engine import Engine
from livedocs.search.messages import explanation, explanations


def test_each_message_is_recognised_with_its_exception() -> None:
    shapes = {
        (item.exception, item.shape, explanation(item.shape.replace("*", "it"), item.exception))
        for item in explanations()
        if item.exception
    }
    assert {(exception, shape) for exception, shape, found in shapes if found is None or found.shape != shape} == set()


def test_each_message_is_explained_by_something_in_the_documentation(reader: CandidateReader) -> None:
    assert [item.shape for item in explanations() if not reader.named(item.keys, 1)] == []


@pytest.mark.parametrize(
    ("message", "exception", "key"),
    [
        ("list index out of range", "indexerror", "indexerror"),
        ("unhashable type: 'dict'", "typeerror", "hashable"),
        ("'nonetype' object is not subscriptable", "typeerror", "subscriptions"),
        ("no module named 'yaml'", "modulenotfounderror", "the module search path"),
        ("maximum recursion depth exceeded in comparison", "recursionerror", "sys.setrecursionlimit"),
        ("division by zero", "zerodivisionerror", "zerodivisionerror"),
        ("integer division or modulo by zero", "zerodivisionerror", "zerodivisionerror"),
        ("name 'prnt' is not defined. did you mean: 'print'?", "nameerror", "nameerror"),
        ("save() takes 1 positional argument but 2 were given", "typeerror", "calls"),
        ("greet() missing 1 required positional argument: 'name'", "typeerror", "calls"),
        ("[errno 13] permission denied: 'x.txt'", "permissionerror", "permissionerror"),
        ("[winerror 2] the system cannot find the file specified", "filenotfounderror", "filenotfounderror"),
        ("unsupported operand type(s) for +: 'int' and 'str'", "typeerror", "binary arithmetic operations"),
        ("'python' is not recognized as an internal or external command,", "", "finding the python executable"),
        ("error: externally-managed-environment", "", "creating virtual environments"),
        ("no module named pip", "modulenotfounderror", "ensurepip"),
        ("prog.py: error: the following arguments are required: path", "", "required"),
        (
            "'ascii' codec can't encode character '\\xe9' in position 3: ordinal not in range(128)",
            "unicodeencodeerror",
            "error handlers",
        ),
    ],
)
def test_a_message_says_which_exception_it_is_of(message: str, exception: str, key: str) -> None:
    found = explanation(message)
    assert found is not None
    assert (found.exception, key in found.keys) == (exception, True)
    assert explanation(message, exception) == found


@pytest.mark.parametrize(
    "words",
    [
        "open",
        "file",
        "list index",
        "unhashable types",
        "division",
        "modules",
        "iterable object",
        "f-string",
        "invalid literal",
    ],
)
def test_words_are_no_message(words: str) -> None:
    assert explanation(words) is None


def test_an_exception_tells_messages_apart_that_look_alike() -> None:
    pickling, typing = (
        explanation("can't pickle <x>", "_pickle.picklingerror"),
        explanation("can't pickle <x>", "typeerror"),
    )
    assert pickling is not None
    assert typing is not None
    assert (pickling.exception, typing.exception) == ("pickle.picklingerror", "typeerror")


def test_a_message_of_few_words_is_known_only_behind_its_own_exception() -> None:
    assert explanation("invalid control character at: line 1", "json.decoder.jsondecodeerror") is not None
    assert explanation("invalid control character at: line 1", "lib.error") is None


def test_any_message_of_some_exceptions_is_explained_by_their_module() -> None:
    anything = explanation("whatever it says", "struct.error")
    assert anything is not None
    assert "format characters" in anything.keys
    assert explanation("whatever it says", "zlib.error") is None


@pytest.mark.parametrize(
    ("pasted", "target"),
    [
        ("IndexError: pop from empty list", "library/exceptions.html#IndexError"),
        ("TypeError: 'module' object is not callable", "reference/expressions.html#calls"),
        ("sequence item 3: expected str instance, NoneType found", "library/stdtypes.html#str.join"),
        ("SyntaxError: 'break' outside loop", "reference/simple_stmts.html#the-break-statement"),
        ("tarfile.ReadError: not a gzip file", "library/tarfile.html#tarfile.ReadError"),
        ("_csv.Error: field larger than field limit (131072)", "library/csv.html#csv.Error"),
        ("concurrent.futures._base.TimeoutError: 2", "library/concurrent.futures.html#concurrent.futures.TimeoutError"),
    ],
)
def test_what_explains_an_error_comes_first(engine: Engine, pasted: str, target: str) -> None:
    assert engine.search(pasted, limit=1).hits[0].target == target


def test_a_message_without_its_exception_must_be_the_whole_query() -> None:
    assert explanation("list index out of range in a loop") is None
    assert explanation("list index out of range in a loop", "indexerror") is not None
