"""From parsed pages to the rows of a library: links are counted, wordings find the entry they speak of. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from livedocs.library.areas import Area, areas
from livedocs.library.keys import MAX_KEY_CHARS, Form, entry_keys, fold, index_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from livedocs.parsing.models import Entry, IndexTerm, ParsedPage

_LINK_SHARE = 0.3
"""Words that lead to many places name an entry only if this share of their links goes there."""

_REMOVAL = re.compile(r"^will be removed in version [\d.]+(?:: |$)")

_WORD = re.compile(r"[a-z_][a-z0-9_]{2,30}")
_NAME_WORD_FREQUENCY = 3
"""A word in a name or title counts as often as this many occurrences in text when spelling is corrected."""


@dataclass(slots=True)
class AssembledEntry:
    """An entry with what the rest of its documentation says about it.

    Attributes:
        entry: as parsed.
        page: position of its page among the pages.
        area: part of the documentation it stands in.
        deprecated: the documentation says so of it or of its module.
        link_count: links to it from other entries.
        keys: what it is found by, with the number of links in these words for ``Form.LINK``, else 0.
    """

    entry: Entry
    page: int
    area: Area
    deprecated: bool
    link_count: int = 0
    keys: dict[tuple[str, Form], int] = field(default_factory=dict[tuple[str, Form], int])

    @property
    def wordings(self) -> list[str]:
        """What else it is called: index entries and the texts of links to it."""
        return sorted({key for key, form in self.keys if form in {Form.SYNTAX, Form.INDEX, Form.LINK}})

    @property
    def added(self) -> str:
        """The version in which it came; empty when the documentation does not say."""
        return next((note.version for note in self.entry.notes if note.change == "added"), "")


LinkCounts = Counter[tuple[str, str, str]]
"""How often a page links to a place in certain words: page, anchor, words as a key; no words when they are no key."""


def count_links(page: ParsedPage) -> LinkCounts:
    """Count the links of a page."""
    counts = LinkCounts()
    for link in page.links:
        text = fold(link.text).removesuffix("()")
        counts[link.page, link.anchor, text if len(text) <= MAX_KEY_CHARS else ""] += 1
    return counts


def assemble(
    pages: Sequence[ParsedPage], links: Iterable[LinkCounts], index: Iterable[IndexTerm]
) -> list[AssembledEntry]:
    """Bring together what pages, links and the general index say about each entry.

    Args:
        pages: of one documentation.
        links: of each page.
        index: lines of its general index.

    Returns:
        Entries in the order of the pages and of each page's text.
    """
    found = list(_entries(pages))
    places = _places(found, pages)
    _add_links(links, places)
    for term in index:
        target = places.get((term.page, term.anchor))
        if target is not None and not _repeats_name(term.text, target.entry):
            for key in index_keys(term.text):
                target.keys.setdefault(key, 0)
    return found


def vocabulary(entries: Iterable[AssembledEntry], texts: Counter[str]) -> Counter[str]:
    """Words that spelling is corrected to, with their frequency.

    Args:
        entries: whose names, titles and terms count more than running text.
        texts: words of running text; those that occur once are left out, they may be typos themselves, and so are those
            that are none in the sense of `words`.
    """
    counted = Counter({word: count for word, count in texts.items() if count > 1 and _WORD.fullmatch(word)})
    for item in entries:
        for key, form in item.keys:
            weight = _NAME_WORD_FREQUENCY if form <= Form.TITLE else 1
            for word in words(key):
                counted[word] += weight
    return counted


def words(text: str) -> list[str]:
    """Words of three letters or more, folded; underscores belong to words.

    >>> words("Call os.listdir() 42 times")
    ['call', 'listdir', 'times']
    """
    return _WORD.findall(text.lower())


def _entries(pages: Sequence[ParsedPage]) -> Iterator[AssembledEntry]:
    area = areas(pages)
    gone = {
        entry.name
        for page in pages
        for entry in page.entries
        if entry.kind == "module" and _module_is_deprecated(entry)
    }
    inside_gone = tuple(f"{name}." for name in gone)
    for number, page in enumerate(pages):
        for entry in page.entries:
            module = entry.name if entry.kind == "module" else entry.module
            deprecated = f"{module}.".startswith(inside_gone) or (entry.kind != "module" and _is_deprecated(entry))
            keys = {key: 0 for key in entry_keys(entry) if key[0] and len(key[0]) <= MAX_KEY_CHARS}
            yield AssembledEntry(entry, number, area[page.path], deprecated, keys=keys)


def _module_is_deprecated(entry: Entry) -> bool:
    """Whether a module's notes or its first sentence say so of itself.

    A note among its own may as well be about a parameter, a constant, or another module that it replaces; one without
    words of its own is about the module when it comes first.
    """
    if entry.summary.startswith(f"{entry.name} is deprecated"):
        return True
    for position, note in enumerate(entry.notes):
        if note.change in {"deprecated", "removed"}:
            said = _REMOVAL.sub("", note.text)
            if position == 0 and (not said or said.startswith("See ")):
                return True
            if "this module" in said.lower() or f" {entry.name} module" in f" {said}":
                return True
    return False


def _is_deprecated(entry: Entry) -> bool:
    # A note with words of its own is usually about a parameter; the bare one is about the whole object.
    return entry.kind != "section" and any(
        note.change in {"deprecated", "removed"} and len(note.text) < MAX_KEY_CHARS for note in entry.notes
    )


def _places(found: list[AssembledEntry], pages: Sequence[ParsedPage]) -> dict[tuple[str, str], AssembledEntry]:
    places: dict[tuple[str, str], AssembledEntry] = {}
    for item in found:
        path = pages[item.page].path
        places.setdefault((path, ""), item)
        places[path, item.entry.anchor] = item
    for item in found:
        for anchor in item.entry.anchors:
            places.setdefault((pages[item.page].path, anchor), item)
    return places


def _add_links(links: Iterable[LinkCounts], places: dict[tuple[str, str], AssembledEntry]) -> None:
    by_text: defaultdict[str, Counter[int]] = defaultdict(Counter)
    targets: dict[int, AssembledEntry] = {}
    for counts in links:
        for (page, anchor, text), count in counts.items():
            target = places.get((page, anchor))
            if target is None:
                continue
            target.link_count += count
            if text:
                targets[id(target)] = target
                by_text[text][id(target)] += count
    for text, counts in by_text.items():
        total = counts.total()
        for identity, count in counts.items():
            target = targets[identity]
            if count >= _LINK_SHARE * total and not any((text, form) in target.keys for form in Form):
                target.keys[text, Form.LINK] = count


def _repeats_name(line: str, entry: Entry) -> bool:
    """Whether an index line says no more than the entry's own name: ``dump() (in module json)``, ``module json``."""
    if entry.kind in {"section", "term"}:
        return False
    own = {fold(entry.name), fold(entry.name).rpartition(".")[2]}
    if entry.kind == "module":
        return not {word for word in fold(line).split() if word not in own} - {"module"}
    if entry.kind == "option":
        return "option" in line
    return fold(line).partition(" ")[0].removesuffix("()") in own or entry.kind == "envvar"
