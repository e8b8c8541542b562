"""Recognising what kind of thing a query is, and what to look up for it.

Each recogniser takes the text and its folded form and answers with a query, or with None when the text is something
else; they are asked in order.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace

from livedocs.library.analysis import STOP_WORDS
from livedocs.library.keys import SYNTAX_WORDS, fold, is_keyword
from livedocs.search.messages import explanation
from livedocs.search.query import Query, Shape
from livedocs.search.syntax import construct, operators

MAX_WORDS = 24
"""Words of a query that are searched for; a pasted message has said enough by then."""

_LONGEST_SIGN = 8
"""Characters of a sign that the general index may list as the beginning of a construct."""

_IMPORT = re.compile(r"(?:from\s+([\w.]+)\s+)?import\s+\(?\s*([\w.]+)(?:\s+as\s+\w+)?((?:\s*,\s*\w+)*)\s*\)?")
_ERROR = re.compile(r"((?:\w+\.)*[A-Z]\w*|(?:\w+\.)+(?:\w*error|timeout))\s*:\s+(\S.*)")
_ERROR_AMID_WORDS = re.compile(r".*?\b((?:\w+\.)*[A-Z]\w*(?:Error|Exception|Warning))\s*:\s+(\S.*)")
"""Behind a file and a line, or a question's first words."""

_ERROR_WITHOUT_COLON = re.compile(r"((?:\w+\.)*[A-Z]\w*(?:Error|Exception|Warning))\s+(\S.*)")
_QUOTED = r"(?<!\w)'[^']*'|\"[^\"]*\"|`[^`]*`"
_VARIABLE_PART = re.compile(
    rf"\. (?:Did you mean|Perhaps you|Maybe you).*|<[^<>]*>|{_QUOTED}|\b0x[0-9a-f]+\b"
    r"|\[(?:Errno|WinError) \d+\]|(?<!\w)[/~][\w./-]+|(?<![\w.])\d[\d.]*\b"
)
"""What differs each time a message is printed: advice, representations, quotes, addresses, paths, numbers."""

_NAME = re.compile(r"[@.]?[^\W\d]\w*(?:\.\w+)*\.?(?:[(\[].*)?", re.DOTALL)
_NAME_ON_ITS_WAY = re.compile(r"^(?:await |return |yield |raise |[^\W\d]\w* = (?:await )?)(?=[\w.]*[.(])")
"""What may stand before a call that is pasted from a program."""

_LITERAL = re.compile(r"^(?:([a-zA-Z]?)(?:\"[^\"]*\"|'[^']*')|(\[)[^\[\]]*\]|(\{)[^{}]*\})\.(?=\w)")
_TYPES_OF_LITERALS = {"[": "list.", "{": "dict.", "b": "bytes.", "B": "bytes."}
_ARGUMENTS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_OPEN_ARGUMENTS = re.compile(r"[(\[].*$", re.DOTALL)
_SAYS_NOTHING = STOP_WORDS | {"python"}
"""Words so common in questions that they find nothing; a query of only such words keeps them all."""

_QUESTION = re.compile(
    r"^(?:what (?:is|are|does|do)|how (?:do i|to|does)|meaning of|difference between) ", re.IGNORECASE
)
_ASKS_ABOUT_SIGNS = (_SAYS_NOTHING - {"as", "if", "in", "is", "with"}) | frozenset(
    """arrow between character explain keyword mean meaning means operator operators or punctuation sign signs symbol
    symbols syntax used versus vs vs.""".split()  # noqa: SIM905 - reads better than a hundred quotes
)
"""Words around a sign that is asked about."""

_SIGN = re.compile(r"[^\w\s.,?!'-]")
_WORD_BESIDE = re.compile(r"[^\W\d]{2,} | [^\W\d]{2,}")
_ANY_NAME = "x"
_OF_ANY_VARIABLE = re.compile(r"\[-?\d+\]|\(\*\*?\w+\)")
"""What follows a variable more often than a name somebody would look up."""

