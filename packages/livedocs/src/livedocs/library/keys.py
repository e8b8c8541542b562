"""Keys: the short, folded strings by which an entry is found before any full text is read.

One table holds all of them (``name_key``). A key says in which form it names its entry, so that ranking can tell the
name of a function from words that merely link to it.
"""

from __future__ import annotations

import keyword
import re
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from livedocs.parsing.models import Entry

MAX_KEY_CHARS = 80
"""Longer wordings are sentences: full text finds them."""


class Form(IntEnum):
    """How a key names its entry, strongest first."""

    NAME = 0
    """The full name of a documented object: ``os.path.join``."""
    SUFFIX = 1
    """Its last parts: ``path.join``, ``join``."""
    TERM = 2
    """A glossary term."""
    SYNTAX = 3
    """A keyword, operator or other piece of syntax, from the general index: ``:=``, ``not in``, ``lambda``."""
    TITLE = 4
    """The title of a section or module."""
    INDEX = 5
    """Any other line of the general index: ``walrus operator``."""
    LINK = 6
    """What other places of the documentation call it when they link to it."""
    INITIALS = 7
    """The first letters of its words: ``tpe`` for ``ThreadPoolExecutor``. Nothing begins with them."""


_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"})


def fold(text: str) -> str:
    """The form in which names, terms and queries are compared: lower case, plain quotes, single spaces.

    >>> fold("  Built-in   Types ")
    'built-in types'
    """
    plain = text if text.isascii() else text.translate(_QUOTES)
    return " ".join(plain.split()).lower()


_UNSAFE_IN_SLUG = re.compile(r"[^a-z0-9._+-]+")


def docset_slug(text: str) -> str:
    """The form of a project's name or version that stands in addresses and filters.

    >>> docset_slug("Flask-SQLAlchemy 3.x"), docset_slug("Jinja2")
    ('flask-sqlalchemy-3.x', 'jinja2')
    """
    return _UNSAFE_IN_SLUG.sub("-", text.lower()).strip("-.") or "docs"


def split_docset(text: str) -> tuple[str, str]:
    """Name and version of a docset as people write it; the version is empty when there is none.

    >>> split_docset("python@3.11"), split_docset("python")
    (('python', '3.11'), ('python', ''))
    """
    name, _, version = text.partition("@")
    return name, version


_INITIAL = re.compile(r"[A-Z](?=[a-z])|(?<![A-Z])[A-Z]")
"""A capital that begins a word of a name written in camel case; of capitals in a row the first and the last."""


def entry_keys(entry: Entry) -> Iterator[tuple[str, Form]]:
    """Keys an entry has by itself: its names, their dotted suffixes, its title.

    >>> from livedocs.parsing.models import Entry
    >>> list(entry_keys(Entry(anchor="os.path.join", kind="function", role="py:function", name="os.path.join")))
    [('os.path.join', <Form.NAME: 0>), ('path.join', <Form.SUFFIX: 1>), ('join', <Form.SUFFIX: 1>)]
    """
    if entry.kind == "section":
        yield fold(entry.name), Form.TITLE
        return
    if entry.kind == "term":
        yield fold(entry.name), Form.TERM
        return
    for name in (entry.name, *entry.aliases):
        key = fold(name)
        yield key, Form.NAME
        if entry.role.startswith(("py:", "c:")) and not key.endswith("."):
            rest = key
            while "." in rest:
                rest = rest.partition(".")[2]
                if rest:
                    yield rest, Form.SUFFIX
        elif key.startswith("-"):
            yield key.lstrip("-"), Form.SUFFIX
    if entry.kind in {"class", "exception"}:
        yield from _initials(entry.name.rpartition(".")[2])
    if entry.title:
        yield fold(entry.title), Form.TITLE


def _initials(name: str) -> Iterator[tuple[str, Form]]:
    capitals = _INITIAL.findall(name)
    if len(capitals) > 1 and not name.isupper():
        yield "".join(capitals).lower(), Form.INITIALS


SYNTAX_WORDS = frozenset(
    {
        "statement",
        "operator",
        "keyword",
        "expression",
        "clause",
        "form",
        "assignment",
        "literal",
        "comment",
        "conversion",
    }
)
"""Words by which the general index says that the rest of a line is a piece of syntax."""

_SERIES = re.compile(r"^.* (?=(?:pep|rfc) \d+$)")
_SPOKEN = re.compile(r"^\(([^()]+)\) ?")


def index_keys(text: str) -> Iterator[tuple[str, Form]]:
    """Keys that one line of the general index gives to the entry it points into.

    A line is a sign or words, then perhaps how the sign is spoken, then perhaps where it is used. Uses inside something
    else (``! (exclamation) in curses module``) say less about the sign than plain ones.

    >>> list(index_keys(":= (colon equals)"))
    [(':=', <Form.SYNTAX: 3>), ('colon equals', <Form.INDEX: 5>)]
    >>> list(index_keys("raise statement"))
    [('raise statement', <Form.INDEX: 5>), ('raise', <Form.SYNTAX: 3>)]
    >>> [key for key, _ in index_keys("* (asterisk) in glob patterns")]
    ['*', '* in glob patterns', 'asterisk in glob patterns']
    """
    line = _SERIES.sub("", fold(text))
    if not line or len(line) > MAX_KEY_CHARS:
        return
    head, _, rest = line.partition(" ")
    if _is_sign(head) and not head.startswith("--"):
        yield from _sign_keys(head, rest)
        return
    yield line, Form.INDEX
    words = line.split(" ")
    for kind, rest in ((words[-1], words[:-1]), (words[0], words[1:])):
        if kind in SYNTAX_WORDS and rest and all(map(is_keyword, rest)):
            yield " ".join(rest), Form.SYNTAX


def is_keyword(word: str) -> bool:
    """Whether a folded word is one of Python's keywords; those that are written with a capital count as well.

    >>> is_keyword("lambda"), is_keyword("none"), is_keyword("print")
    (True, True, False)
    """
    return keyword.iskeyword(word) or keyword.issoftkeyword(word) or keyword.iskeyword(word.capitalize())


def _is_sign(word: str) -> bool:
    return not any(letter.isalnum() for letter in word) or word[-1] in "\"'" or word[0] in "(\\"


def _sign_keys(sign: str, rest: str) -> Iterator[tuple[str, Form]]:
    match = _SPOKEN.match(rest)
    use = rest[match.end() :] if match else rest
    yield sign, Form.INDEX if use.startswith("in ") else Form.SYNTAX
    if use:
        yield f"{sign} {use}", Form.INDEX
    if match:
        yield f"{match[1]} {use}".rstrip(), Form.INDEX
