"""Other words for the same thing: how people ask against how documentation says it."""

from __future__ import annotations

from functools import cache
from importlib import resources

from livedocs.library.analysis import stem


def synonyms(term: str) -> tuple[str, ...]:
    """Stems of other words for a stem, in the order of the thesaurus; none when it is not there.

    >>> "directori" in synonyms("folder")
    True
    """
    return _thesaurus().get(term, ())


@cache
def _thesaurus() -> dict[str, tuple[str, ...]]:
    """``thesaurus.txt``, read once. Each of its lines is a group of words any of which may stand for any other."""
    found: dict[str, dict[str, None]] = {}
    lines = resources.files("livedocs.search").joinpath("thesaurus.txt").read_text("utf-8").splitlines()
    for line in lines:
        group = dict.fromkeys(stem(word) for word in line.partition("#")[0].split())
        for term in group:
            found.setdefault(term, {}).update(dict.fromkeys(other for other in group if other != term))
    return {term: tuple(others) for term, others in found.items()}
