"""The numbers of a docset are those that their formulas give, worked out the slow way."""

import math
from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from livedocs.library.analysis import stem, tokens
from livedocs.library.areas import Area
from livedocs.library.assemble import AssembledEntry
from livedocs.library.index.fields import DocsetFields
from livedocs.library.index.impacts import HEADING, NAME, PLACE, SATURATION, SUMMARY, TEXT, DocsetPostings, weigh
from livedocs.library.keys import Form
from livedocs.library.page_words import count_page
from livedocs.parsing.models import Entry


def _item(entry: Entry, *lines: str) -> AssembledEntry:
    return AssembledEntry(entry, 0, Area.MAIN, deprecated=False, keys={(line, Form.INDEX): 0 for line in lines})


def _function(name: str, text: str = "", *lines: str, **more) -> AssembledEntry:
    return _item(Entry(name, "function", "py:function", name, text=text, **more), *lines)


def _section(title: str, text: str = "", *lines: str, **more) -> AssembledEntry:
    return _item(Entry(title, "section", "std:label", title, text=text, **more), *lines)


def _weigh(*items: AssembledEntry, project: str = "Tea") -> DocsetPostings:
    pages = [count_page([item.entry]) for item in items]
    return weigh(DocsetFields(project, items, pages), len(items))


def _found(postings: DocsetPostings) -> dict[str, dict[int, tuple[int, int]]]:
    return {
        term: {
            number: (text, heading)
            for number, text, heading in zip(
                found.entry_ids.tolist(), found.text.tolist(), found.heading.tolist(), strict=True
            )
        }
        for term, found in postings
    }


_WORDS = st.lists(
    st.sampled_from(["sort", "sorting", "list", "deep_lists", "print", "text", "file", "files"]), max_size=6
)
_ENTRIES = st.lists(st.tuples(_WORDS, _WORDS, st.booleans(), st.lists(_WORDS, max_size=2)), min_size=1, max_size=5)
_FIELDS = {"name": NAME, "heading": HEADING, "place": PLACE, "summary": SUMMARY, "text": TEXT}


def _described(name: list[str], text: list[str], lines: list[list[str]], *, is_section: bool) -> AssembledEntry:
    make, dot = (_section, " ") if is_section else (_function, ".")
    more = {"summary": " ".join(text[:2]), "breadcrumb": ("Guide", *name[:1]), "module": ".".join(name[:2])}
    return make(dot.join(name) or "x", " ".join(text), *map(" ".join, lines), **more)


def _fields(item: AssembledEntry) -> dict[str, list[str]]:
    """The words of each field, all but those of the text once."""
    entry = item.entry
    is_section = entry.kind == "section"
    *parents, own = [""] if is_section else entry.name.split(".")
    place = [word for part in (*parents, *entry.module.split(".")) for word in tokens(part)]
    return {
        "name": list(dict.fromkeys(tokens(own))),
        "heading": list(dict.fromkeys(tokens(" ".join([entry.name if is_section else "", *item.wordings])))),
        "place": list(dict.fromkeys([*place, *tokens(" ".join(entry.breadcrumb))])),
        "summary": list(dict.fromkeys(tokens(entry.summary))),
        "text": tokens(entry.text),
    }


@given(_ENTRIES)
def test_text_is_weighed_by_the_fields_it_stands_in(described) -> None:
    items = [_described(name, text, lines, is_section=is_section) for name, text, is_section, lines in described]
    found = _found(_weigh(*items))
    fields = [_fields(item) for item in items]
    for number, of_entry in enumerate(fields, 1):
        frequency = defaultdict(float)
        for name, field in _FIELDS.items():
            length = len(of_entry[name]) * len(fields) / max(1, sum(len(every[name]) for every in fields))
            stems = [stem(word) for word in of_entry[name]]
            for term in stems if name == "text" else set(stems):
                frequency[term] += field.weight / (1 - field.length + field.length * length)
        expected = {term: 255 * value / (value + SATURATION) for term, value in frequency.items()}
        text = {term: rows[number][0] for term, rows in found.items() if number in rows}
        assert text.keys() == expected.keys()
        assert all(abs(text[term] - expected[term]) <= 0.5001 for term in text)


@given(_ENTRIES)
def test_a_heading_is_shared_out_to_the_words_of_the_best_wording(described) -> None:
    items = [_described(name, text, lines, is_section=is_section) for name, text, is_section, lines in described]
    found = _found(_weigh(*items))
    count = len(items)
    rarity = {term: math.log(1 + (count - len(rows) + 0.5) / (len(rows) + 0.5)) for term, rows in found.items()}
    for number, item in enumerate(items, 1):
        name, is_section = item.entry.name, item.entry.kind == "section"
        wordings = [(0.9, line) for line in item.wordings]
        if is_section:
            wordings.append((1.0, name))
        else:
            wordings += [(0.8, name), (0.8, name.rpartition(".")[2])]
        best = defaultdict(float)
        for weight, wording in wordings:
            stems = {stem(word) for word in tokens(wording) if "_" not in word}
            for term in stems:
                best[term] = max(best[term], weight * rarity[term] / sum(rarity[other] for other in stems))
        if not is_section:
            whole = stem(tokens(name.rpartition(".")[2])[0])
            best[whole] = max(best[whole], 0.8)
        heading = {term: rows[number][1] for term, rows in found.items() if rows.get(number, (0, 0))[1]}
        assert heading.keys() == best.keys()
        assert all(abs(heading[term] - 255 * best[term]) <= 0.5001 for term in heading)


def test_words_that_say_nothing_are_no_part_of_a_wording_unless_it_has_no_others() -> None:
    found = _found(_weigh(_section("The Tea of China"), _section("What is this")))
    assert [found[stem(word)][1][1] for word in ("china", "tea", "of")] == [255, 0, 0]
    assert all(found[stem(word)][2][1] > 0 for word in ("what", "is", "this"))


def test_the_name_before_a_modules_title_is_no_part_of_the_title() -> None:
    module = Entry("json", "module", "py:module", "json", title="json \u2014 Encode and decode")
    found = _found(_weigh(_item(module), _section("Other")))
    assert found["encod"][1][1] + found["decod"][1][1] in (255, 256)
    assert found["json"][1][1] == round(0.8 * 255)


def test_names_are_found_whole_and_by_the_words_they_run_together() -> None:
    said = "Copy the file, copy the tree, copy the file. " * 3
    found = _found(_weigh(_function("shutil.copyfile", summary=said), _function("x.OrderedDict")))
    assert all(found[word][1][1] > 0 for word in ("copyfil", "copi", "file"))
    assert all(found[stem(word)][2][1] > 0 for word in ("ordereddict", "ordered", "dict"))


def test_an_options_first_word_is_not_its_name() -> None:
    option = Entry("o", "option", "std:cmdoption", "--sort-keys")
    found = _found(_weigh(_item(option), _section("Other")))
    assert found["sort"][1][1] + found["key"][1][1] == round(0.8 * 255)


def test_words_of_any_length_in_a_name_and_no_words_at_all_are_no_obstacle() -> None:
    assert len(_weigh(_function("..."), _section("\u2014"), _function("x" * 200)).postings.entry_ids) == 1
    assert list(_weigh()) == []


def test_ids_follow_the_docsets_that_stand_before() -> None:
    postings = _weigh(_section("Tea"), _section("Tea"))
    assert [found.entry_ids.tolist() for _, found in postings.numbered_behind(7)] == [[8, 9]]
