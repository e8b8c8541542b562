"""Reading what was typed: cleaned, filters taken out, then recognised."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from livedocs.errors import QueryError
from livedocs.library.keys import docset_slug, fold, split_docset
from livedocs.search.models import Filters
from livedocs.search.query import Query, Shape
from livedocs.search.shapes import is_error, is_syntax, recognise

MAX_QUERY_CHARS = 1000
"""Longer queries are refused: nobody types them, and each word costs a look-up."""

MAX_PASTED_CHARS = 20_000
"""A traceback may be so long: of all its lines only the last one is looked for."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_FILTER = re.compile(
    r"(?:^|(?<=\s))(?:(kind|docset|in|new|deprecated):([\w.@+-]+)(?=\s|$)|([\w.-]+@[\w.+-]+):(?=\s|$))"
)
_PHRASE = re.compile(r'(?<!\S)"([^"]*\w[^"]*)"(?!\S)')
_EXCLUDED = re.compile(r"(?<=\s)-([^\W\d_]\w+)(?!\S)")
_FIELDS = {"kind": "kind", "in": "module", "new": "added"}
_YES_OR_NO = {"yes": True, "true": True, "no": False, "false": False}
_PUNCTUATION = re.compile(r"(?<=\w)[?!,;:.]+$")
_TRACEBACK = re.compile(r"Traceback \(most recent call last\)|\bFile \"[^\"]+\", line \d+")
_LAST_LINE = re.compile(r"[^\W\d][\w.]*(?::\s.*)?")
_GROUP_FRAME = re.compile(r"^(?:\s*[|+] ?-*)+ ?")
"""What traces of exception groups are drawn with."""

# Pasted into a box of one line a traceback loses its line breaks: the last thing that looks like an exception is it.
_EXCEPTION = re.compile(
    r"(?<![\w.])(?:\w+\.)*(?:[A-Z]\w*(?:Error|Exception|Warning|Interrupt|Exit|Iteration|Group)|(?<=\.)error)\b"
)


def parse(text: str, filters: Filters = Filters()) -> Query:  # noqa: B008 - frozen
    """Understand a query.

    Args:
        text: as typed; control characters and lone surrogates count as spaces.
        filters: limits given beside the text; those inside it (``kind:``, ``docset:``, ``in:``, ``new:``,
            ``deprecated:``, ``name@version:``) win over them.

    Raises:
        QueryError: it is longer than `MAX_QUERY_CHARS`, and no traceback.
    """
    said = _last_line(text) if len(text) <= MAX_PASTED_CHARS else text
    if len(said) > MAX_QUERY_CHARS:
        raise QueryError(
            f"The query is {len(said)} characters long, at most {MAX_QUERY_CHARS} can be answered. "
            "Paste the last line of an error rather than all of it."
        )
    open_ended = not said[-1:].isspace()  # a filter behind it does not end the last word
    typed, filters = _take_filters(unicodedata.normalize("NFC", said), filters)
    asked = clean(typed)
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    if _is_marked(asked):
        phrases = tuple(fold(phrase) for phrase in _PHRASE.findall(asked))
        excluded = tuple(fold(word) for word in _EXCLUDED.findall(asked))
        asked = clean(_EXCLUDED.sub(" ", _PHRASE.sub(r"\1", asked)))
    wanted = _PUNCTUATION.sub("", asked)
    if wanted != asked and is_syntax(asked):
        wanted = asked
    if not wanted:
        return Query("", Shape.EMPTY, filters=filters)
    query = recognise(wanted)
    return replace(
        query,
        open_ended=query.open_ended and open_ended and query.shape is not Shape.ERROR and not phrases,
        filters=filters,
        phrases=phrases,
        excluded=excluded,
    )


def _is_marked(asked: str) -> bool:
    """Whether phrases or words to exclude are marked; quotes and dashes of a message or piece of syntax are its own."""
    if '"' not in asked and " -" not in asked:  # nearly always; this is asked at every key press
        return False
    unmarked = _EXCLUDED.sub("", _PHRASE.sub("", asked))
    return unmarked != asked and not (is_error(asked) or (unmarked and is_syntax(asked)))


def filters_in(text: str) -> list[tuple[int, int]]:
    """Where filters stand in a query, as ``(start, end)``; none are taken from a traceback.

    >>> filters_in("json kind:class deprecated:perhaps")
    [(5, 15)]
    """
    if ":" not in text or len(text) > MAX_QUERY_CHARS:
        return []
    matches = _FILTER.finditer(text)
    return [match.span() for match in matches if match[1] != "deprecated" or match[2].lower() in _YES_OR_NO]


def clean(text: str) -> str:
    """A text without control characters and lone surrogates, white space folded.

    >>> clean("  a  b ")
    'a b'
    """
    return " ".join(_CONTROL.sub(" ", text).split())


def _take_filters(text: str, filters: Filters) -> tuple[str, Filters]:
    taken: dict[str, str | bool] = {}

    def take(match: re.Match[str]) -> str:
        name, value = (match[1], match[2]) if match[1] else ("docset", match[3])
        match name:
            case "docset":
                taken["docset"], taken["version"] = split_docset(value)
            case "deprecated" if value.lower() not in _YES_OR_NO:
                return match[0]
            case "deprecated":
                taken["deprecated"] = _YES_OR_NO[value.lower()]
            case _:
                taken[_FIELDS[name]] = value
        return " "

    rest = (_FILTER.sub(take, text) if ":" in text else text).lstrip()
    if not taken and not filters:
        return rest, filters
    given = replace(filters, **taken)  # pyright: ignore[reportArgumentType] - each value is of its field's type
    cleaned = replace(
        given,
        docset=docset_slug(given.docset) if given.docset else "",
        version=docset_slug(given.version) if given.version else "",
        kind=clean(given.kind).lower(),
        module=clean(given.module).lower(),
        added=clean(given.added),
    )
    return rest, cleaned


def _last_line(text: str) -> str:
    """Of a pasted traceback the exception and its message, of anything else everything."""
    if not _TRACEBACK.search(text):
        return text
    lines = [_GROUP_FRAME.sub("", line) for line in text.splitlines()]
    last = [line for line in lines if _LAST_LINE.fullmatch(line)]
    if last:
        return last[-1]
    exceptions = [match.start() for match in _EXCEPTION.finditer(text) if text[match.end() :].strip()[:1] in {"", ":"}]
    return text[exceptions[-1] :] if exceptions else text
