"""Assembling: what links, the index and neighbouring pages say about an entry."""

from collections import Counter

from livedocs.library.areas import Area, areas
from livedocs.library.assemble import AssembledEntry, assemble, count_links, vocabulary
from livedocs.library.keys import Form
from livedocs.parsing.models import Crumb, Entry, IndexTerm, Link, ParsedPage, VersionNote


def _function(name: str, **fields: object) -> Entry:
    return Entry(anchor=name, kind="function", role="py:function", name=name, **fields)  # type: ignore[arg-type]


def _section(anchor: str, title: str) -> Entry:
    return Entry(anchor=anchor, kind="section", role="std:label", name=title)


def _assemble(pages: list[ParsedPage], index: list[IndexTerm]) -> list[AssembledEntry]:
    return assemble(pages, map(count_links, pages), index)


def _by_name(found: list[AssembledEntry]) -> dict[str, AssembledEntry]:
    return {item.entry.name: item for item in found}


def test_links_are_counted_wherever_inside_an_entry_they_lead() -> None:
    target = ParsedPage("a.html", "A", entries=(_section("top", "A"), _function("f", anchors=("f-note",))))
    linking = ParsedPage(
        "b.html",
        "B",
        entries=(_section("top", "B"),),
        links=(Link("a.html", "f", "f()"), Link("a.html", "f-note", "the note"), Link("a.html", "", "all of A")),
    )
    found = _assemble([target, linking], [])
    assert {item.entry.name: item.link_count for item in found} == {"A": 1, "f": 2, "B": 0}


def test_words_that_others_link_with_become_a_wording_of_the_entry() -> None:
    links = (Link("a.html", "f", "shallow copy"),) * 2 + (Link("gone.html", "x", "nowhere"), Link("a.html", "f", "f()"))
    pages = [ParsedPage("a.html", "A", entries=(_function("f"),), links=links)]
    [item] = _assemble(pages, [])
    assert item.keys == {("f", Form.NAME): 0, ("shallow copy", Form.LINK): 2}
    assert item.wordings == ["shallow copy"]


def test_words_that_lead_anywhere_name_nothing() -> None:
    entries = tuple(_function(f"f{number}") for number in range(5))
    links = tuple(Link("a.html", entry.name, "see here") for entry in entries)
    found = _assemble([ParsedPage("a.html", "A", entries=entries, links=links)], [])
    assert not any(item.wordings for item in found)


def test_index_lines_reach_the_entry_they_point_into() -> None:
    page = ParsedPage("a.html", "A", entries=(_section("walrus", "Assignment expressions"),))
    index = [IndexTerm(":= (colon equals)", "a.html", "walrus"), IndexTerm("lost", "a.html", "nowhere")]
    [item] = _assemble([page], index)
    assert item.wordings == [":=", "colon equals"]


def test_index_lines_that_repeat_an_objects_name_say_nothing_new() -> None:
    module = Entry(anchor="module-json", kind="module", role="py:module", name="json")
    page = ParsedPage("a.html", "A", entries=(module, _function("json.dump")))
    index = [
        IndexTerm("dump() (in module json)", "a.html", "json.dump"),
        IndexTerm("module json", "a.html", "module-json"),
        IndexTerm("serialization", "a.html", "module-json"),
    ]
    found = _by_name(_assemble([page], index))
    assert found["json.dump"].wordings == []
    assert found["json"].wordings == ["serialization"]


def test_what_a_deprecated_module_holds_is_deprecated() -> None:
    gone = (VersionNote("deprecated", "3.11", ""),)
    module = Entry(anchor="module-imp", kind="module", role="py:module", name="imp", module="imp", notes=gone)
    page = ParsedPage("a.html", "A", entries=(module, _function("imp.find", module="imp"), _function("other.find")))
    found = _by_name(_assemble([page], []))
    assert [found[name].deprecated for name in ("imp", "imp.find", "other.find")] == [True, True, False]


