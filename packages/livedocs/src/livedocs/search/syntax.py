"""Python's syntax as it is typed: which construct a query is, and what the documentation calls it."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from functools import cache, cached_property, reduce
from importlib import resources

from livedocs.library.keys import fold

_TABLES = ("notations.txt", "syntax.txt", "spoken.txt")

_LONGEST_CONSTRUCT = 80
"""Characters of a query that may still be a construct; patterns would take long over more, and nobody types more."""

_PLACEHOLDERS = {
    "NAME": r"[^\W\d]\w*(?:\.\w+)*",
    "VAR": r"[a-zA-Z]\w?|foo|bar|obj|(?:my|some)_\w+",
    "VALUE": r"[^\W\d]\w*(?:\.\w+)*(?:\(.*\)|\[.*\])?|-?\d[\w.]*|\"[^\"]*\"|'[^']*'|\(\)|\[\]|\{\}",
    "ANY": r".+",
}
"""Words of patterns, see ``syntax.txt``, and what they stand for."""

_PLACEHOLDER = re.compile(rf"(?<!\\)\b({'|'.join(_PLACEHOLDERS)})\b")
_BETWEEN_WORDS = re.compile(r"(?<=\w) (?=\w|\(\?:|\[)")
_SIGN = re.compile(r"[^\w\s.]")
_MARK = re.compile(rf"[^\w\s.]|\b(?:{'|'.join((*keyword.kwlist, *keyword.softkwlist))})\b")
"""A sign or a keyword."""

_PLAIN_NAME = re.compile(r"[^\W\d_]\w*(?:\.[^\W_]\w*)*")
_SPACES = re.compile(r" {2,}")

_TOKEN = re.compile(
    r"""[ ]?(?:
      (?P<spoken> (?:is[ ]not | not[ ]in | and | or | not | in | is)\b)
    | (?P<sign> \*\* | // | << | >> | [=!<>]= | [-+*/%@&|^<>~])
    | (?P<operand> [^\W\d]\w*(?:\.\w+)*(?:\([^()]*\)|\[[^\[\]]*\])? | \d[\w.]* | "[^"]*" | '[^']*'
                 | \[[^\[\]]*\] | \{[^{}]*\} | \([^()]*\))
    )""",
    re.VERBOSE,
)
_EXPRESSION = re.compile(r"p*o(?:[sp]p*o)+")
_ALSO_BETWEEN_WORDS = frozenset({"-", "&"})
_PREFIXES = frozenset({"-", "+", "~", "not"})
_NO_SIGN = re.compile(r"[^\W\d]\w+[-/*]|\w[-/][^\W\d]|\w -\w|\+\+|--")
"""thread-safe, I/O, C++ and exec* are words, -m is an option."""
_PLACEHOLDER_OPERAND = re.compile(r"\w{1,2}|none|true|false|\d[\w.]*|\W.*")
"""What stands between spoken operators of an expression: *lists and tuples* is none, *x and y* is."""


@dataclass(frozen=True)
class Construct:
    """One piece of syntax.

    Attributes:
        examples: queries that are it.
        pattern: regular expression of the whole query, placeholders replaced.
        keys: folded names, terms, titles and lines of the general index that explain it, all equally good.
    """

    examples: tuple[str, ...]
    pattern: str
    keys: tuple[str, ...]

    @cached_property
    def common(self) -> frozenset[str]:
        """Signs and keywords that all examples have; a query without them is not compared with the pattern."""
        return reduce(frozenset[str].intersection, map(_marks, self.examples))

    @cached_property
    def spoken(self) -> bool:
        """Whether an example is all words; a query of words is only compared with such constructs."""
        return not all(map(_SIGN.search, self.examples))

    @cached_property
    def expression(self) -> re.Pattern[str]:
        """The pattern, compiled when it is first needed."""
        return re.compile(self.pattern)


def construct(text: str) -> Construct | None:
    """The construct that a query is; None: it is none, or the general index has a line for it.

    Args:
        text: as typed, white space folded.

    >>> construct("[x for x in y]").keys[0]
    'list comprehension'
    >>> construct("list comprehension") is None
    True
    """
    if len(text) > _LONGEST_CONSTRUCT or _PLAIN_NAME.fullmatch(text):
        return None
    marks = _marks(text)
    candidates = constructs() if _SIGN.search(text) else _spoken_constructs()
    return next((each for each in candidates if each.common <= marks and each.expression.fullmatch(text)), None)


def operators(text: str) -> tuple[str, ...]:
    """The operators of a query that is an expression, each once; none when it is no expression.

    >>> operators("a // b"), operators("x is not y"), operators("lists and tuples")
    (('//',), ('is not',), ())
    """
    tokens: list[re.Match[str]] = []
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            return ()
        tokens.append(token)
        position = token.end()
    signs = [token[0].strip().lower() for token in tokens if token["operand"] is None]
    operands = [token["operand"].lower() for token in tokens if token["operand"] is not None]
    kinds = "".join("o" if token["operand"] else "p" if token[0].strip() in _PREFIXES else "s" for token in tokens)
    spoken = any(token["spoken"] or token["sign"] in _ALSO_BETWEEN_WORDS for token in tokens)
    if not (_EXPRESSION.fullmatch(kinds) or (kinds == "po" and signs[0] == "not")) or _NO_SIGN.search(text):
        return ()
    if spoken and not all(map(_PLACEHOLDER_OPERAND.fullmatch, operands)):
        return ()
    return tuple(dict.fromkeys(signs))


@cache
def constructs() -> tuple[Construct, ...]:
    """All tables, read once."""
    found: list[Construct] = []
    files = [resources.files("livedocs.search").joinpath(name) for name in _TABLES]
    lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
    table = [line for line in lines if line and not line.startswith("== ") and line != "=="]
    for examples, pattern, keys in zip(table[::3], table[1::3], table[2::3], strict=True):
        found.append(
            Construct(
                tuple(_SPACES.split(examples)),
                _regular_expression(pattern.strip()),
                tuple(fold(key) for key in keys.strip().removeprefix("-> ").split(" | ")),
            )
        )
    return tuple(found)


@cache
def _spoken_constructs() -> tuple[Construct, ...]:
    return tuple(each for each in constructs() if each.spoken)


def _marks(text: str) -> frozenset[str]:
    return frozenset(_MARK.findall(text))


def _regular_expression(pattern: str) -> str:
    spaced = _BETWEEN_WORDS.sub(r"\\s+", pattern).replace(" ", r"\s*")
    return _PLACEHOLDER.sub(lambda match: f"(?:{_PLACEHOLDERS[match[0]]})", spaced)
