"""Parsing on every core gives what parsing on one gives, in the same order."""

from dataclasses import replace

import pytest

from livedocs.library.compression import decompress
from livedocs.library.parallel import pack, parsing
from livedocs.parsing.contexts import contexts
from livedocs.parsing.generated import is_generated
from livedocs.parsing.models import Entry, ParsedPage, VersionNote
from livedocs.sources.documentation import Documentation
from livedocs.sources.inventory import Inventory


def test_the_number_of_workers_changes_nothing(jinja_documentation: Documentation) -> None:
    root = jinja_documentation.root
    paths = sorted(path.name for path in root.glob("*.html") if not is_generated(path.name))
    known = contexts(Inventory.load(jinja_documentation.inventory_path), "/docs/jinja/3.1/", paths)
    with parsing(root, known, workers=1) as (dictionary, pages):
        alone = {page.page.path: page for page in pages}
    with parsing(root, known, workers=2) as (same_dictionary, pages):
        together = {page.page.path: page for page in pages}
    assert sorted(alone) == paths
    assert (alone, dictionary) == (together, same_dictionary)


ENTRY = Entry("a", "function", "py:function", "a", summary="Tea.", text="Tea. Hot.", spans=((0, 16),))
OTHER = replace(ENTRY, anchor="b", name="b", text="Water.", spans=((16, 29),))
PAGE = ParsedPage("a.html", "A", html="<p>Tea. Hot.</p><p>Water.</p>", entries=(ENTRY, OTHER))
DICTIONARY = b"<p>Tea. Cold.</p>"


def test_a_description_that_entries_share_is_compressed_once() -> None:
    shared = tuple(replace(ENTRY, anchor=f"a{number}") for number in range(300))
    packed = pack(replace(PAGE, entries=shared), DICTIONARY)
    assert len({id(text) for text in packed.entry_texts}) == 1
    assert {decompress(text, DICTIONARY) for text in packed.entry_texts} == {ENTRY.text}


def test_the_same_page_has_the_same_digest() -> None:
    equal = replace(PAGE, html="{}<p>Water.</p>".format("<p>Tea. Hot.</p>"), entries=(replace(ENTRY), replace(OTHER)))
    assert pack(equal, DICTIONARY).digest == pack(PAGE, DICTIONARY).digest


@pytest.mark.parametrize(
    "changed",
    [
        replace(PAGE, title="B"),
        replace(PAGE, html="<p>paged</p>"),
        replace(PAGE, entries=(ENTRY,)),
        replace(PAGE, entries=(OTHER, ENTRY)),
        replace(PAGE, entries=(replace(ENTRY, text=OTHER.text), replace(OTHER, text=ENTRY.text))),
        replace(PAGE, entries=(replace(ENTRY, spans=((0, 15),)), OTHER)),
        replace(PAGE, entries=(replace(ENTRY, text=OTHER.text), OTHER)),
        replace(PAGE, entries=(replace(ENTRY, summary=""), OTHER)),
        replace(PAGE, entries=(replace(ENTRY, notes=(VersionNote("added", "1", ""),)), OTHER)),
    ],
)
def test_whatever_changes_on_a_page_changes_its_digest(changed: ParsedPage) -> None:
    assert pack(changed, DICTIONARY).digest != pack(PAGE, DICTIONARY).digest
