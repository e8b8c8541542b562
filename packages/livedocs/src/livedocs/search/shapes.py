"""Recognising what kind of thing a query is, and what to look up for it.

Each recogniser takes the text and its folded form and answers with a query, or with None when the text is something
else; they are asked in order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from livedocs.library.keys import SYNTAX_WORDS, fold, is_keyword
from livedocs.search.query import Query, Shape

MAX_WORDS = 24
"""Words of a query that are searched for; a pasted message has said enough by then."""

_LONGEST_SIGN = 8
"""Characters of a sign that the general index may list as the beginning of a construct."""

_IMPORT = re.compile(r"(?:from\s+([\w.]+)\s+)?import\s+([\w.]+)(?:\s+as\s+\w+)?")
_ERROR = re.compile(r"((?:\w+\.)+\w+|[A-Z]\w*)\s*:\s+(\S.*)")
_VARIABLE_PART = re.compile(r"'[^']*'|\"[^\"]*\"|\b0x[0-9a-f]+\b|\[Errno \d+\]|(?<!\w)[/~][\w./-]+")
_NAME = re.compile(r"[@.]?[^\W\d]\w*(?:\.\w+)*\.?(?:[(\[].*)?", re.DOTALL)
_ARGUMENTS = re.compile(r"[(\[].*$", re.DOTALL)
_ON_ITSELF = re.compile(r"^(?:self|cls)\.", re.IGNORECASE)
_STRING_SIGN = re.compile(r"""([a-z]{0,2})(["'])\2?""")
_GROUPED_NUMBER = re.compile(r"[\d_]*\d_\d[\d_]*")
_DOTTED_WORDS = re.compile(r"\w+(?: \w+)*(?:\.\w+)*")
_WORD = re.compile(r"[^\W_]+(?:_+[^\W_]+)*|_+[^\W_]\w*")

_SAYS_NOTHING = frozenset(
    """a an and are as at be by can could do does for from get has have how i if in into is it its me my of on or our
    should so that the their them then there this to use using via want was way what when where which who why will with
    without would you your python""".split()  # noqa: SIM905 - reads better than a hundred quotes
)
"""Words so common in questions that they find nothing; a query of only such words keeps them all."""


def recognise(text: str) -> Query:
    """Say what a query is.

    Args:
        text: not empty, white space folded, filters taken out.
    """
    folded = fold(text)
    found = (recogniser(text, folded) for recogniser in _RECOGNISERS)
    return next((query for query in found if query is not None), _as_words(text, folded))


def is_error(text: str) -> bool:
    """Whether a text is the last line of a traceback.

    >>> is_error("KeyError: 'x'"), is_error("error handling")
    (True, False)
    """
    return _ERROR.fullmatch(text) is not None


def words_of(text: str) -> tuple[str, ...]:
    """The words of a query that say something, folded, each once.

    >>> words_of("How do I copy a file?")
    ('copy', 'file')
    """
    found = dict.fromkeys(word.lower() for word in _WORD.findall(text))
    telling = [word for word in found if word not in _SAYS_NOTHING]
    return tuple(telling or found)[:MAX_WORDS]


def replace_words(text: str, replacements: dict[str, str]) -> str:
    """Put other words in the place of some, and leave everything between them as it is.

    >>> replace_words('"walrus" opertor', {"opertor": "operator"})
    '"walrus" operator'
    """
    return _WORD.sub(lambda match: replacements.get(match[0].lower(), match[0]), text)


def _as_import(text: str, folded: str) -> Query | None:
    match = _IMPORT.fullmatch(text)
    if match is None:
        return None
    module, name = match.groups()
    names = (f"{module}.{name}", name, module) if module else (name,)
    return Query(text, Shape.NAME, _each(map(fold, names)), words=words_of(folded), name=name)


def _as_error(text: str, folded: str) -> Query | None:
    match = _ERROR.fullmatch(text)
    if match is None:
        return None
    name, message = match.groups()
    said = words_of(_VARIABLE_PART.sub(" ", message))
    return Query(text, Shape.ERROR, _each((fold(name), folded)), _each(_suffixes(fold(name))), said)


def _as_keywords(text: str, folded: str) -> Query | None:
    spoken = folded.split()
    keywords = [word for word in spoken if word not in SYNTAX_WORDS] or spoken
    if not all(map(is_keyword, keywords)):
        return None
    return Query(text, Shape.SYNTAX, ((" ".join(keywords), folded), tuple(keywords)), words=words_of(text))


def _as_name(text: str, folded: str) -> Query | None:
    if _NAME.fullmatch(text) is None:
        return None
    name = _ON_ITSELF.sub("", _ARGUMENTS.sub("", text).strip("@."))
    bare = fold(name)
    if not bare:
        return None
    # What stands before the dot may be anybody's variable: my_list.append is somebody's append.
    return Query(text, Shape.NAME, _each((folded, bare)), _each(_suffixes(bare)), words_of(bare), name)


def _as_sign(text: str, folded: str) -> Query | None:
    if any(letter.isalpha() for letter in text) and " " in text:
        return None
    readings = [folded]
    if _STRING_SIGN.fullmatch(folded):
        readings.append(folded.rstrip("\"'") + folded[-1])  # r"" is indexed as r"
    if _GROUPED_NUMBER.fullmatch(folded):
        readings.append("_ in numeric literal")
    if not folded[0].isalnum():
        # The index lists how a construct begins, e.g. (?P< for (?P<name>...).
        readings += [folded[:length] for length in range(min(len(folded) - 1, _LONGEST_SIGN), 0, -1)]
    return Query(text, Shape.SYNTAX, _each(readings), words=words_of(text))


def _as_words(text: str, folded: str) -> Query:
    readings = [folded]
    if _DOTTED_WORDS.fullmatch(folded):
        readings.append(folded.replace(" ", "."))
    signs = [part for part in folded.split() if not any(letter.isalnum() for letter in part)]
    readings += signs or [folded[:-1] if folded.endswith("s") else folded + "s"]
    words = words_of(text)
    if signs:
        words = tuple(word for word in words if len(word) > 1)  # the variables of an expression
    return Query(text, Shape.WORDS, _each(readings), words=words)


def _suffixes(name: str) -> list[str]:
    return [name.split(".", skipped)[-1] for skipped in range(1, name.count(".") + 1)]


def _each(keys: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    return tuple((key,) for key in dict.fromkeys(keys) if key)


_RECOGNISERS: tuple[Callable[[str, str], Query | None], ...] = (
    _as_import,
    _as_error,
    _as_keywords,
    _as_name,
    _as_sign,
)
