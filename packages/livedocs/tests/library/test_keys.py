"""Keys: by which names and wordings an entry is found."""

import doctest

import pytest

from livedocs.library import assemble, keys
from livedocs.library.keys import Form, entry_keys, fold, index_keys
from livedocs.parsing.models import Entry


def _entry(name: str, kind: str = "function", role: str = "py:function", **fields: object) -> Entry:
    return Entry(anchor=name, kind=kind, role=role, name=name, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "initials"),
    [("futures.ThreadPoolExecutor", "tpe"), ("http.server.HTTPServer", "hs"), ("collections.OrderedDict", "od")],
)
def test_a_class_is_known_by_the_initials_of_its_words(name: str, initials: str) -> None:
    keys = list(entry_keys(Entry(anchor=name, kind="class", role="py:class", name=name)))
    assert (initials, Form.INITIALS) in keys


@pytest.mark.parametrize("name", ["pathlib.Path", "collections.defaultdict", "socket.AF_INET"])
def test_one_word_has_no_initials(name: str) -> None:
    keys = list(entry_keys(Entry(anchor=name, kind="class", role="py:class", name=name)))
    assert all(form is not Form.INITIALS for _, form in keys)


@pytest.mark.parametrize("module", [keys, assemble])
def test_the_examples_in_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def test_folding_makes_quotes_plain_and_spaces_single() -> None:
    assert fold("\u2018What\u2019s  New\u2019 \u2014\tIn") == "'what's new' - in"


def test_an_object_is_found_by_each_dotted_suffix_of_each_of_its_names() -> None:
    entry = _entry("unittest.mock.patch", aliases=("mock.patch",))
    assert list(entry_keys(entry)) == [
        ("unittest.mock.patch", Form.NAME),
        ("mock.patch", Form.SUFFIX),
        ("patch", Form.SUFFIX),
        ("mock.patch", Form.NAME),
        ("patch", Form.SUFFIX),
    ]


def test_a_module_is_found_by_its_title_too() -> None:
    entry = _entry("json", "module", "py:module", title="JSON encoder and decoder")
    assert list(entry_keys(entry)) == [("json", Form.NAME), ("json encoder and decoder", Form.TITLE)]


def test_an_option_is_found_without_its_dashes() -> None:
    assert ("check-hash-based-pycs", Form.SUFFIX) in list(
        entry_keys(_entry("--check-hash-based-pycs", "option", "std:cmdoption"))
    )


@pytest.mark.parametrize("name", ["...", ".", "a."])
def test_names_of_dots_have_no_empty_suffix(name: str) -> None:
    assert all(key for key, _ in entry_keys(_entry(name)))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (":= (colon equals)", {":=": Form.SYNTAX, "colon equals": Form.INDEX}),
        ("lambda expression", {"lambda": Form.SYNTAX, "lambda expression": Form.INDEX}),
        ("statement with", {"with": Form.SYNTAX, "statement with": Form.INDEX}),
        ("generator expression", {"generator expression": Form.INDEX}),
        ("Python Enhancement Proposals PEP 572", {"pep 572": Form.INDEX}),
        ('""" string literal', {'"""': Form.SYNTAX, '""" string literal': Form.INDEX}),
        ("walrus operator", {"walrus operator": Form.INDEX}),
        ("", {}),
        ("long " * 40, {}),
    ],
)
def test_lines_of_the_general_index_give_signs_and_words(line: str, expected: dict[str, Form]) -> None:
    assert dict(index_keys(line)) == expected


def test_a_sign_used_inside_something_else_is_weaker() -> None:
    assert dict(index_keys("! (exclamation) in curses module"))["!"] is Form.INDEX