def test_what_stands_in_a_deprecated_package_is_deprecated() -> None:
    gone = (VersionNote("deprecated", "3.10", "See PEP 632."),)
    package = Entry(anchor="package", kind="module", role="py:module", name="distutils", notes=gone)
    module = Entry(anchor="module", kind="module", role="py:module", name="distutils.file_util")
    inside = _function("distutils.file_util.copy_file", module="distutils.file_util")
    beside = _function("distutils2.copy_file", module="distutils2")
    found = _by_name(_assemble([ParsedPage("a.html", "A", entries=(package, module, inside, beside))], []))
    assert {name for name, item in found.items() if item.deprecated} == {package.name, module.name, inside.name}


def test_an_entry_came_in_the_version_its_own_note_says() -> None:
    notes = (VersionNote("changed", "3.9", ""), VersionNote("added", "3.8", ""))
    entries = (_function("f", notes=notes), _function("g"))
    found = _by_name(_assemble([ParsedPage("a.html", "A", entries=entries)], []))
    assert [found[name].added for name in ("f", "g")] == ["3.8", ""]


def test_a_module_is_not_deprecated_with_one_that_it_replaces() -> None:
    about_another = (VersionNote("deprecated", "3.3", "The xml.etree.cElementTree module is deprecated."),)
    own = (VersionNote("deprecated", "3.6", "will be removed in version 3.12: The asyncore module is deprecated."),)
    tree = Entry(anchor="a", kind="module", role="py:module", name="xml.etree.ElementTree", notes=about_another)
    asyncore = Entry(anchor="b", kind="module", role="py:module", name="asyncore", notes=own)
    said = Entry(anchor="c", kind="module", role="py:module", name="distutils", summary="distutils is deprecated with")
    page = ParsedPage(path="p.html", title="P", entries=(tree, asyncore, said))
    assert [item.deprecated for item in _assemble([page], ())] == [False, True, True]


def test_a_module_is_not_deprecated_with_something_in_it() -> None:
    of_a_type_code = VersionNote("deprecated", "3.3", "will be removed in version 4.0")
    of_a_parameter = VersionNote("deprecated", "3.4", "The digestmod parameter has to be given.")
    changed = VersionNote("changed", "3.9", "It is as wide as the platform's.")
    array = Entry(anchor="a", kind="module", role="py:module", name="array", notes=(changed, of_a_type_code))
    hmac = Entry(anchor="b", kind="module", role="py:module", name="hmac", notes=(of_a_parameter,))
    page = ParsedPage(path="p.html", title="P", entries=(array, hmac))
    assert not any(item.deprecated for item in _assemble([page], []))


def test_a_note_about_one_parameter_deprecates_nothing() -> None:
    about_parameter = (VersionNote("deprecated", "3.10", "The loop parameter is ignored. " * 5),)
    [item] = _assemble([ParsedPage("a.html", "A", entries=(_function("f", notes=about_parameter),))], [])
    assert not item.deprecated


def test_release_notes_and_native_interfaces_are_areas_of_their_own() -> None:
    def native(path: str, name: str) -> ParsedPage:
        entry = Entry(anchor=name, kind="c-function", role="c:function", name=name)
        return ParsedPage(path, name, breadcrumb=(Crumb("C API", "c/index.html"),), entries=(entry,))

    pages = [
        ParsedPage("new.html", "What's New in 2.0", entries=(_section("x", "x"),)),
        ParsedPage("changes.html", "Changelog", entries=(_section("x", "x"),)),
        native("c/list.html", "PyList_New"),
        ParsedPage("c/index.html", "C API", entries=(_section("x", "x"),)),
        ParsedPage("a.html", "A", entries=(_function("f"), _function("g"))),
    ]
    assert list(areas(pages).values()) == [Area.NEWS, Area.NEWS, Area.NATIVE, Area.NATIVE, Area.MAIN]


def test_the_documentation_of_a_c_library_has_no_foreign_interface() -> None:
    entry = Entry(anchor="f", kind="c-function", role="c:function", name="f")
    assert set(areas([ParsedPage("a.html", "A", entries=(entry,))]).values()) == {Area.MAIN}


def test_words_of_names_weigh_more_and_single_words_of_text_are_left_out() -> None:
    found = _assemble([ParsedPage("a.html", "A", entries=(_function("listdir"),))], [])
    counted = vocabulary(found, Counter({"twice": 2, "once": 1, "listdir": 1}))
    assert counted == {"twice": 2, "listdir": 3}
