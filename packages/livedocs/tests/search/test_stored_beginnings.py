"""What is stored for beginnings of names was chosen by the weights that rules order it with."""

from livedocs.library.index import beginnings
from livedocs.search.rules import LinkedOften, NameBegins, ReadByFew


def test_beginnings_are_chosen_by_the_weights_of_the_rules() -> None:
    begins, linked, few = NameBegins(), LinkedOften(), ReadByFew()
    assert begins.forms == beginnings.FORM_POINTS
    assert begins.complete == beginnings.COMPLETE_POINTS
    assert (linked.per_doubling, linked.most_doublings) == (beginnings.POINTS_PER_DOUBLING, beginnings.MOST_DOUBLINGS)
    assert few.news == few.native == beginnings.ELSEWHERE_POINTS
    assert few.deprecated == beginnings.DEPRECATED_POINTS