_LIST_METHOD = re.compile(r"list\.(?:append|clear|copy|count|extend|index|insert|pop|remove|reverse)")
_LIST_METHODS = ("mutable sequence types", "common sequence operations", "more on lists")
"""Where methods of lists are explained, which have no entries of their own in every version."""

_ON_ITSELF = re.compile(r"^(?:self|cls)\.", re.IGNORECASE)
_OF_PYTHON = re.compile(r"^python ?[23]?(?:\.\d+)? |(?: in| with| using)? python ?[23]?(?:\.\d+)?$", re.IGNORECASE)
_MODULE = re.compile(r"([\w.]+) (?:module|package|library)|module ([\w.]+)")
_CLASS = re.compile(r"([A-Z]\w*) (?:class|exception)|(?:class|exception) ([A-Z]\w*)")
_COMPARED = re.compile(r"(?:difference between )?([\w.]+)(?:\(\))? (?:vs\.?|versus) ([\w.]+)(?:\(\))?")
_NAME_AMID_WORDS = re.compile(
    r"(?<![\w.])(?:[^\W\d]\w*(?:\.[^\W\d]\w*)+|[^\W\d]\w*(?=\(\))|\w*[^\W_]_+[^\W_]\w*|__\w+__)(?!\w)"
)
"""What cannot be a word: it has dots, brackets, or underscores."""

_CLASS_AMID_WORDS = re.compile(r"(?<=\w )(?:[A-Z][a-z]+){2,}(?= \w)")
"""Capitals inside: among words a class; alone with another word perhaps the first half of a dotted name."""

_CONSTANTS = frozenset({"none", "true", "false"})
_KIND_OF_KEYWORD = {
    **dict.fromkeys(("and", "or", "not", "in", "is"), "operator"),
    **dict.fromkeys(("lambda", "await", "yield"), "expression"),
    **dict.fromkeys(("else", "except", "finally"), "clause"),
}
"""What the documentation calls a keyword's construct; statement when nothing else is said."""

_PLACES_OF_KEYWORD = {
    "operator": ("{} operator",),
    "expression": ("{} expression", "{} expressions", "{} keyword", "{} form", "{}s", "the {} statement"),
    "clause": ("{} clause", "{} keyword"),
    "statement": ("the {} statement", "{} statement", "{} statements", "{} keyword", "{} definitions"),
}
"""Titles of sections and lines of the general index about a keyword; its bare name leads to other things as well."""

_SPOKEN_OF_SYNTAX = SYNTAX_WORDS | frozenset(
    """blocks clauses definition exception exceptions expressions function functions keywords loop loops
    operators statements syntax""".split()  # noqa: SIM905 - reads better than a hundred quotes
)
"""Words that people put behind a keyword, or before it: *for loop*, *lambda function*."""

_DOTTED_WORDS = re.compile(r"\w+(?: \w+)*(?:\.\w+)*")
_WORD = re.compile(r"[^\W_]+(?:_+[^\W_]+)*|_+[^\W_]\w*")


def recognise(text: str) -> Query:
    """Say what a query is.

    Args:
        text: not empty, white space folded, filters taken out.
    """
    folded = fold(text)
    for recogniser in _RECOGNISERS:
        query = recogniser(text, folded)
        if query is not None:
            return query
    return _as_words(text, folded)


def is_error(text: str) -> bool:
    """Whether a text is the last line of a traceback, or a message without its exception.

    >>> is_error("KeyError: 'x'"), is_error("list index out of range"), is_error("error handling")
    (True, True, False)
    """
    return _exception_and_message(text) is not None


def _exception_and_message(text: str) -> tuple[str, str] | None:
    """The two parts of an error; the exception may be missing when the message is a known one."""
    if ":" in text:
        match = _ERROR.fullmatch(text) or _ERROR_AMID_WORDS.fullmatch(text)
        if match is not None:
            return match[1], match[2]
    match = _ERROR_WITHOUT_COLON.fullmatch(text)
    if match is not None and explanation(fold(match[2]), fold(match[1])):
        return match[1], match[2]
    return ("", text) if explanation(fold(text)) else None


