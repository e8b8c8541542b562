"""Reading a query: what was typed, what kind of thing it looks like, and what to look up for it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum

from livedocs.errors import QueryError
from livedocs.library.keys import SYNTAX_WORDS, fold, is_keyword
from livedocs.search.models import Filters

MAX_QUERY_CHARS = 1000
"""Longer queries are refused: nobody types them, and each word costs a look-up."""

MAX_WORDS = 24
"""Words of a query that are searched for; a pasted traceback has said enough by then."""


_LONGEST_SIGN = 8


class Shape(Enum):
    """What a query looks like; each shape is looked up in its own way."""

    EMPTY = "empty"
    NAME = "name"
    """One identifier, perhaps dotted: ``asyncio.gather``, ``Path.read_text``, ``open(``."""
    SYNTAX = "syntax"
    """Signs rather than words: ``:=``, ``r""``, ``(?P<name>...)``."""
    ERROR = "error"
    """The last line of a traceback: ``KeyError: 'x'``."""
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was understood.

    Attributes:
        text: as typed, white space folded, without filters.
        shape: what it looks like.
        readings: folded strings to look up among names and terms, the most literal reading first; those of one reading
            are equally good.
        words: folded words to look up in full text, without those that say nothing.
        open_ended: the last word may still be being typed.
        filters: what the search is limited to.
    """

    text: str
    shape: Shape
    readings: tuple[tuple[str, ...], ...] = ()
    words: tuple[str, ...] = ()
    open_ended: bool = True
    filters: Filters = field(default_factory=Filters)

    @property
    def beginning(self) -> str:
        """What a name or term would begin with while the query is still being typed."""
        return self.readings[-1 if self.shape is Shape.NAME else 0][0]

    @property
    def all_words(self) -> bool:
        """Whether text must hold every word: parts of a name belong together, a question says more than its answer."""
        return self.shape is Shape.NAME


_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_FILTER = re.compile(r"(?:^|(?<=\s))(kind|docset):([\w.@+-]+)(?=\s|$)")
_NAME = re.compile(r"@?[^\W\d]\w*(?:\.\w+)*\.?(?:\(.*)?", re.DOTALL)
_IMPORT = re.compile(r"(?:from\s+([\w.]+)\s+)?import\s+([\w.]+)(?:\s+as\s+\w+)?")
_ERROR = re.compile(
    r"(?:[\w.]*\.)?([A-Z]\w*(?:Error|Exception|Warning|Interrupt|Exit|Iteration|Group)|[\w.]+\.error)\s*:\s*(.*)"
)
_TRACEBACK = "Traceback (most recent call last)"
_VARIABLE_PART = re.compile(r"'[^']*'|\"[^\"]*\"|\b0x[0-9a-f]+\b|\[Errno \d+\]|(?<!\w)[/~][\w./-]+")
_WORD = re.compile(r"[^\W_]+(?:_+[^\W_]+)*|_+[^\W_]\w*", re.UNICODE)
_CALL = re.compile(r"\(.*$", re.DOTALL)
_STRING_SIGN = re.compile(r"""([a-z]{0,2})(["'])\2?""", re.IGNORECASE)

_SAYS_NOTHING = frozenset(
    """a an and are as at be by can could do does for from get has have how i if in into is it its me my of on or our
    should so that the their them then there this to use using via want was way what when where which who why will with
    without would you your python""".split()  # noqa: SIM905 - reads better than a hundred quotes
)
"""Words so common in questions that they find nothing; a query of only such words keeps them all."""


def parse(text: str, filters: Filters = Filters()) -> Query:  # noqa: B008 - frozen
    """Understand a query.

    Args:
        text: as typed; control characters and lone surrogates count as spaces.
        filters: limits given beside the text; ``kind:`` and ``docset:name@version`` inside it win over them.

    Raises:
        QueryError: it is longer than `MAX_QUERY_CHARS`.
    """
    if len(text) > MAX_QUERY_CHARS:
        raise QueryError(
            f"The query is {len(text)} characters long, at most {MAX_QUERY_CHARS} can be answered. "
            "Paste the last line of an error rather than all of it."
        )
    cleaned = unicodedata.normalize("NFC", _CONTROL.sub(" ", text))
    cleaned, filters = _take_filters(cleaned, filters)
    open_ended = not cleaned.endswith(" ")
    cleaned = " ".join(_last_line(cleaned).split())
    if not cleaned:
        return Query("", Shape.EMPTY, filters=filters)
    query = _shaped(cleaned)
    return replace(query, open_ended=open_ended and query.shape is not Shape.ERROR, filters=filters)


def _take_filters(text: str, filters: Filters) -> tuple[str, Filters]:
    for name, value in _FILTER.findall(text):
        if name == "kind":
            filters = replace(filters, kind=value.lower())
        else:
            docset, _, version = value.partition("@")
            filters = replace(filters, docset=docset.lower(), version=version)
    return _FILTER.sub(" ", text).lstrip(), filters


def _last_line(text: str) -> str:
    """Of a pasted traceback only its last line; control characters are gone, so it ends at the last exception."""
    if _TRACEBACK not in text:
        return text
    *_, last = re.split(r"\s(?=[\w.]*(?:Error|Exception|Warning)\b)", text)
    return last


def _shaped(text: str) -> Query:
    folded = fold(text)
    imported = _IMPORT.fullmatch(text)
    if imported:
        module, name = imported.groups()
        names = (f"{module}.{name}", name, module) if module else (name,)
        return Query(text, Shape.NAME, _each(map(fold, names)), _words(text))
    error = _ERROR.fullmatch(text)
    if error:
        name, message = error.groups()
        said = _VARIABLE_PART.sub(" ", message)
        return Query(text, Shape.ERROR, _each((fold(text.partition(":")[0]), fold(name))), _words(said))
    words = _words(text)
    signs = folded.split()
    said = [word for word in signs if word not in SYNTAX_WORDS] or signs
    if all(map(is_keyword, said)):
        return Query(text, Shape.SYNTAX, ((" ".join(said), folded), tuple(said)), words)
    if _NAME.fullmatch(text):
        bare = _CALL.sub("", folded).strip("@.")
        return Query(text, Shape.NAME, _each((folded, bare)), _words(bare))
    if not any(letter.isalpha() for letter in text) or len(signs) == 1:
        return Query(text, Shape.SYNTAX, _each(_sign_readings(folded)), words)
    readings = [folded, folded[:-1] if folded.endswith("s") else folded + "s"]
    if re.fullmatch(r"\w+( \w+)*(\.\w+)*", folded):
        readings.insert(1, folded.replace(" ", "."))
    return Query(text, Shape.WORDS, _each(readings), words)


def _each(keys: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    return tuple((key,) for key in dict.fromkeys(keys) if key)


def _words(text: str) -> tuple[str, ...]:
    found = dict.fromkeys(word.lower() for word in _WORD.findall(text))
    telling = [word for word in found if word not in _SAYS_NOTHING]
    return tuple(telling or found)[:MAX_WORDS]


def _sign_readings(folded: str) -> list[str]:
    """Literally; then with one quote for two (``r""`` is indexed as ``r"``); then ever shorter beginnings."""
    readings = [folded]
    if _STRING_SIGN.fullmatch(folded):
        readings.append(folded.rstrip("\"'") + folded[-1])
    if re.fullmatch(r"[\d_]*\d_\d[\d_]*", folded):
        readings.append("_ in numeric literal")
    # The index lists how a construct begins, e.g. (?P< for (?P<name>...).
    readings += [folded[:length] for length in range(min(len(folded) - 1, _LONGEST_SIGN), 0, -1)]
    return readings
