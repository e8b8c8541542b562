"""Reading inventories: whatever Sphinx writes is read back, and damage is an error."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedocs.errors import SourceError
from livedocs.sources.inventory import Inventory, InventoryObject

HEAD = (
    "# Sphinx inventory version 2\n# Project: {}\n# Version: {}\n"
    "# The remainder of this file is compressed using zlib.\n"
)


def write_inventory(inventory: Inventory) -> bytes:
    """Write an inventory as Sphinx does (``InventoryFile.dump``): ``$`` and ``-`` stand for the name."""
    lines = []
    for item in inventory.objects:
        anchor = item.anchor
        if anchor.endswith(item.name):
            anchor = anchor[: -len(item.name)] + "$"
        uri = f"{item.page}#{anchor}" if anchor else item.page
        display_name = "-" if item.display_name == item.name else item.display_name
        lines.append(f"{item.name} {item.domain}:{item.role} {item.priority} {uri} {display_name}\n")
    return HEAD.format(inventory.project, inventory.version).encode() + zlib.compress("".join(lines).encode())


words = st.text(st.characters(categories=("L", "N"), include_characters="._-"), min_size=1)
names = st.lists(words, min_size=1, max_size=3).map(" ".join)
objects = st.builds(
    InventoryObject,
    name=names,
    domain=st.sampled_from(["py", "c", "std"]),
    role=st.sampled_from(["function", "label", "cmdoption"]),
    priority=st.integers(-1, 2),
    page=st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8}){0,2}\.html", fullmatch=True),
    anchor=st.from_regex(r"[A-Za-z0-9._-]{0,12}", fullmatch=True),
    display_name=names.filter(lambda name: name != "-"),
)
inventories = st.builds(
    Inventory,
    project=words,
    version=words,
    objects=st.lists(objects, max_size=20).map(tuple),
)


@given(inventories)
def test_what_sphinx_writes_is_read_back(inventory):
    assert Inventory.parse(write_inventory(inventory)) == inventory


@given(inventories, st.data())
def test_a_cut_off_inventory_is_an_error(inventory, data):
    whole = write_inventory(inventory)
    with pytest.raises(ValueError, match=r"\S"):
        Inventory.parse(whole[: data.draw(st.integers(0, len(whole) - 1))])


@given(inventories, st.data())
def test_a_damaged_inventory_is_an_error_or_reads_as_an_inventory(inventory, data):
    damaged = bytearray(write_inventory(inventory))
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        read = Inventory.parse(bytes(damaged))
    except ValueError:
        return
    assert isinstance(read, Inventory)


@given(st.binary())
def test_bytes_that_are_no_inventory_are_an_error(data):
    with pytest.raises(ValueError, match="does not start"):
        Inventory.parse(data)


def parse_lines(*lines: str) -> tuple[InventoryObject, ...]:
    body = "".join(f"{line}\n" for line in lines).encode()
    return Inventory.parse(HEAD.format("Tiny", "1.0").encode() + zlib.compress(body)).objects


def test_a_dollar_stands_for_the_name_in_the_anchor():
    (item,) = parse_lines("asyncio.gather py:function 1 library/asyncio-task.html#$ -")
    assert (item.page, item.anchor, item.display_name) == (
        "library/asyncio-task.html",
        "asyncio.gather",
        "asyncio.gather",
    )


def test_names_may_hold_spaces_and_colons():
    option, label = parse_lines(
        "python --help std:cmdoption 1 using/cmdline.html#cmdoption-help -", "a: b std:label -1 index.html#a-b A: b, C"
    )
    assert (option.name, label.name, label.display_name) == ("python --help", "a: b", "A: b, C")


def test_addresses_are_unquoted():
    (item,) = parse_lines("x std:label -1 a%20page.html#caf%C3%A9 X")
    assert (item.page, item.anchor) == ("a page.html", "café")


def test_lines_that_say_nothing_are_passed_over():
    assert [item.name for item in parse_lines("no role here", "x py:module 0 x.html -", "")] == ["x"]


def test_a_missing_inventory_is_one_clear_error(tmp_path):
    with pytest.raises(SourceError, match=r"objects\.inv cannot be read .* beside index\.html"):
        Inventory.load(tmp_path / "objects.inv")


def test_a_file_that_is_no_inventory_is_one_clear_error(tmp_path):
    path = tmp_path / "objects.inv"
    path.write_bytes(b"<html>404</html>")
    with pytest.raises(SourceError, match=r"objects\.inv is not a Sphinx inventory.*Build the documentation again"):
        Inventory.load(path)
