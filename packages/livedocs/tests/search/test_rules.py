"""Each rule alone: what it gives points for."""

import pytest

from livedocs.library.areas import Area
from livedocs.library.keys import Form
from livedocs.search.candidates import Candidate, EntryFacts, KeyMatch
from livedocs.search.reading import parse
from livedocs.search.rules import (
    RULES,
    KindOfEntry,
    LinkedOften,
    NameBegins,
    NamedExactly,
    ReadByFew,
    TextSpeaksOfIt,
    WordsInName,
)


def _candidate(*matches: KeyMatch, text_share: float = 0.0, **facts: object) -> Candidate:
    values: dict[str, object] = dict.fromkeys(EntryFacts.__dataclass_fields__, "")
    values |= {"id": 1, "breadcrumb": (), "deprecated": False, "area": 0, "link_count": 0} | facts
    return Candidate(EntryFacts(**values), list(matches), text_share)  # type: ignore[arg-type]


def _match(key: str, form: Form, *, exact: bool = True, rank: int = 0) -> KeyMatch:
    return KeyMatch(1, key, form, 0, exact=exact, rank=rank)


def test_the_stronger_form_of_an_exact_name_gives_more() -> None:
    points = [NamedExactly().points(parse("join "), _candidate(_match("join", form))) for form in Form]
    assert len(set(points)) == len(Form)
    assert points[Form.NAME] == max(points)
    assert points[Form.LINK] == min(points)


def test_the_same_case_decides_between_equal_names() -> None:
    rule, match = NamedExactly(), _match("path", Form.SUFFIX)
    query = parse("Path")
    assert rule.points(query, _candidate(match, name="pathlib.Path")) > rule.points(
        query, _candidate(match, name="sys.path")
    )


def test_a_freer_reading_gives_less_and_a_second_match_more() -> None:
    rule, query = NamedExactly(), parse("and or")
    literal, freer = _match("and", Form.SYNTAX), _match("or", Form.SYNTAX, rank=1)
    assert rule.points(query, _candidate(freer)) < rule.points(query, _candidate(literal))
    assert rule.points(query, _candidate(literal)) < rule.points(query, _candidate(literal, freer))


def test_a_beginning_gives_less_than_the_whole_name_and_more_the_less_is_missing() -> None:
    query = parse("asyncio.ga")
    near = _candidate(_match("asyncio.gather", Form.NAME, exact=False))
    far = _candidate(_match("asyncio.gather.something.long", Form.NAME, exact=False))
    whole = _candidate(_match("asyncio.ga", Form.NAME))
    assert NameBegins().points(query, far) < NameBegins().points(query, near)
    assert NameBegins().points(query, near) < NamedExactly().points(query, whole)
    assert NameBegins().points(query, whole) == 0


def test_more_of_the_words_in_a_name_give_more_and_other_words_less() -> None:
    rule, query = WordsInName(), parse("sorting lists quickly")
    one = rule.points(query, _candidate(name="Sorting"))
    two = rule.points(query, _candidate(name="Sort a list"))
    two_among_others = rule.points(query, _candidate(name="Sort a list of very many other different things"))
    assert 0 < one < two_among_others < two


def test_a_wording_of_the_index_counts_like_a_name_but_less() -> None:
    rule, query = WordsInName(), parse("sorting lists")
    assert (
        0
        < rule.points(query, _candidate(name="other", terms="x\nsort list"))
        < rule.points(query, _candidate(name="sort list"))
    )


def test_text_counts_for_questions_and_hardly_for_names() -> None:
    rule, candidate = TextSpeaksOfIt(), _candidate(text_share=0.5)
    assert 0 < rule.points(parse("json"), candidate) < rule.points(parse("read a file quickly"), candidate)


def test_every_doubling_of_links_counts_the_same_up_to_a_bound() -> None:
    query = parse("x")
    points = [LinkedOften().points(query, _candidate(link_count=count)) for count in (0, 1, 3, 7, 10**4, 10**6)]
    assert points[0] == 0
    assert points[1] - points[0] == points[2] - points[1] == points[3] - points[2]
    assert points[4] == points[5]


@pytest.mark.parametrize("facts", [{"area": Area.NEWS}, {"area": Area.NATIVE}, {"deprecated": True}])
def test_what_few_read_loses_points(facts: dict[str, object]) -> None:
    assert ReadByFew().points(parse("x"), _candidate(**facts)) < 0
    assert ReadByFew().points(parse("x"), _candidate()) == 0


def test_built_in_names_come_before_names_of_modules() -> None:
    rule, query = KindOfEntry(), parse("open")
    assert rule.points(query, _candidate(kind="function", role="py:function")) > rule.points(
        query, _candidate(kind="function", role="py:function", module="os")
    )


def test_sections_explain_syntax() -> None:
    assert KindOfEntry().points(parse(":="), _candidate(kind="section")) > 0
    assert KindOfEntry().points(parse(":="), _candidate(kind="function", role="py:function")) == 0


def test_every_rule_has_a_name_of_its_own() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
