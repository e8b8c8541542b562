"""Which construct a query is, and whether the documentation has what the table says of it."""

import pytest

from livedocs.search.candidates import CandidateReader
from livedocs.search.engine import Engine
from livedocs.search.syntax import construct, constructs, operators


def test_each_example_is_recognised_as_what_it_exemplifies() -> None:
    recognised = {(example, each.keys, construct(example)) for each in constructs() for example in each.examples}
    assert {(example, found) for example, keys, found in recognised if found is None or found.keys != keys} == set()


def test_each_construct_leads_somewhere_in_the_documentation(reader: CandidateReader) -> None:
    assert [each.examples[0] for each in constructs() if not reader.named(each.keys, 1)] == []


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("{price:>12.3f}", "format specification mini-language"),
        ("{:b}", "format specification mini-language"),
        (":<20", "format specification mini-language"),
        ("{user!s}", "format string syntax"),
        ("f'{total:.1f}'", "formatted string literals"),
        ("%04x", "printf-style string formatting"),
        ("%(key)d", "printf-style string formatting"),
        ("%H:%M", "strftime() and strptime() format codes"),
        ("%a, %d %b %Y", "strftime() and strptime() format codes"),
        ("%y%m%d", "strftime() and strptime() format codes"),
        ("[2:5]", "slicings"),
        ("items[::2]", "slicings"),
        ("name[:-3]", "slicings"),
        (r"\w{2,}", "regular expression syntax"),
        ("[^0-9]", "regular expression syntax"),
        ("(?:ab)?", "non-capturing and named groups"),
        (r"(?<=\d)", "lookahead assertions"),
        ("(?s)", "regular expression syntax"),
        (".+?", "greedy versus non-greedy"),
        ("0B11", "integer literals"),
        ("0xCAFE", "integer literals"),
        ("2.5e10", "floating point literals"),
        ("10j", "imaginary literals"),
        ("12_345", "_ in numeric literal"),
        ("BR''", "bytes literals"),
        (r"\u20ac", "escape sequence"),
        (r"\N{EURO SIGN}", "escape sequence"),
        ("def area(w, /, h)", "positional-only parameters"),
        ("def f(a, *, b)", "keyword-only arguments"),
        ("**settings", "** in dictionary displays"),
        ("def f(n: int) -> bool:", "function annotations"),
        ("count: int = 0", "annotated assignment statements"),
        ("str | bytes", "union type"),
        ("[i for i in s if i]", "list comprehension"),
        ("{c for c in text}", "set comprehension"),
        ("{n: n*n for n in range(3)}", "dictionary comprehension"),
        ("sum(x*x for x in nums)", "generator expression"),
        ("a if b else c", "conditional expressions"),
        ("lambda x, y: x + y", "lambda"),
        ("0 <= x <= 9", "chaining comparisons"),
        ("x, y = y, x", "assignment statements"),
        ("total -= 1", "augmented assignment"),
        ("with open('f') as fh:", "the with statement"),
        ("async with pool as c:", "the async with statement"),
        ("except* OSError", "except* clause"),
        ("while else", "the while statement"),
        ("try finally", "the try statement"),
        ("case _", "wildcard patterns"),
        ('if __name__ == "__main__"', "__name__ == '__main__'"),
        ("import x as y", "the import statement"),
        ("from .. import util", "package relative imports"),
        ("...", "the ellipsis object"),
        ("#", "comments"),
        ("\\", "explicit line joining"),
        ("__secret", "private variables"),
        ("<>", "comparisons"),
        ("raise from", "exception chaining"),
        ("x is None", "identity comparisons"),
        ("@", "decorator"),
        ("i++", "augmented assignment statements"),
        ("ready && set", "boolean operations"),
    ],
)
def test_constructs_that_are_no_examples_are_recognised_as_well(typed: str, key: str) -> None:
    found = construct(typed)
    assert found is not None
    assert key in found.keys


@pytest.mark.parametrize(
    "typed",
    [
        "list comprehension",
        "for loop",
        "for loops in python",
        "if statement",
        "with statement",
        "try to open a file",
        "import a module from another folder",
        "return multiple values",
        "raise an exception",
        "async await",
        "what is the walrus operator",
        "open",
        "os.path.join",
        "json.dumps(data)",
        "class method",
        "class attributes",
        "match object",
        "case insensitive",
        "assert equal",
        "del item",
        "type hints",
        "yield values",
        "print to stderr",
        "while waiting for input",
        "else clause",
        "key error",
    ],
)
def test_words_and_names_stay_what_they_are(typed: str) -> None:
    assert construct(typed) is None


@pytest.mark.parametrize(
    ("typed", "signs"),
    [
        ("a // b", ("//",)),
        ("2**8", ("**",)),
        ("x not in y", ("not in",)),
        ("a is not b", ("is not",)),
        ("x == 1 and y", ("==", "and")),
        ("Path / str", ("/",)),
        ("a @ b", ("@",)),
        ("x-1", ("-",)),
        ("dict | dict", ("|",)),
        ("-x", ()),
        ("python -m", ()),
        ("lists and tuples", ()),
        ("thread-safe", ()),
        ("I/O", ()),
        ("exec*e", ()),
        ("methods & slots", ()),
        ("x & y", ("&",)),
        ("a b", ()),
        ("a +", ()),
        ("a + * b", ()),
        ("café ☕ bar", ()),
    ],
)
def test_operators_of_an_expression_are_found_between_its_operands(typed: str, signs: tuple[str, ...]) -> None:
    assert operators(typed) == signs


def test_a_long_query_is_no_construct() -> None:
    assert construct(f"[{'x' * 100} for x in y]") is None


_PLACES = {
    "def": "reference/compound_stmts.html#function-definitions",
    "class": "reference/compound_stmts.html#class-definitions",
    "lambda": "reference/expressions.html#lambda",
    "await": "reference/expressions.html#await-expression",
    "yield": "reference/expressions.html#yield-expressions",
    "except": "reference/compound_stmts.html#except-clause",
    "finally": "reference/compound_stmts.html#finally-clause",
    "in": "reference/expressions.html#membership-test-operations",
    "is": "reference/expressions.html#is-not",
    "not": "reference/expressions.html#boolean-operations",
    "None": "library/constants.html#None",
    "async for": "reference/compound_stmts.html#the-async-for-statement",
    "not in": "reference/expressions.html#membership-test-operations",
    "a @ b": "reference/expressions.html#binary-arithmetic-operations",
    "x in y": "reference/expressions.html#membership-test-operations",
    **{
        word: f"reference/compound_stmts.html#the-{word}-statement"
        for word in ("for", "while", "if", "with", "try", "match")
    },
    **{
        word: f"reference/simple_stmts.html#the-{word}-statement"
        for word in ("assert", "break", "continue", "del", "global", "import", "nonlocal", "pass", "raise", "return")
    },
}


@pytest.mark.parametrize(("typed", "target"), _PLACES.items())
def test_a_keyword_leads_first_to_where_it_is_explained(engine: Engine, typed: str, target: str) -> None:
    assert engine.search(typed, limit=1).hits[0].target == target
