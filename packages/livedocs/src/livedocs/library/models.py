"""What is read back from a library."""

from __future__ import annotations

from dataclasses import dataclass

from livedocs.parsing.models import Crumb, VersionNote


@dataclass(frozen=True, slots=True)
class Docset:
    """One documentation in one version, as the library lists it.

    Attributes:
        name: in addresses and filters, e.g. ``python``.
        version: e.g. ``3.11``.
        title: the project's own spelling, e.g. ``Python``.
        language: e.g. ``en``; may be empty.
        origin: the source it was built from, in words.
        original_url: where the same pages are on the web, ending in ``/``; None when not known.
        licence: name of the licence of the text; may be empty.
        copyright: the notice the documentation carries; may be empty.
        home_page: path of the page to start reading at.
        content_hash: hexadecimal sha256 over everything that was parsed.
        page_count: pages.
        entry_count: entries.
        object_count: objects of the inventory that ought to be found.
        missing_count: those of them that were not.
    """

    name: str
    version: str
    title: str
    language: str
    origin: str
    original_url: str | None
    licence: str
    copyright: str
    home_page: str
    content_hash: str
    page_count: int
    entry_count: int
    object_count: int
    missing_count: int

    @property
    def url(self) -> str:
        """Address of its first page inside the app."""
        return f"/docs/{self.name}/{self.version}/{self.home_page}"


@dataclass(frozen=True, slots=True)
class Page:
    """A page to read, with the docset it belongs to.

    Attributes:
        docset: its docset.
        path: inside the docset.
        title: plain text.
        breadcrumb: the pages above it, outermost first.
        html: sanitised body; its links stay inside the app.
        previous: the page before it; None when there is none.
        next: the page after it; None when there is none.
    """

    docset: Docset
    path: str
    title: str
    breadcrumb: tuple[Crumb, ...]
    html: str
    previous: Crumb | None
    next: Crumb | None

    @property
    def original_url(self) -> str | None:
        """The same page on the web; None when not known."""
        return self.docset.original_url and self.docset.original_url + self.path


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry with all its text, as ``/api/v1/entries/{id}`` and ``livedocs show`` give it.

    Attributes:
        id: in this library.
        docset: its docset.
        page: path of its page.
        page_title: title of that page.
        anchor: id on that page; empty for the whole page.
        kind: e.g. ``function``.
        role: the inventory's ``domain:role``.
        name: qualified name, term or section title.
        title: for modules, the title of their section.
        module: module it belongs to; may be empty.
        signatures: every overload.
        summary: first paragraph, plain text.
        text: full plain text.
        html: sanitised.
        breadcrumb: where it stands, outermost first.
        notes: what came, changed or goes in which version.
        link_count: links to it from elsewhere in its documentation.
    """

    id: int
    docset: Docset
    page: str
    page_title: str
    anchor: str
    kind: str
    role: str
    name: str
    title: str
    module: str
    signatures: tuple[str, ...]
    summary: str
    text: str
    html: str
    breadcrumb: tuple[str, ...]
    notes: tuple[VersionNote, ...]
    link_count: int

    @property
    def target(self) -> str:
        """Page and anchor inside the docset."""
        return f"{self.page}#{self.anchor}" if self.anchor else self.page

    @property
    def url(self) -> str:
        """Address inside the app."""
        return f"/docs/{self.docset.name}/{self.docset.version}/{self.target}"

    @property
    def original_url(self) -> str | None:
        """The same place on the web; None when not known."""
        return self.docset.original_url and self.docset.original_url + self.target


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages show, such as an image.

    Attributes:
        path: inside the docset.
        media_type: e.g. ``image/png``.
        body: its bytes.
    """

    path: str
    media_type: str
    body: bytes
