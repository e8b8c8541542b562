"""What every implementation of the candidate port does; ``IMPLEMENTATIONS`` in the conftest says which there are."""

from itertools import pairwise

import numpy as np
import pytest

from livedocs.library.analysis import stem, tokens
from livedocs.library.areas import Area
from livedocs.library.keys import Form, fold
from livedocs.library.postings import BEGINNING_MATCHES, BLOCK_ENTRIES, COLUMNS, Matches
from livedocs.search.candidates import CandidateReader, TermPostings
from livedocs.search.models import Hit

EVERY = range(1, 10**9)
"""Ids of all entries."""


@pytest.fixture(scope="module")
def reader(any_reader: CandidateReader) -> CandidateReader:
    return any_reader


def _hits(reader: CandidateReader, matches: Matches) -> list[Hit]:
    return reader.hits(list(dict.fromkeys(matches.entry_ids.tolist())))


def _of(reader: CandidateReader, term: str, *, all_entries: bool) -> TermPostings:
    (found,) = reader.postings([term], all_entries=all_entries)
    return found


# Names and terms


def test_a_name_is_found_with_its_strongest_forms_first_and_the_most_linked_first_among_equals(
    reader: CandidateReader,
) -> None:
    found = reader.named(["open"], 50)
    assert {match.form for match in found} == {Form.NAME, Form.SUFFIX}
    assert found[0].spelling == "open"
    links = reader.columns()["links"]
    strengths = [(match.form, -int(links[match.entry_id - 1])) for match in found if match.form <= Form.SUFFIX]
    assert strengths == sorted(strengths)


def test_only_what_is_called_just_so_is_found(reader: CandidateReader) -> None:
    assert {match.key for match in reader.named(["read_text"], 50)} == {"read_text"}
    assert reader.named(["read_tex"], 50) == []
    assert reader.named(["%"], 50) != reader.named(["_"], 50)


def test_a_match_says_how_the_name_is_written(reader: CandidateReader) -> None:
    spellings = {match.spelling for match in reader.named(["path"], 50) if match.form == Form.SUFFIX}
    assert spellings >= {"pathlib.Path", "sys.path"}


def test_several_keys_are_looked_up_at_once(reader: CandidateReader) -> None:
    found = reader.named(["json.dump", "json.dumps", "qzxwvjk"], 50)
    assert {match.key for match in found} == {"json.dump", "json.dumps"}
    assert {match.spelling for match in found if match.form == Form.NAME} == {"json.dump", "json.dumps"}


def test_of_many_of_one_name_the_strongest_are_found(reader: CandidateReader) -> None:
    assert reader.named(["get"], 3) == reader.named(["get"], 50)[:3]
    assert reader.named([], 3) == []


def test_what_was_typed_is_never_part_of_a_statement(reader: CandidateReader) -> None:
    assert reader.named(["'; DROP TABLE entry; --", "open' OR '1'='1"], 5) == []
    assert reader.postings(["'; DROP TABLE entry; --"], all_entries=True) == []


# Beginnings


@pytest.mark.parametrize("prefix", ["asyncio.ga", "asyncio.", "pathlib.path.r", "a", "_", "%", "walrus"])
def test_every_beginning_finds_longer_keys_only(reader: CandidateReader, prefix: str) -> None:
    every = reader.beginning_with(prefix, EVERY)
    promising = reader.beginning_with(prefix, None)
    assert min(every.key_chars) > len(prefix)
    assert min(promising.key_chars) > len(prefix)
    assert {Form(form) for form in promising.forms.tolist()} <= set(Form)
    assert set(promising.entry_ids.tolist()) <= set(every.entry_ids.tolist())
    assert len(every.entry_ids) == len(every.forms) == len(every.key_chars) == len(every.weights)


