"""Error messages as they are pasted: which one it is, whatever stands in it, and what the documentation says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources

from livedocs.library.keys import fold

_LONGEST_MESSAGE = 300
"""Characters of a message that are compared with shapes; by then it has said what it is."""

_NUMBERED = re.compile(r"^\[(?:errno|winerror) -?\d+\] ")
_PROGRAM = re.compile(r"^(?:[^'\"]*\s)?error: ")
_WORD = re.compile(r"[^\W\d_]{2,}")
_FIXED_WORD = re.compile(r"(?<!\*)\b[^\W\d_]{2,}\b(?!\*)")
_OPEN_END = re.compile(r"(?<=\w)\*$")
_LEAST_FIXED_WORDS = 2
"""A message with fewer words of its own is only recognised behind its exception: ``f-string: *``."""


@dataclass(frozen=True)
class Explanation:
    """A message's shape and what explains it.

    Attributes:
        exception: folded name of what is raised with it; empty when a program prints it.
        shape: folded; ``*`` stands for whatever varies.
        keys: folded names, terms, titles and lines of the general index, best first.
    """

    exception: str
    shape: str
    keys: tuple[str, ...]

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Words that a message of this shape always has."""
        return tuple(_FIXED_WORD.findall(self.shape))

    @cached_property
    def spoken(self) -> bool:
        """Whether the message is recognised without its exception, or behind another one."""
        return len(_WORD.findall(self.shape)) >= _LEAST_FIXED_WORDS

    @cached_property
    def beginning(self) -> re.Pattern[str]:
        """What the message begins with; compiled when it is first needed."""
        return re.compile(_expression(self.shape) + r"(?!\w)")

    @cached_property
    def whole(self) -> re.Pattern[str]:
        """The message, perhaps with more behind a sign; compiled when it is first needed."""
        return re.compile(_expression(_OPEN_END.sub("", self.shape)) + r"(?: ?[.:;,(].*)?")


def explanation(message: str, exception: str = "") -> Explanation | None:
    """What explains a message; None: its shape is not known.

    Args:
        message: folded; without its exception the whole of it must be of that shape.
        exception: folded, if it is known.

    >>> explanation("unhashable type: 'dict'").exception
    'typeerror'
    >>> explanation("unhashable types in the documentation") is None
    True
    """
    said = _PROGRAM.sub("", _NUMBERED.sub("", message[:_LONGEST_MESSAGE]))
    words = _WORD.findall(said)
    if not exception and len(words) < _LEAST_FIXED_WORDS:
        return None
    listed = sorted(number for word in {"", *words} for number in _by_word().get(word, ()))
    candidates = [explanations()[number] for number in listed]
    if not exception:
        return next((item for item in candidates if item.spoken and item.whole.fullmatch(said)), None)
    own = [item for item in candidates if _may_be(item.exception, exception)]
    others = [item for item in candidates if item.spoken]
    return next((item for item in (*own, *others) if item.beginning.match(said)), None)


@cache
def explanations() -> tuple[Explanation, ...]:
    """The table ``messages.txt``, read once."""
    lines = resources.files("livedocs.search").joinpath("messages.txt").read_text("utf-8").splitlines()
    found: list[Explanation] = []
    for line in lines:
        if line and not line.startswith("=="):
            said, _, keys = line.partition(" -> ")
            exception, _, shape = said.partition(":")
            listed = [fold(key) for key in keys.split(" | ")]
            name = fold(exception)
            also = [name] if name and name.rpartition(".")[2] not in {key.rpartition(".")[2] for key in listed} else []
            found.append(Explanation(name, fold(shape), (*listed, *also)))
    return tuple(found)


@cache
def _by_word() -> dict[str, list[int]]:
    """The positions of explanations in the table by the longest word that their message always has; "": it has none."""
    found: dict[str, list[int]] = {}
    for number, item in enumerate(explanations()):
        found.setdefault(max(item.words, key=len, default=""), []).append(number)
    return found


def _expression(shape: str) -> str:
    """A star between spaces is at least something, one behind a word may be nothing."""
    return re.escape(shape).replace(r"\ \*", r"\ .+?").replace(r"\*", ".*?")


def _may_be(one: str, other: str) -> bool:
    """Whether two names are of the same exception; modules are compared as far as they are given."""
    packages = {name.partition(".")[0].lstrip("_") for name in (one, other) if "." in name}  # _pickle is half of pickle
    return one.rpartition(".")[2] == other.rpartition(".")[2] and len(packages) < len((one, other))
