from livedocs.parsing.contexts import contexts
from livedocs.sources.inventory import Inventory, InventoryObject


def py(name: str, role: str, page: str, anchor: str) -> InventoryObject:
    return InventoryObject(name, "py", role, 1, page, anchor, name)


INVENTORY = Inventory(
    "Tea",
    "1",
    (
        py("tea", "module", "a.html", "module-tea"),
        py("tea.pot", "module", "a.html", "module-tea.pot"),
        py("unrelated", "module", "b.html", "module-unrelated"),
        py("tea.pot.Pot", "class", "a.html", "tea.pot.Pot"),
        py("tea.Pot", "class", "a.html", "tea.pot.Pot"),
        InventoryObject("guide", "std", "doc", -1, "guide/", "", "Guide"),
    ),
)


def test_objects_are_grouped_by_page_and_anchor():
    page = contexts(INVENTORY, "/docs/tea/1/", ["a.html"])["a.html"]
    assert page.path == "a.html"
    assert page.url_prefix == "/docs/tea/1/"
    assert page.objects["tea.pot.Pot"] == (
        ("py:class", "tea.pot.Pot", "tea.pot.Pot"),
        ("py:class", "tea.Pot", "tea.Pot"),
    )


def test_a_page_knows_the_modules_its_objects_can_belong_to():
    assert contexts(INVENTORY, "/", ["a.html"])["a.html"].modules == {"tea", "tea.pot"}


def test_a_folder_in_the_inventory_is_its_index_page():
    assert contexts(INVENTORY, "/", ["guide/index.html"])["guide/index.html"].objects == {
        "": (("std:doc", "guide", "Guide"),)
    }


def test_a_page_that_the_inventory_does_not_know_has_an_empty_context():
    page = contexts(INVENTORY, "/", ["c.html"])["c.html"]
    assert (page.objects, page.modules) == ({}, frozenset())
