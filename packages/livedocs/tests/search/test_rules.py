"""Each rule alone: what gives more points, and what less."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from livedocs.library.areas import Area
from livedocs.library.keys import Form
from livedocs.search.evidence import Evidence
from livedocs.search.models import Filters
from livedocs.search.query import Shape
from livedocs.search.reading import parse
from livedocs.search.rules import (
    RULES,
    HeadingSaysIt,
    HomeDocset,
    KindOfEntry,
    LinkedOften,
    MeansIt,
    NameBegins,
    NamedExactly,
    ReadByFew,
    Rule,
    TextSpeaksOfIt,
)

Points = Callable[..., list[float]]

A_NAME = "join"
A_QUESTION = "how do I join two strings"
AN_ERROR = "KeyError: 'x'"
SYNTAX = ":="


@pytest.fixture(scope="session")
def points(evidence_of: Callable[..., Evidence]) -> Points:
    """What a rule gives to each of some candidates, see `evidence_of` in the conftest."""

    def of(rule: Rule, typed: str, *candidates: dict[str, Any], named: bool = False) -> list[float]:
        return rule.points(parse(typed), evidence_of(*candidates, named=named)).tolist()

    return of


def called(form: Form = Form.NAME, **details: Any) -> dict[str, Any]:
    """A candidate that is called just what was typed."""
    return {"matches": [{"form": form, **details}]}


def begins(form: Form = Form.NAME, **details: Any) -> dict[str, Any]:
    """A candidate whose name is longer than what was typed."""
    return called(form, exact=False, **details)


def falling(values: list[float]) -> bool:
    """Whether each is less than the one before it."""
    return all(earlier > later for earlier, later in pairwise(values))


def test_queries_of_these_tests_have_the_shapes_they_stand_for() -> None:
    shapes = [parse(typed).shape for typed in (A_NAME, A_QUESTION, AN_ERROR, SYNTAX)]
    assert shapes == [Shape.NAME, Shape.WORDS, Shape.ERROR, Shape.SYNTAX]


def test_the_stronger_form_of_an_exact_name_gives_more(points: Points) -> None:
    strongest_first = [Form.NAME, Form.SYNTAX, Form.TERM, Form.TITLE, Form.SUFFIX, Form.INDEX, Form.LINK, Form.INITIALS]
    assert set(strongest_first) == set(Form)
    assert falling(points(NamedExactly(), A_NAME, *map(called, strongest_first), {}))


def test_of_several_exact_names_the_strongest_counts_once(points: Points) -> None:
    both = {"matches": [{"form": Form.LINK}, {"form": Form.NAME}, {"form": Form.SUFFIX}]}
    one, three = points(NamedExactly(), A_NAME, called(Form.NAME), both)
    assert one == three > 0


def test_a_freer_reading_gives_less(points: Points) -> None:
    assert falling(points(NamedExactly(), A_NAME, *[called(rank=rank) for rank in range(4)]))


def test_a_name_in_the_same_case_gives_more(points: Points) -> None:
    assert falling(points(NamedExactly(), "Path", called(same_case=True), called(same_case=False)))


def test_capitals_that_are_typed_say_more_than_small_letters(points: Points) -> None:
    candidates = called(same_case=True), called(same_case=False)
    as_typed, otherwise = points(NamedExactly(), "Decimal", *candidates)
    small, other = points(NamedExactly(), "decimal", *candidates)
    assert as_typed - otherwise > small - other > 0


def test_each_further_key_that_names_it_gives_more_and_one_key_twice_does_not(points: Points) -> None:
    two_keys = {"matches": [{"key": 0}, {"key": 1}]}
    one_key_twice = {"matches": [{"key": 1}, {"key": 1, "form": Form.SUFFIX}]}
    two, twice, one = points(NamedExactly(), "and or", two_keys, one_key_twice, called(key=1))
    assert two > twice == one


def test_words_that_together_are_a_dotted_name_mean_that_name(points: Points) -> None:
    rule, name, title = NamedExactly(), called(Form.SUFFIX), called(Form.TITLE)
    as_words, as_name = points(rule, "json dumps", name, title), points(rule, "json.dumps", name, title)
    assert as_words[0] > as_name[0]
    assert as_words[1] == as_name[1]


def test_a_beginning_gives_no_points_for_being_named_exactly(points: Points) -> None:
    assert points(NamedExactly(), A_NAME, begins(), begins(same_case=True)) == [0, 0]


def test_of_beginnings_the_stronger_form_gives_more(points: Points) -> None:
    strongest_first = [Form.NAME, Form.TERM, Form.SUFFIX, Form.TITLE, Form.INDEX, Form.LINK]
    assert falling(points(NameBegins(), A_NAME, *[begins(form, key_chars=8) for form in strongest_first], {}))


def test_the_less_of_a_name_is_missing_the_more_it_gives(points: Points) -> None:
    assert falling(points(NameBegins(), "asyncio.ga", *[begins(key_chars=chars) for chars in (11, 14, 30, 80)]))


def test_what_is_named_exactly_has_no_points_for_beginning_so(points: Points) -> None:
    both = {"matches": [{}, {"exact": False, "key_chars": 8}]}
    assert points(NameBegins(), A_NAME, called(), both) == [0, 0]


def test_the_weakest_exact_name_is_worth_no_less_than_a_beginning_of_its_form(points: Points) -> None:
    for form in Form:
        exact = points(NamedExactly(), "asyncio.ga", called(form))
        assert exact > points(NameBegins(), "asyncio.ga", begins(form, key_chars=11)), form


def test_a_heading_gives_more_the_more_of_query_and_heading_is_shared(points: Points) -> None:
    headings = [(1.0, 1.0), (1.0, 0.6), (0.6, 0.6), (0.6, 0.2), (0.0, 0.0)]
    candidates = [{"recall": recall, "precision": precision} for recall, precision in headings]
    assert falling(points(HeadingSaysIt(), A_QUESTION, *candidates))


def test_a_heading_that_shares_nothing_of_one_side_gives_nothing(points: Points) -> None:
    assert points(HeadingSaysIt(), A_QUESTION, {"recall": 1.0, "precision": 0.0}, {}) == [0, 0]


def test_headings_count_less_beside_something_that_is_called_what_was_typed(points: Points) -> None:
    candidate, rule = {"recall": 1.0, "precision": 1.0}, HeadingSaysIt()
    assert 0 < points(rule, A_NAME, candidate, named=True)[0] < points(rule, A_NAME, candidate, named=False)[0]
    assert points(rule, A_QUESTION, candidate, named=True) == points(rule, A_QUESTION, candidate, named=False)


def test_text_counts_in_proportion(points: Points) -> None:
    whole, half, nothing = points(TextSpeaksOfIt(), A_QUESTION, {"text": 1.0}, {"text": 0.5}, {})
    assert whole == 2 * half > nothing == 0


def test_text_counts_for_questions_and_errors_and_hardly_for_names_and_syntax(points: Points) -> None:
    question, error, name, syntax = (
        points(TextSpeaksOfIt(), typed, {"text": 1.0})[0] for typed in (A_QUESTION, AN_ERROR, A_NAME, SYNTAX)
    )
    assert question == error > name == syntax > 0


def test_every_doubling_of_links_counts_the_same_up_to_a_bound(points: Points) -> None:
    counts = (0, 1, 3, 7, 10**4, 10**6)
    none, one, three, seven, many, most = points(LinkedOften(), A_NAME, *[{"links": count} for count in counts])
    assert none == 0
    assert one == three - one == seven - three > 0
    assert seven < many == most


def test_links_to_the_page_count_for_questions_only(points: Points) -> None:
    candidates = [{"page_links": 100}, {"page_links": 10}, {}]
    assert falling(points(LinkedOften(), A_QUESTION, *candidates))
    assert points(LinkedOften(), A_NAME, *candidates) == [0, 0, 0]


@pytest.mark.parametrize("fact", [{"area": Area.NEWS}, {"area": Area.NATIVE}, {"deprecated": True}])
def test_what_few_read_loses_points(points: Points, fact: dict[str, Any]) -> None:
    special, plain = points(ReadByFew(), A_NAME, fact, {})
    assert special < plain == 0


@pytest.mark.parametrize(
    ("typed", "area"),
    [
        ("what's new in asyncio", Area.NEWS),
        ("What\u2019s New", Area.NEWS),
        ("changelog", Area.NEWS),
        ("release notes of 3.9", Area.NEWS),
        ("c api of lists", Area.NATIVE),
        ("C-API", Area.NATIVE),
    ],
)
def test_a_part_that_few_read_comes_first_when_it_is_asked_for(points: Points, typed: str, area: Area) -> None:
    asked, plain, other = points(ReadByFew(), typed, {"area": area}, {}, {"area": Area(3 - area)})
    assert asked > plain == 0 > other


def test_two_reasons_to_be_read_by_few_add_up(points: Points) -> None:
    both, news, deprecated = points(
        ReadByFew(), A_NAME, {"area": Area.NEWS, "deprecated": True}, {"area": Area.NEWS}, {"deprecated": True}
    )
    assert both == news + deprecated


def test_what_is_deprecated_is_no_answer_to_a_question_but_may_be_asked_for_by_name(points: Points) -> None:
    deprecated = {"deprecated": True}
    assert points(ReadByFew(), A_QUESTION, deprecated) < points(ReadByFew(), A_NAME, deprecated) < [0]


def test_what_is_deprecated_loses_nothing_when_it_is_asked_for(evidence_of: Callable[..., Evidence]) -> None:
    deprecated = evidence_of({"deprecated": True})
    asked, not_asked = (parse("open", Filters(deprecated=choice)) for choice in (True, None))
    assert ReadByFew().points(asked, deprecated) == [0]
    assert ReadByFew().points(not_asked, deprecated) < [0]


def test_built_in_names_come_before_names_of_modules(points: Points) -> None:
    assert falling(points(KindOfEntry(), "open", {"built_in": True}, {"built_in": False}))


@pytest.mark.parametrize("kind", ["module", "class", "function", "exception", "term"])
def test_by_name_some_kinds_are_asked_for_more_often_than_members(points: Points, kind: str) -> None:
    assert falling(points(KindOfEntry(), A_NAME, {"kind": kind}, {"kind": "method"}))


def test_by_name_modules_are_asked_for_most(points: Points) -> None:
    assert falling(points(KindOfEntry(), "queue", {"kind": "module"}, {"kind": "class"}))


def test_a_dotted_name_says_enough_of_its_kind(points: Points) -> None:
    module, method, built_in = points(
        KindOfEntry(), "str.join", {"kind": "module"}, {"kind": "method"}, {"kind": "method", "built_in": True}
    )
    assert module == method == 0 < built_in


def test_a_dot_before_the_name_asks_for_a_member(points: Points) -> None:
    kinds = [{"kind": kind} for kind in ("method", "attribute", "function", "class", "module")]
    assert falling(points(KindOfEntry(), ".join", *kinds))


def test_sections_explain_syntax(points: Points) -> None:
    section, function = points(KindOfEntry(), SYNTAX, {"kind": "section"}, {"kind": "function", "built_in": True})
    assert section > function == 0


@pytest.mark.parametrize("kind", ["data", "attribute", "envvar", "option", "opcode", "pdbcommand", "2to3fixer"])
def test_a_question_is_seldom_answered_by_some_kinds(points: Points, kind: str) -> None:
    rare, function, section = points(KindOfEntry(), A_QUESTION, {"kind": kind}, {}, {"kind": "section"})
    assert rare < function == section == 0


def test_a_kind_that_no_entry_has_is_nobodys(points: Points) -> None:
    assert points(KindOfEntry(by_question={"poem": 50.0}), A_QUESTION, {}, {"kind": "section"}) == [0, 0]


def test_the_languages_own_docset_comes_first_among_several(points: Points) -> None:
    assert falling(points(HomeDocset(), A_QUESTION, {"docset": "python"}, {"docset": "jinja"}))


@pytest.mark.parametrize("docsets", [["python", "python"], ["jinja", "flask"]])
def test_without_another_docset_or_without_the_language_no_docset_is_first(points: Points, docsets: list[str]) -> None:
    assert points(HomeDocset(), A_QUESTION, *[{"docset": name} for name in docsets]) == [0, 0]


def test_the_nearer_in_meaning_the_more_points(points: Points) -> None:
    assert falling(points(MeansIt(), A_QUESTION, *[{"meaning": similarity} for similarity in (1.0, 0.6, 0.3, 0.1)]))


def test_what_is_no_nearer_than_any_two_texts_gets_nothing(points: Points) -> None:
    rule = MeansIt()
    assert points(rule, A_QUESTION, {"meaning": rule.unrelated}, {"meaning": 0.0}) == [0, 0]
    assert points(rule, A_QUESTION, {"meaning": 1.0}) == [rule.most]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@pytest.mark.parametrize("typed", [A_NAME, A_QUESTION, AN_ERROR, SYNTAX, '"an exact phrase"', "x -excluded"])
def test_every_rule_gives_each_candidate_a_number_for_every_shape_of_query(
    evidence_of: Callable[..., Evidence], rule: Rule, typed: str
) -> None:
    several = evidence_of(called(), begins(key_chars=9), {"text": 0.4, "meaning": 0.9}, {"kind": "section"})
    assert rule.points(parse(typed), several).shape == (4,)
    assert rule.points(parse(typed), evidence_of()).shape == (0,)


def test_every_rule_has_a_name_of_its_own() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