def is_syntax(text: str) -> bool:
    """Whether a text is a piece of syntax: quotes in it stand for strings.

    >>> is_syntax('assert x, "message"'), is_syntax('unpacking "argument lists"')
    (True, False)
    """
    return construct(text) is not None


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
    module, name, others = match.groups()
    names = (f"{module}.{name}", name, module) if module else (name,)
    first, *freer = _each(map(fold, names))
    also = [fold(f"{module}.{other}" if module else other) for other in re.findall(r"\w+", others)]
    return Query(text, Shape.NAME, ((*first, *also), *freer), words=words_of(folded), name=name)


def _as_error(text: str, folded: str) -> Query | None:
    parts = _exception_and_message(text)
    if parts is None:
        return None
    exception, message = _public(fold(parts[0])), fold(parts[1])
    explained = explanation(message, exception)
    keys = explained.keys if explained else ()
    if exception and _last_part(exception) not in map(_last_part, keys):
        keys = (*keys, exception)
    said = words_of(_VARIABLE_PART.sub(" ", parts[1]))
    return Query(text, Shape.ERROR, _each((*keys, folded)), _each(_suffixes(exception)), said)


def _as_construct(text: str, folded: str) -> Query | None:
    found = construct(text)
    if found is None:
        return None
    # A sign alone stands in many lines of the general index, words beside it are perhaps one of its lines.
    readings = ((folded,), found.keys) if _WORD_BESIDE.search(folded) else (found.keys, (folded,))
    return Query(text, Shape.SYNTAX, readings, words=_words_amid_signs(text))


def _as_keywords(text: str, folded: str) -> Query | None:
    spoken = _OF_PYTHON.sub("", folded).split()
    keywords = [word for word in spoken if word not in _SPOKEN_OF_SYNTAX] or spoken
    if not all(map(is_keyword, keywords)) or keywords == ["type"]:  # which is a function before it is a statement
        return None
    if spoken[0] != keywords[0] and spoken[-1] != keywords[-1]:  # functions and exceptions
        return None
    spelt = " ".join(keywords)
    literally = (spelt, folded)
    if spelt in _CONSTANTS:
        return Query(text, Shape.SYNTAX, (literally,), words=(spelt,))
    kind = _KIND_OF_KEYWORD.get(keywords[0], "statement")
    places = tuple(place.format(spelt) for place in _PLACES_OF_KEYWORD[kind])
    words = () if kind == "operator" else (*keywords, kind)
    return Query(text, Shape.SYNTAX, (places, literally, tuple(keywords)), words=words)


def _as_operators(text: str, folded: str) -> Query | None:
    signs = operators(text)
    if not signs:
        return None
    spoken = tuple(f"{sign} operator" for sign in signs)
    return Query(text, Shape.SYNTAX, ((folded,), spoken, signs), words=_words_amid_signs(text))


def _as_name(text: str, folded: str) -> Query | None:
    called = _LITERAL.sub(_type_of_literal, _NAME_ON_ITS_WAY.sub("", text))
    if _NAME.fullmatch(called) is None:
        return None
    name = _ON_ITSELF.sub("", _without_arguments(called).strip("@."))
    bare = fold(name)
    if not bare:
        return None
    # What stands before the dot may be anybody's variable: my_list.append is somebody's append.
    fallbacks = list(_each(_suffixes(bare)))
    if _LIST_METHOD.fullmatch(bare):
        fallbacks.insert(0, _LIST_METHODS)
    following = called.removeprefix(name)
    if _OF_ANY_VARIABLE.fullmatch(following) and (unknown := construct(_ANY_NAME + following)):
        fallbacks.append(unknown.keys)
    return Query(
        text,
        Shape.NAME,
        _each((folded, bare)),
        tuple(fallbacks),
        words_of(bare),
        name,
        open_ended="(" not in called and "[" not in called,
        member=text.startswith("."),
    )


def _without_arguments(text: str) -> str:
    """A name without calls and subscripts: ``Path().read_text(`` is ``Path.read_text``."""
    while (shorter := _ARGUMENTS.sub("", text)) != text:
        text = shorter
    return _OPEN_ARGUMENTS.sub("", text)


