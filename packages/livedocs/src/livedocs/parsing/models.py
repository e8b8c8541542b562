"""What the parser makes of a page. Plain, immutable, cheap to pickle: pages are parsed on every core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class VersionNote:
    """A statement that something came, changed or goes in a version.

    Attributes:
        change: ``added``, ``changed``, ``deprecated`` or ``removed``.
        version: the version as written, e.g. ``3.11``; may be empty.
        text: the rest of the note; may be empty.
    """

    change: str
    version: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found and linked to.

    Attributes:
        anchor: id of its element on the page; empty for a page that has no section with an id.
        kind: word for people and filters: ``function``, ``class``, ``method``, ``attribute``, ``data``, ``exception``,
            ``module``, ``section``, ``term``, ``option``, ``envvar``, ``opcode``, ``pdbcommand``, ``c-function``, ...
        role: ``domain:role`` of the inventory, e.g. ``py:classmethod``; ``std:label`` for sections.
        name: qualified name of an object, the wording of a term, the title of a section (no numbering).
        title: for a module, the title of the section that documents it; empty for everything else.
        signatures: each overload in words, e.g. ``json.dump(obj, fp, *, skipkeys=False)``; empty for sections.
        module: the module it belongs to, e.g. ``json``; empty when it belongs to none.
        breadcrumb: page title and the headings or objects above it, outermost first, without itself.
        summary: the first paragraph as plain text.
        text: its own full text without that of nested entries.
        html: its own sanitised HTML without that of nested entries.
        spans: where that HTML stands in its page's, as ``(start, end)`` in characters, in order.
        notes: what came, changed or goes in which version.
        aliases: further qualified names of the same object (several names over one description are separate entries;
            this is for names only the inventory knows).
        anchors: other ids inside its own HTML, each a way to land in it.
        level: 1 for the page's first section, 2 below it, ...; 0 for objects.
    """

    anchor: str
    kind: str
    role: str
    name: str
    title: str = ""
    signatures: tuple[str, ...] = ()
    module: str = ""
    breadcrumb: tuple[str, ...] = ()
    summary: str = ""
    text: str = ""
    html: str = ""
    spans: tuple[tuple[int, int], ...] = field(default=(), compare=False)
    notes: tuple[VersionNote, ...] = ()
    aliases: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()
    level: int = 0


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of a page's breadcrumb: a title and the page it leads to (path inside the docset)."""

    title: str
    page: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link from a page's text into the same documentation.

    Attributes:
        page: path of the page it leads to.
        anchor: id on that page; empty for the page itself.
        text: the words that are linked.
    """

    page: str
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class IndexTerm:
    """A line of the general index.

    Attributes:
        text: the words, main and sub entry joined: ``:= (colon equals)``, ``comprehensions list``.
        page: path of the page it points to.
        anchor: id on that page.
    """

    text: str
    page: str
    anchor: str


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """Everything one page holds.

    Attributes:
        path: below the documentation's root, with ``/``, e.g. ``library/json.html``.
        title: of the page, plain text.
        breadcrumb: the pages above it, outermost first; empty at the top.
        html: its sanitised body, links rewritten to stay inside the app.
        entries: in document order; each entry's anchor is unique on its page.
        links: to pages of the same documentation, in document order, without permalinks and tables of contents.
        images: paths of the image files it shows, below the documentation's root.
        previous: path of the page before it in reading order; empty when there is none.
        next: path of the page after it; empty when there is none.
        copyright: the notice at its foot, plain text.
        licence: name of the licence, when the page states one; empty otherwise.
        canonical_url: absolute http(s) address the page states for itself; empty when it states none.
        language: of the page, e.g. ``en``; empty when it states none.
    """

    path: str
    title: str
    breadcrumb: tuple[Crumb, ...] = ()
    html: str = ""
    entries: tuple[Entry, ...] = ()
    links: tuple[Link, ...] = ()
    images: tuple[str, ...] = ()
    previous: str = ""
    next: str = ""
    copyright: str = ""
    licence: str = ""
    canonical_url: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class PageContext:
    """What the parser knows about a page before it reads it.

    Attributes:
        path: of the page below the documentation's root.
        url_prefix: where the docset's pages live in the app, ending in ``/``, e.g. ``/docs/python/3.11/``.
        objects: the inventory's objects on this page by anchor: ``(domain:role, name, display name)``, several when
            several names share an anchor.
        modules: names of the documentation's Python modules that objects of this page can belong to.
    """

    path: str
    url_prefix: str
    objects: Mapping[str, tuple[tuple[str, str, str], ...]] = field(
        default_factory=dict[str, tuple[tuple[str, str, str], ...]]
    )
    modules: frozenset[str] = frozenset()