def test_all_that_begins_so_is_found(reader: CandidateReader) -> None:
    beginning = "concurrent.futures.t"
    begins = {key for key, _ in reader.names() if key.startswith(beginning) and key != beginning}
    assert begins
    named = {match.entry_id for match in reader.named(list(begins), 1000)}
    assert set(reader.beginning_with(beginning, EVERY).entry_ids.tolist()) >= named


def test_signs_that_a_pattern_language_knows_begin_only_themselves(reader: CandidateReader) -> None:
    for prefix in ("%", "_"):
        keys = [key for key, _ in reader.names() if key.startswith(prefix) and len(key) > 1]
        found = set(reader.beginning_with(prefix, EVERY).entry_ids.tolist())
        assert found >= {match.entry_id for match in reader.named(keys, 10_000) if match.form <= Form.TITLE}
        assert len(found) < len(reader.columns()["links"]) / 4


def test_of_a_frequent_beginning_the_most_promising_entries_are_found_each_once(reader: CandidateReader) -> None:
    promising = reader.beginning_with("a", None)
    assert len(promising.entry_ids) == len(set(promising.entry_ids.tolist())) == BEGINNING_MATCHES
    assert len(reader.beginning_with("a", EVERY).entry_ids) > 10 * BEGINNING_MATCHES
    columns, positions = reader.columns(), promising.entry_ids.astype(np.int64) - 1
    assert (columns["area"][positions] == Area.MAIN).mean() > 0.95
    assert np.median(columns["links"][positions]) > np.median(columns["links"]) + 5


def test_a_rare_beginning_finds_the_same_either_way(reader: CandidateReader) -> None:
    promising, every = (reader.beginning_with("asyncio.ga", among) for among in (None, EVERY))
    assert {hit.name for hit in _hits(reader, promising)} == {hit.name for hit in _hits(reader, every)}
    assert "asyncio.gather" in {hit.name for hit in _hits(reader, promising)}


@pytest.mark.parametrize("prefix", ["a", "asyncio.ga", "the"])
def test_all_that_begins_so_is_found_among_some_entries(reader: CandidateReader, prefix: str) -> None:
    every = reader.beginning_with(prefix, EVERY).entry_ids
    first, last = np.quantile(every, [0.3, 0.6]).astype(int).tolist()
    found = reader.beginning_with(prefix, range(first, last)).entry_ids
    assert sorted(found) == sorted(entry for entry in every if first <= entry < last)
    assert len(reader.beginning_with(prefix, range(0)).entry_ids) == 0


@pytest.mark.parametrize("among", [EVERY, None])
def test_what_begins_nothing_finds_nothing(reader: CandidateReader, among: range | None) -> None:
    assert len(reader.beginning_with("qzxwvjk", among).entry_ids) == 0
    assert len(reader.beginning_with("\U0010ffff", among).entry_ids) == 0


# Postings


@pytest.mark.parametrize("term", ["gather", "iter", "the"])
def test_all_entries_that_hold_a_term_are_found_each_once(reader: CandidateReader, term: str) -> None:
    found = _of(reader, term, all_entries=True)
    ids = found.postings.entry_ids
    assert found.term == term
    assert len(set(ids.tolist())) == len(ids) == found.entry_count
    assert len(ids) == len(found.postings.text) == len(found.postings.heading)
    assert found.postings.text.min() >= 1


def test_of_a_frequent_term_the_most_promising_entries_are_found(reader: CandidateReader) -> None:
    first, every = (_of(reader, "the", all_entries=choice) for choice in (False, True))
    assert len(first.postings.entry_ids) == BLOCK_ENTRIES < len(every.postings.entry_ids)
    assert first.entry_count == every.entry_count
    rest = ~np.isin(every.postings.entry_ids, first.postings.entry_ids)
    assert first.postings.text.mean() > every.postings.text[rest].mean() + 10
    by_id = dict(zip(every.postings.entry_ids.tolist(), every.postings.text.tolist(), strict=True))
    assert [by_id[entry_id] for entry_id in first.postings.entry_ids.tolist()] == first.postings.text.tolist()


