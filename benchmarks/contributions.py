"""What each tier and rule contributes: relevance by kind of query when it is left out.

``python -m benchmarks.contributions JUDGED.jsonl ... [--scorer FOLDER] [--library FILE]``

Prints, by kind, the share of the judged queries whose first hit is right, and how it changes without each of: comparing
meanings, synonyms, corrected spelling, and each ranking rule. A rule that is left out gives no points; its tier still
proposes candidates.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from benchmarks.judging import Judge
from livedocs.search import gathering
from livedocs.search.models import Filters
from livedocs.search.opening import open_engine
from livedocs.search.rules import RULES
from livedocs.search.spelling import Spelling
from livedocs.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchmarks.judging import Judged
    from livedocs.search.engine import Engine

_WIDTH = 28


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("judged", type=Path, nargs="+", help="files of judged queries")
    parser.add_argument("--scorer", type=Path, help="folder of score.py and anchors.json")
    parser.add_argument("--library", type=Path, default=Settings().library_path)
    parser.add_argument("--docset", default="python", help="docset the judgements speak of, NAME[@VERSION]")
    arguments = parser.parse_args()
    name, _, version = arguments.docset.partition("@")
    judge = Judge(arguments.scorer or arguments.judged[0].parent)
    judged = [item for path in arguments.judged for item in judge.read(path)]

    def ask(engine: Engine) -> Mapping[str, float]:
        return _success(judge, engine, Filters(docset=name, version=version), judged)

    models = Settings().models_folder
    with open_engine(arguments.library) as words, open_engine(arguments.library, models) as whole:
        everything = ask(whole)
        print("".join([" " * _WIDTH, *(f"{kind:>10}" for kind in everything)]))
        _print("everything", everything)
        if whole.by_meaning:
            _print_change("meaning", ask(words), everything)
        for said, target, attribute, nothing in _switches():
            with patch.object(target, attribute, nothing):
                _print_change(said, ask(whole), everything)
        for rule in RULES:
            _print_change(rule.name, ask(whole.with_rules([other for other in RULES if other is not rule])), everything)


def _switches() -> list[tuple[str, Any, str, Callable[..., Any]]]:
    """What can be left out beside rules: in words, where it stands, and what says nothing in its place."""
    return [
        ("synonyms", gathering, "synonyms", _no_synonyms),
        ("spelling of names", Spelling, "correct_name", lambda *_: None),
        ("spelling of words", Spelling, "correct_words", lambda *_, **__: {}),
    ]


def _no_synonyms(_: str) -> tuple[str, ...]:
    return ()


def _success(judge: Judge, engine: Engine, filters: Filters, judged: list[Judged]) -> dict[str, float]:
    by_kind: dict[str, list[float]] = {"all": []}
    for answer in judge.ask(engine, filters, judged, explain=False):
        by_kind["all"].append(answer.success)
        by_kind.setdefault(answer.judged.kind, []).append(answer.success)
    return {kind: fmean(values) for kind, values in by_kind.items()}


def _print(said: str, values: Mapping[str, float]) -> None:
    print("".join([f"{said:{_WIDTH}}", *(f"{value:10.3f}" for value in values.values())]), flush=True)


def _print_change(said: str, values: Mapping[str, float], everything: Mapping[str, float]) -> None:
    cells = [f"{change:+10.3f}" if (change := values[kind] - everything[kind]) else f"{'':10}" for kind in everything]
    print("".join([f"{'without ' + said:{_WIDTH}}", *cells]).rstrip(), flush=True)


if __name__ == "__main__":
    main()
