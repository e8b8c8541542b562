"""Parsing on every core gives what parsing on one gives, in the same order."""

import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest

from livedocs.errors import SourceError
from livedocs.library.compression import decompress
from livedocs.library.parallel import pack, parsing
from livedocs.parsing.contexts import contexts
from livedocs.parsing.generated import is_generated
from livedocs.parsing.models import Entry, PageContext, ParsedPage, VersionNote
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


def _numbered_pages(folder: Path, count: int) -> dict[str, PageContext]:
    for number in range(count):
        (folder / f"{number}.html").write_text(f"<main><h1>{number}</h1>{'<p>Tea.</p>' * 2000}</main>")
    return {f"{number}.html": PageContext(f"{number}.html", "/docs/x/1/") for number in range(count)}


def test_a_killed_worker_is_a_clear_error(tmp_path: Path) -> None:
    known = _numbered_pages(tmp_path, 60)

    def parse_and_kill() -> None:
        with parsing(tmp_path, known, workers=2) as (_, pages):
            next(pages)
            for worker in multiprocessing.active_children():
                worker.kill()
            list(pages)

    with pytest.raises(SourceError, match="was killed"):
        parse_and_kill()


def test_who_stops_early_does_not_wait_for_the_other_pages(tmp_path: Path) -> None:
    handed_out: list[str] = []

    class Watched(PageContext):
        def __reduce__(self) -> tuple[type[PageContext], tuple[str, str]]:
            handed_out.append(self.path)
            return PageContext, (self.path, self.url_prefix)

    known = {path: Watched(path, context.url_prefix) for path, context in _numbered_pages(tmp_path, 300).items()}

    def parse_and_stop() -> None:
        with parsing(tmp_path, known, workers=2) as (_, pages):
            next(pages)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        parse_and_stop()
    assert 0 < len(handed_out) < 100
    assert multiprocessing.active_children() == []


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