def test_an_entry_that_is_named_by_a_term_is_more_about_it_than_one_that_mentions_it(reader: CandidateReader) -> None:
    postings = _of(reader, stem("gather"), all_entries=True).postings
    names = [hit.name for hit in reader.hits(postings.entry_ids.tolist())]
    gather = names.index("asyncio.gather")
    mentions = [place for place, name in enumerate(names) if "gather" not in name.lower()]
    assert all(postings.text[gather] > postings.text[place] for place in mentions)
    assert postings.heading[gather] > 100


def test_what_holds_a_term_speaks_of_it(reader: CandidateReader) -> None:
    ids = _of(reader, stem("reentrant"), all_entries=True).postings.entry_ids.tolist()
    speaking = [any(stem(word) == "reentrant" for word in tokens(text)) for text in reader.texts(ids).values()]
    assert sum(speaking) > 0.8 * len(speaking) > 0


def test_terms_that_no_entry_holds_are_absent(reader: CandidateReader) -> None:
    found = reader.postings(["gather", "qzxwvjk", "iter"], all_entries=False)
    assert {item.term for item in found} == {"gather", "iter"}
    assert reader.postings([], all_entries=False) == []


# What is shown


def test_hits_come_in_the_order_they_were_asked_for(reader: CandidateReader) -> None:
    ids = [match.entry_id for match in reader.named(["open"], 9)]
    assert [hit.id for hit in reader.hits(ids)] == ids
    assert [hit.id for hit in reader.hits(ids[::-1])] == ids[::-1]
    assert reader.hits([]) == []


def test_a_hit_says_all_that_a_face_shows(reader: CandidateReader) -> None:
    (hit,) = reader.hits([reader.named(["json.dumps"], 1)[0].entry_id])
    assert (hit.docset, hit.version, hit.kind, hit.name) == ("python", "3.11", "function", "json.dumps")
    assert hit.signature.startswith("json.dumps(obj, *, skipkeys=False")
    assert hit.summary.startswith("Serialize obj to a JSON formatted str")
    assert (hit.page, hit.anchor) == ("library/json.html", "json.dumps")
    assert hit.breadcrumb == ("json — JSON encoder and decoder", "Basic Usage")
    assert hit.original_url == "https://docs.python.org/3.11/library/json.html#json.dumps"
    assert not hit.deprecated
    assert hit.why == ()


def test_texts_begin_with_the_heading_and_are_as_they_are_written(reader: CandidateReader) -> None:
    entry_id = reader.named(["json.dumps"], 1)[0].entry_id
    texts = reader.texts([entry_id])
    assert list(texts) == [entry_id]
    assert texts[entry_id].startswith("json.dumps\njson.dumps(obj, *, skipkeys=False")
    assert "Serialize obj to a JSON formatted str" in texts[entry_id]
    assert reader.texts([]) == {}


# Columns and labels


def test_every_entry_is_in_every_column(reader: CandidateReader) -> None:
    columns = reader.columns()
    assert set(columns) == set(COLUMNS)
    (length,) = {len(column) for column in columns.values()}
    assert [hit.id for hit in reader.hits([1, length])] == [1, length]
    with pytest.raises(KeyError):
        reader.hits([length + 1])


def test_columns_say_what_hits_say(reader: CandidateReader) -> None:
    columns, labels = reader.columns(), reader.labels()
    docsets = {docset.id: (docset.name, docset.version) for docset in reader.docsets()}
    ids = list(range(1, len(columns["kind"]), 97))
    for hit in reader.hits(ids):
        position = hit.id - 1
        assert labels[int(columns["kind"][position])] == hit.kind
        assert docsets[int(columns["docset"][position])] == (hit.docset, hit.version)
        assert bool(columns["deprecated"][position]) == hit.deprecated
        assert columns["name_chars"][position] == len(hit.name)


