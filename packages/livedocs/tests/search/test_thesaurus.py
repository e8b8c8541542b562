"""The thesaurus: what people say leads to what documentation says, and every line of the table has an effect."""

from importlib import resources

import pytest

from livedocs.library.analysis import stem
from livedocs.search.thesaurus import synonyms

LINES = resources.files("livedocs.search").joinpath("thesaurus.txt").read_text("utf-8").splitlines()
GROUPS = [line.partition("#")[0].split() for line in LINES if line.partition("#")[0].split()]


@pytest.mark.parametrize(
    ("said", "documented"), [("folder", "directory"), ("delete", "remove"), ("text", "string"), ("dictionary", "dict")]
)
def test_either_word_stands_for_the_other(said: str, documented: str) -> None:
    assert stem(documented) in synonyms(stem(said))
    assert stem(said) in synonyms(stem(documented))


def test_a_word_that_is_not_there_has_no_synonyms() -> None:
    assert synonyms("qzxwvjk") == synonyms("") == ()


@pytest.mark.parametrize("group", GROUPS, ids=" ".join)
def test_a_line_is_a_group_of_at_least_two_terms_each_of_which_stands_for_the_others(group: list[str]) -> None:
    terms = {stem(word) for word in group}
    assert len(terms) > 1
    for term in terms:
        assert set(synonyms(term)) >= terms - {term}


def test_words_are_in_lower_case_and_no_word_is_its_own_synonym() -> None:
    terms = {stem(word) for group in GROUPS for word in group}
    assert all(word == word.lower() for group in GROUPS for word in group)
    assert all(term not in synonyms(term) for term in terms)
    assert all(len(set(synonyms(term))) == len(synonyms(term)) for term in terms)
