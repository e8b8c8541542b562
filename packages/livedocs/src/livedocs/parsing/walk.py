"""From the outline of a page to the drafts of its entries."""

from __future__ import annotations

import re
from itertools import groupby

from livedocs.parsing.drafts import Draft, Head
from livedocs.parsing.models import PageContext
from livedocs.parsing.notes import change_of
from livedocs.parsing.objects import head_of, identify, is_object_term
from livedocs.parsing.outline import Element, ids
from livedocs.parsing.sections import heading_of, heading_text, is_section
from livedocs.parsing.text import inline_text

# Empty spans that stand right before an element are places that mean the element.
_TARGETS_BEFORE = re.compile(r'(?:<span [^>]*id="[^>]*></span>\s*)+\Z')
_LOOK_BACK_CHARACTERS = 600
# Far deeper than documentation goes; without it a page of nothing but nested sections would need memory by the square.
_MAX_BREADCRUMB = 20
_NO_SUMMARY_INSIDE = frozenset({"admonition", "contents", "sidebar", "toctree-wrapper", "topic"})
_NO_SUMMARY = frozenset({"rubric", "caption", "admonition-title", "topic-title", "sidebar-title", "centered"})
_LABEL_OR_LINK = re.compile(r"<(strong|a)\b[^>]*>.*?</\1>", re.DOTALL)


class Walk:
    """Assigns every piece of one page to the entry it belongs to.

    Args:
        html: the sanitised page.
        elements: its outline.
        context: what the inventory says about it.
        title: of the page.
    """

    def __init__(self, html: str, elements: list[Element], context: PageContext, title: str) -> None:
        self._html = html
        self._elements = elements
        self._context = context
        self._title = title
        self._groups: dict[int, tuple[Element, list[Element]]] = {}
        self._skip_until = 0
        self._no_summary_until = 0
        root = Draft([Head("", "section", "std:label", title)], [(0, len(html))], len(html) + 1)
        self._open = [root]
        self.root = root
        self.drafts: list[Draft] = []

    def run(self) -> list[Draft]:
        """Walk the page once; the drafts in document order, without the root."""
        for element in self._elements:
            if element.start < self._skip_until:
                continue
            while element.start >= self._open[-1].end:
                self._open.pop()
            self._enter(element)
        return self.drafts

    def _enter(self, element: Element) -> None:
        if is_section(element):
            self._open_section(element)
        elif element.tag == "dl":
            self._find_groups(element)
        elif element.tag == "dt":
            if group := self._groups.get(element.start):
                self._open_group(*group)
            self._skip_until = element.end
        elif element.tag == "div":
            if change_of(element):
                self._open[-1].notes.append(element)
                self._no_summary_until = element.end
            elif not _NO_SUMMARY_INSIDE.isdisjoint(element.classes):
                self._no_summary_until = max(self._no_summary_until, element.end)
        elif element.tag == "p":
            self._consider_summary(element)

    def _open_section(self, element: Element) -> None:
        parent = self._open[-1]
        heading = heading_of(element)
        title = heading_text(self._html[heading.inner_start : heading.inner_end]) if heading else ""
        start, targets = self._targets_before(element.start)
        places = [element.id, *targets]
        module = next((place for place in places if self._is_module(place)), None)
        if module is None:
            head = Head(element.id, "section", "std:label", title or element.id)
        else:
            identity = identify(self._context.objects, [module])
            assert identity is not None
            head = Head(module, "module", "py:module", identity.name, title, aliases=identity.aliases)
        head.anchors = [place for place in places if place != head.anchor]
        draft = Draft(
            [head],
            [(element.inner_start, element.inner_end)],
            element.end,
            self._breadcrumb(parent, title),
            head.name if head.kind == "module" else parent.module,
            depth=parent.depth + 1,
            is_section=True,
        )
        if heading is not None:
            head.anchors += ids(self._html[heading.start : heading.end])
            draft.cuts.append((heading.start, heading.end))
        parent.cuts.append((start, element.end))
        self._push(draft)

    def _find_groups(self, container: Element) -> None:
        """Note which terms of a description list begin the description of objects."""
        start, targets = self._targets_before(container.start)
        group: list[Element] = []
        groups: list[list[Element]] = []
        for is_term, run in groupby(container.children, key=lambda child: child.tag == "dt"):
            if is_term:
                group = []
                groups.append(group)
            group.extend(run)
        described = [group for group in groups if self._describes_objects(group, container, targets)]
        for group in described:
            self._groups[group[0].start] = (container, group)
        if groups and len(described) == len(groups):
            self._open[-1].cuts.append((start, container.end))

    def _describes_objects(self, group: list[Element], container: Element, targets: list[str]) -> bool:
        terms = [element for element in group if element.tag == "dt"]
        if any(term.id and is_object_term(term, container, self._context) for term in terms):
            return True
        # An object that is kept out of the index has no id of its own; a place right before it stands in.
        return bool(targets) and container.classes[:1] == ("py",) and any("sig" in term.classes for term in terms)

    def _open_group(self, container: Element, group: list[Element]) -> None:
        parent = self._open[-1]
        terms = [element for element in group if element.tag == "dt"]
        descriptions = [element for element in group if element.tag == "dd"]
        _, targets = self._targets_before(container.start) if group[0] is container.children[0] else (0, [])
        heads: list[Head] = []
        overloads: list[str] = []
        for term in terms:
            anchor = term.id or (targets.pop() if targets and not heads and not any(t.id for t in terms) else "")
            if anchor:
                heads.append(head_of(self._html, term, container, anchor, self._context))
                continue
            signature = inline_text(self._html[term.inner_start : term.inner_end])
            (heads[-1].signatures if heads else overloads).append(signature)
        if not heads:
            return
        heads[0].signatures[:0] = overloads
        heads[0].anchors += targets
        draft = Draft(
            heads,
            [(description.inner_start, description.inner_end) for description in descriptions],
            group[-1].end,
            self._breadcrumb(parent),
            parent.module,
            depth=parent.depth,
        )
        parent.cuts.append((group[0].start, group[-1].end))
        self._push(draft)

    def _push(self, draft: Draft) -> None:
        self.drafts.append(draft)
        self._open.append(draft)

    def _breadcrumb(self, parent: Draft, title: str = "") -> tuple[str, ...]:
        if parent is self.root:
            return () if title == self._title else (self._title,)
        name = parent.heads[0].title or parent.heads[0].name
        return (*parent.breadcrumb[:_MAX_BREADCRUMB], name)

    def _is_module(self, anchor: str) -> bool:
        return any(role == "py:module" for role, _, _ in self._context.objects.get(anchor, ()))

    def _targets_before(self, position: int) -> tuple[int, list[str]]:
        """The empty places that stand right before a position: where they begin, and their ids."""
        tail = self._html[max(0, position - _LOOK_BACK_CHARACTERS) : position]
        if not tail.rstrip().endswith("</span>"):
            return position, []
        found = _TARGETS_BEFORE.search(tail)
        if found is None:
            return position, []
        return position - len(found[0]), ids(found[0])

    def _consider_summary(self, element: Element) -> None:
        draft = self._open[-1]
        if draft.paragraph is not None or element.start < self._no_summary_until:
            return
        if not _NO_SUMMARY.isdisjoint(element.classes):
            return
        content = self._html[element.inner_start : element.inner_end]
        # "Source code: Lib/json/__init__.py" labels links; it summarises nothing.
        if "<strong" in content and not inline_text(_LABEL_OR_LINK.sub("", content)).strip(" .,:;|"):
            return
        draft.paragraph = element