@pytest.mark.parametrize(
    ("name", "module", "built_in", "area"),
    [
        ("open", "", True, Area.MAIN),
        ("os.open", "os", False, Area.MAIN),
        ("pylist_append", "", False, Area.NATIVE),
        ("what's new in python 3.9", "", False, Area.NEWS),
    ],
)
def test_columns_say_where_an_entry_belongs(
    reader: CandidateReader,
    name: str,
    module: str,
    built_in: bool,  # noqa: FBT001
    area: Area,
) -> None:
    columns, labels = reader.columns(), reader.labels()
    position = reader.named([name], 1)[0].entry_id - 1
    assert labels.get(int(columns["module"][position]), "") == module
    assert bool(columns["built_in"][position]) == built_in
    assert columns["area"][position] == area


def test_columns_say_when_an_entry_was_added_and_how_often_it_is_linked(reader: CandidateReader) -> None:
    columns, labels = reader.columns(), reader.labels()
    group, opened = (reader.named([name], 1)[0].entry_id - 1 for name in ("asyncio.taskgroup", "open"))
    assert labels[int(columns["added"][group])] == "3.11"
    assert columns["added"][opened] == 0
    assert columns["links"][opened] > 50
    assert (columns["page_links"] >= columns["links"]).all()


def test_every_label_that_a_column_refers_to_is_there_and_nothing_is_labelled_nothing(reader: CandidateReader) -> None:
    columns, labels = reader.columns(), reader.labels()
    used = {int(number) for name in ("kind", "module", "added") for number in np.unique(columns[name])} - {0}
    assert used == set(labels)
    assert all(labels.values())
    assert len(set(labels.values())) == len(labels)


# What spelling and completion are made of


def test_the_vocabulary_is_in_the_order_of_code_points_and_counts_as_postings_do(reader: CandidateReader) -> None:
    terms = reader.vocabulary()
    assert all(one < other for (one, _), (other, _) in pairwise(terms))
    counts = dict(terms)
    assert {term: counts[term] for term in ("gather", "iter", "the")} == {
        item.term: item.entry_count for item in reader.postings(["gather", "iter", "the"], all_entries=False)
    }


def test_words_are_there_with_their_frequency(reader: CandidateReader) -> None:
    words = reader.words()
    assert words["iterator"] > words["deallocation"] > 0
    assert all(word == fold(word) for word in list(words)[::100])


def test_names_are_there_as_they_are_looked_up_but_no_words_of_links(reader: CandidateReader) -> None:
    names = dict(reader.names())
    assert {"asyncio.gather", "gather", "eafp", "exception hierarchy"} <= set(names)
    forms = {match.key: match.form for match in reversed(reader.named(list(names)[::40], 10_000))}
    assert all(form <= Form.TITLE for form in forms.values())
    assert names["open"] > names["os.open"]


# A library of several docsets


def test_docsets_are_told_apart(any_reader_of_two: CandidateReader) -> None:
    docsets = {docset.name: docset for docset in any_reader_of_two.docsets()}
    assert set(docsets) == {"python", "jinja"}
    assert docsets["python"].version == "3.11"
    column = any_reader_of_two.columns()["docset"]
    assert set(np.unique(column).tolist()) == {docset.id for docset in docsets.values()}


def test_terms_of_all_docsets_are_counted_together(any_reader_of_two: CandidateReader, reader: CandidateReader) -> None:
    alone, together = (each.postings(["templat"], all_entries=True)[0] for each in (reader, any_reader_of_two))
    assert together.entry_count > alone.entry_count
    assert len(together.postings.entry_ids) == together.entry_count
    found = {hit.docset for hit in any_reader_of_two.hits(together.postings.entry_ids.tolist())}
    assert found == {"python", "jinja"}
    words = [dict(each.words())["template"] for each in (reader, any_reader_of_two)]
    assert words[0] < words[1]
