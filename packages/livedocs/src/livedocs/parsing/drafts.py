"""Entries in the making: which pieces of the page are theirs."""

from __future__ import annotations

from dataclasses import dataclass, field

from livedocs.parsing.outline import Element


@dataclass(slots=True)
class Head:
    """A name over a description; several share one when the page lists them above it.

    Attributes:
        anchor: id it is linked by.
        kind: see `livedocs.parsing.models.Entry`.
        role: see `livedocs.parsing.models.Entry`.
        name: see `livedocs.parsing.models.Entry`.
        title: see `livedocs.parsing.models.Entry`.
        signatures: one for each overload.
        aliases: further names of the inventory.
        anchors: further ids that mean this head rather than its description.
    """

    anchor: str
    kind: str
    role: str
    name: str
    title: str = ""
    signatures: list[str] = field(default_factory=list[str])
    aliases: tuple[str, ...] = ()
    anchors: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class Group:
    """Terms that share a description.

    Attributes:
        container: the ``dl`` they stand in.
        terms: one or more ``dt``.
        targets: further ids that mean the first of them.
        descriptions: the ``dd`` below them.
    """

    container: Element
    terms: list[Element]
    targets: list[str]
    descriptions: list[Element] = field(default_factory=list[Element])

    @property
    def end(self) -> int:
        """Position behind the last of it."""
        return (self.descriptions or self.terms)[-1].end


@dataclass(slots=True, eq=False)
class Draft:
    """A description and the heads above it.

    Attributes:
        heads: the names it describes.
        ranges: positions of its HTML, nested entries included.
        end: position behind everything that can belong to it.
        breadcrumb: titles above it.
        module: the module whose section it stands in.
        depth: how many sections it stands in, itself included when it describes one.
        is_section: whether it describes a section (or the module that a section documents) rather than objects.
        cuts: positions of what is in its ranges without being its own: nested entries, its heading.
        contents: positions of the tables of contents in it.
        notes: its version notes.
        paragraph: the one to summarise it with.
    """

    heads: list[Head]
    ranges: list[tuple[int, int]]
    end: int
    breadcrumb: tuple[str, ...] = ()
    module: str = ""
    depth: int = 0
    is_section: bool = False
    cuts: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    contents: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    notes: list[Element] = field(default_factory=list[Element])
    paragraph: Element | None = None

    @property
    def start(self) -> int:
        """Position of its content."""
        return self.ranges[0][0] if self.ranges else self.end

    @property
    def level(self) -> int:
        """Depth of a section, 0 for objects."""
        return self.depth if self.is_section else 0

    def own_html(self, html: str, *, with_contents: bool = True) -> str:
        """Its part of the page's HTML without what is cut out of it.

        Args:
            html: the sanitised page.
            with_contents: whether tables of contents stay; their words are those of other entries.
        """
        return "".join(html[start:end] for start, end in self.own_spans(html, with_contents=with_contents))

    def own_spans(self, html: str, *, with_contents: bool = True) -> tuple[tuple[int, int], ...]:
        """Where `own_html` stands in the page's HTML; no white space at either end."""
        left_out = self.cuts if with_contents else sorted(self.cuts + self.contents)
        cuts = iter([*left_out, (len(html), len(html))])
        cut_start, cut_end = next(cuts)
        spans: list[tuple[int, int]] = []
        for start, end in self.ranges:
            position = start
            while cut_start < end:
                spans.append((position, cut_start))
                position = max(position, cut_end)
                cut_start, cut_end = next(cuts)
            spans.append((position, end))
        return _stripped(html, [(start, end) for start, end in spans if start < end])


def _stripped(html: str, spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    first, last = 0, len(spans)
    while first < last and html[slice(*spans[first])].isspace():
        first += 1
    while first < last and html[slice(*spans[last - 1])].isspace():
        last -= 1
    kept = spans[first:last]
    if kept:
        start, end = kept[0]
        kept[0] = end - len(html[start:end].lstrip()), end
        start, end = kept[-1]
        kept[-1] = start, start + len(html[start:end].rstrip())
    return tuple(kept)