def _type_of_literal(match: re.Match[str]) -> str:
    return _TYPES_OF_LITERALS.get(match[1] or match[2] or match[3] or "", "str.")


def _as_sign(text: str, folded: str) -> Query | None:
    if any(letter.isalpha() for letter in text) and " " in text:
        return None
    readings = [folded]
    if not folded[0].isalnum():
        # The index lists how a construct begins, e.g. (?P< for (?P<name>...).
        readings += [folded[:length] for length in range(min(len(folded) - 1, _LONGEST_SIGN), 0, -1)]
    return Query(text, Shape.SYNTAX, _each(readings), words=words_of(text))


def _as_question_about_signs(text: str, folded: str) -> Query | None:
    """What does // do, meaning of :=, == vs is: signs amid words that say nothing else."""
    if _SIGN.search(folded) is None:
        return None
    asked = _QUESTION.sub("", _OF_PYTHON.sub("", text.rstrip("?")))
    telling = [token for token in asked.split() if token.lower() not in _ASKS_ABOUT_SIGNS]
    signs = [token for token in telling if not any(letter.isalnum() for letter in token)]
    if len(telling) == 1 and telling[0] != text and (signs or construct(telling[0])):
        return replace(recognise(telling[0]), text=text)
    if not signs or not all(token in signs or is_keyword(token.lower()) for token in telling):
        return None
    spoken = tuple(f"{token.lower()} operator" for token in telling)
    return Query(text, Shape.SYNTAX, ((folded,), spoken, tuple(signs)), words=())


def _as_words(text: str, folded: str) -> Query:
    readings: list[tuple[str, ...]] = [(folded,)]
    said = _OF_PYTHON.sub("", folded)
    readings += [(key,) for key in (said, said.replace(" ", ".")) if _DOTTED_WORDS.fullmatch(key)]
    readings.append(_names_amid_words(text))
    signs = [part for part in folded.split() if not any(letter.isalnum() for letter in part)]
    readings += _each(signs or [said[:-1] if said.endswith("s") else said + "s"])
    words = words_of(text)
    if signs:
        words = tuple(word for word in words if len(word) > 1)  # the variables of an expression
    return Query(text, Shape.WORDS, tuple(dict.fromkeys(filter(None, readings))), words=words)


def _names_amid_words(text: str) -> tuple[str, ...]:
    """Names that a question mentions, folded: what looks like one, or stands where one must."""
    named = _COMPARED.fullmatch(text) or _CLASS.fullmatch(text)
    names = [name for name in named.groups() if name] if named else []
    module = _MODULE.fullmatch(text)
    if module is not None:
        names += [name for name in module.groups() if name and name.partition(".")[0] in sys.stdlib_module_names]
    names = names or _NAME_AMID_WORDS.findall(text)
    return tuple(dict.fromkeys(map(fold, names or _CLASS_AMID_WORDS.findall(text))))


def _words_amid_signs(text: str) -> tuple[str, ...]:
    """Words of a piece of syntax that are more than names of variables, numbers and keywords."""
    words = _WORD.findall(fold(text))
    return tuple(
        dict.fromkeys(word for word in words if len(word) > 2 and not word[0].isdigit() and not is_keyword(word))
    )


def _last_part(name: str) -> str:
    return name.rpartition(".")[2]


def _public(name: str) -> str:
    """A name without the modules that Python hides: ``concurrent.futures._base.TimeoutError``, ``_csv.Error``."""
    first, *rest = name.split(".")
    return ".".join((first.lstrip("_"), *(part for part in rest[:-1] if not part.startswith("_")), *rest[-1:]))


def _suffixes(name: str) -> list[str]:
    return [name.split(".", skipped)[-1] for skipped in range(1, name.count(".") + 1)]


def _each(keys: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    return tuple((key,) for key in dict.fromkeys(keys) if key)


_RECOGNISERS: tuple[Callable[[str, str], Query | None], ...] = (
    _as_error,
    _as_construct,
    _as_import,
    _as_keywords,
    _as_operators,
    _as_name,
    _as_sign,
    _as_question_about_signs,
)
