from livedocs.parsing.coverage import coverage
from livedocs.parsing.models import Entry, ParsedPage
from livedocs.sources.inventory import Inventory, InventoryObject


def item(name: str, role: str, anchor: str, page: str = "a.html") -> InventoryObject:
    domain, _, word = role.partition(":")
    return InventoryObject(name, domain, word, 1, page, anchor, name)


PAGE = ParsedPage(
    "a.html",
    "A",
    entries=(
        Entry("tea.brew", "function", "py:function", "tea.brew", anchors=("old-brew", "tea.infuse")),
        Entry("opt", "option", "std:cmdoption", "-h", aliases=("--help",)),
    ),
)


def report(*items: InventoryObject):
    return coverage(Inventory("Tea", "1", items), [PAGE])


def test_objects_are_found_by_anchor_and_name():
    result = report(item("tea.brew", "py:function", "tea.brew"), item("tea.--help", "std:cmdoption", "opt"))
    assert (result.wanted, result.found, result.missing, result.share) == (2, 2, (), 1.0)


def test_a_label_is_found_when_its_place_is_inside_an_entry():
    assert report(item("old", "std:label", "old-brew")).found == 1


def test_an_object_at_the_place_of_another_is_missing():
    other = item("tea.infuse", "py:function", "tea.infuse")
    result = report(other, item("gone", "std:label", "gone"), item("far", "std:label", "x", "b.html"))
    assert result.found == 0
    assert result.missing[0] == other
    assert result.by_role == {"py:function": (1, 0), "std:label": (2, 0)}


def test_what_is_no_entry_is_left_aside():
    result = report(
        item("leaf", "std:token", "grammar-token-leaf"),
        item("f.x", "c:functionParam", "c.f"),
        item("T", "cpp:templateParam", "T"),
        item("brew.params.leaves", "py:parameter", "brew.params.leaves"),
        item("guide", "std:doc", ""),
        item("genindex", "std:label", "", "genindex.html"),
    )
    assert (result.wanted, result.share) == (0, 1.0)


def test_a_built_manual_is_covered_completely(teapot):
    result = coverage(teapot.inventory, teapot.pages.values())
    assert result.missing == ()
    assert result.by_role["std:opcode"] == (1, 1)
    assert result.by_role["std:label"][0] > 3
