"""Judged queries typed letter by letter, and what the times of the key presses come to."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_SEED = 311
"""The one with which the peers' benchmark shuffles, so that the stream is the same."""

_MISTYPED = 0.1
"""Share of the users who mistype a letter."""

_NOTICED_AFTER = 3
"""Letters until they take it back."""

Ask = Callable[[str], float]
"""Answers one key press and says how many milliseconds that took."""


def shuffled_queries(paths: Iterable[Path], count: int) -> list[str]:
    """So many queries of files of judged queries, in the order of the peers' benchmark."""
    lines = [line for path in paths for line in path.read_text("utf-8").splitlines() if line.strip()]
    queries = [json.loads(line)["query"] for line in lines]
    random.Random(_SEED).shuffle(queries)  # noqa: S311 - repeatable on purpose
    return queries[:count]


def key_presses(queries: Iterable[str]) -> list[str]:
    """What stands in the box after each key press.

    >>> key_presses(["abc"])
    ['a', 'ab', 'abc']
    """
    return [query[:typed] for query in queries for typed in range(1, len(query) + 1)]


def typing_mix(queries: Sequence[str], users: int) -> list[str]:
    """The key presses of many users one after the other: few queries are asked by many, most by few (Zipf's law).

    One user in ten mistypes a letter, which leads to prefixes that nobody typed before, and takes it back.
    """
    chance = random.Random(_SEED)  # noqa: S311 - repeatable on purpose
    wanted = chance.choices(queries, weights=[1 / rank for rank in range(1, len(queries) + 1)], k=users)
    presses: list[str] = []
    for query in wanted:
        if chance.random() < _MISTYPED:
            presses += _mistyped(query, chance)
        presses += key_presses([query])
    return presses


def _mistyped(query: str, chance: random.Random) -> list[str]:
    place = chance.randrange(len(query))
    wrong = query[:place] + chance.choice("abcdefghijklmnopqrstuvwxyz") + query[place:]
    return key_presses([wrong])[place : place + _NOTICED_AFTER]


@dataclass(frozen=True, slots=True)
class Times:
    """How long key presses took, in milliseconds."""

    p50: float
    p95: float
    p99: float
    worst: float

    @classmethod
    def of(cls, milliseconds: Iterable[float]) -> Times:
        """By nearest rank, as the peers' benchmark counts."""
        ordered = sorted(milliseconds)
        return cls(*(ordered[max(0, math.ceil(share * len(ordered)) - 1)] for share in (0.5, 0.95, 0.99, 1.0)))


def typed_in_rounds(contenders: Mapping[str, Ask], presses: Sequence[str], rounds: int) -> dict[str, list[float]]:
    """Type the whole stream with each contender, in turns, so that what else the machine does meets all of them.

    Returns:
        For each contender the milliseconds of each key press, the median over the rounds.
    """
    taken: dict[str, list[list[float]]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, ask in contenders.items():
            taken[name].append([ask(text) for text in presses])
    return {name: [median(press) for press in zip(*each, strict=True)] for name, each in taken.items()}
