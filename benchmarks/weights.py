"""What each weight of the ranking rules is worth, on judged queries split into parts.

``python -m benchmarks.weights JUDGED.jsonl ... [--scorer FOLDER] [--library FILE] [--only RULE] [--parts N]
[--docset NAME[@VERSION]]``

Every number among a rule's fields is halved, lowered, raised and doubled, alone. Printed is the change of MRR@10, for
all queries and for each part of them (every N-th query belongs to one part). A change is worth making when every part
gains by it: what helps one part and harms another is noise, and what helps a single query is no rule. Words alone are
compared, so that the weights of meaning change nothing here.
"""

from __future__ import annotations

import argparse
from dataclasses import fields, replace
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from benchmarks.judging import Answer, Judge
from livedocs.library.keys import split_docset
from livedocs.search.models import Filters
from livedocs.search.opening import open_engine
from livedocs.search.rules import RULES
from livedocs.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from livedocs.search.rules import Rule

_FACTORS = (0.5, 0.8, 1.25, 2.0)


def main() -> None:
    """Run the sweep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("judged", type=Path, nargs="+", help="files of judged queries")
    parser.add_argument("--scorer", type=Path, help="folder of score.py and anchors.json")
    parser.add_argument("--library", type=Path, default=Settings().library_path)
    parser.add_argument("--docset", default="python", help="docset the judgements speak of, NAME[@VERSION]; '': all")
    parser.add_argument("--only", default="", help="only the rule whose class has this name")
    parser.add_argument("--parts", type=int, default=4)
    arguments = parser.parse_args()
    judge = Judge(arguments.scorer or arguments.judged[0].parent)
    judged = [item for path in arguments.judged for item in judge.read(path)]
    name, version = split_docset(arguments.docset)
    filters = Filters(docset=name, version=version)
    with open_engine(arguments.library) as engine:
        base = judge.ask(engine, filters, judged, explain=False)
        print(f"{'weight':44}{'factor':>8}{'MRR@10':>9}{'S@1':>9}   each part")
        for rule in RULES:
            if arguments.only in {"", type(rule).__name__}:
                for label, factor, changed in _changes(rule):
                    rules = [changed if other is rule else other for other in RULES]
                    answers = judge.ask(engine.with_rules(rules), filters, judged, explain=False)
                    _print(f"{type(rule).__name__}.{label}", factor, base, answers, arguments.parts)


def _changes(rule: Rule) -> Iterator[tuple[str, float, Rule]]:
    known: Any = rule
    for field in fields(known):
        value = getattr(known, field.name)
        for factor in _FACTORS:
            if isinstance(value, float):
                yield field.name, factor, replace(known, **{field.name: value * factor})
            elif isinstance(value, dict):
                numbers: dict[Any, float] = value  # pyright: ignore[reportUnknownVariableType]
                for key, number in numbers.items():
                    yield (
                        f"{field.name}[{key}]",
                        factor,
                        replace(known, **{field.name: numbers | {key: number * factor}}),
                    )


def _print(label: str, factor: float, base: Sequence[Answer], answers: Sequence[Answer], parts: int) -> None:
    gains = [now.reciprocal_rank - before.reciprocal_rank for before, now in zip(base, answers, strict=True)]
    firsts = [now.success - before.success for before, now in zip(base, answers, strict=True)]
    each = [fmean(gains[part::parts]) for part in range(parts)]
    if any(gains):
        parted = " ".join(f"{gain:+.3f}" for gain in each) + ("  <-" if min(each) > 0 else "")
        print(f"{label:44}{factor:8}{fmean(gains):+9.4f}{fmean(firsts):+9.4f}   {parted}")


if __name__ == "__main__":
    main()
