"""From the outline of a page to the drafts of its entries."""

from __future__ import annotations

import re
from itertools import groupby

from livedocs.parsing.drafts import Draft, Group, Head
from livedocs.parsing.models import PageContext
from livedocs.parsing.notes import change_of
from livedocs.parsing.objects import head_of, identify, is_object_term, signature_of, written_name
from livedocs.parsing.outline import Element, ids
from livedocs.parsing.sections import heading_of, heading_text, is_section, is_table_of_contents
from livedocs.parsing.text import inline_text, summary_of

# Empty spans that stand right before an element are places that mean the element.
_TARGETS_BEFORE = re.compile(r'(?:<span [^>]*id="[^>]*></span>\s*)+\Z')
_LOOK_BACK_CHARACTERS = 600
# Far deeper than documentation goes; without it a page of nothing but nested sections would need memory by the square.
_MAX_BREADCRUMB = 20
# The text of a note in a note is read for both.
_MAX_NOTES_IN_NOTES = 3
_BETWEEN_OBJECTS = re.compile(r"(?:\s|</?dl\b[^>]*>|<span [^>]*></span>)*")
_NO_SUMMARY_INSIDE = frozenset({"admonition", "field-list", "sidebar", "topic"})
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
        self._groups: dict[int, Group] = {}
        self._headings: set[int] = set()
        self._undescribed: list[Draft] = []
        self._skip_until = 0
        self._no_summary_until = 0
        self._note_ends: list[int] = []
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
                self._open_group(group)
            self._skip_until = element.end
        elif is_table_of_contents(element):
            self._open[-1].contents.append((element.start, element.end))
            self._skip_until = element.end
        elif element.start in self._headings:
            # A section inside a heading would have the heading's words for each of them.
            self._skip_until = element.end
        elif element.tag == "p":
            self._consider_summary(element)
        elif change_of(element):
            self._add_note(element)
        if not _NO_SUMMARY_INSIDE.isdisjoint(element.classes) or change_of(element):
            self._no_summary_until = max(self._no_summary_until, element.end)

    def _open_section(self, element: Element) -> None:
        parent = self._open[-1]
        heading = heading_of(element)
        title = summary_of(heading_text(self._html[heading.inner_start : heading.inner_end])) if heading else ""
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
            self._headings.add(heading.start)
            head.anchors += ids(self._html[heading.start : heading.end])
            draft.cuts.append((heading.start, heading.end))
        parent.cuts.append((start, element.end))
        self._push(draft)

    def _find_groups(self, container: Element) -> None:
        """Note which terms of a description list begin the description of objects."""
        start, targets = self._targets_before(container.start)
        if container.id:
            targets.insert(0, container.id)
        # A module directive between objects means the section from there on, not the next object.
        self._open[-1].heads[0].anchors += [target for target in targets if self._is_module(target)]
        targets = [target for target in targets if not self._is_module(target)]
        groups: list[Group] = []
        for is_term, run in groupby(container.children, key=lambda child: child.tag == "dt"):
            if is_term:
                groups.append(Group(container, terms=list(run), targets=[] if groups else targets))
            elif groups:
                groups[-1].descriptions.extend(run)
        described = [group for group in groups if self._describes_objects(group)]
        if len(groups) == 1 and not described:
            self._continue_overloads(groups[0])
        self._groups.update((group.terms[0].start, group) for group in described)
        if groups and len(described) == len(groups):
            self._open[-1].cuts.append((start, container.end))

    def _describes_objects(self, group: Group) -> bool:
        if any(term.id and is_object_term(term, group.container, self._context) for term in group.terms):
            return True
        # An object that is kept out of the index has no id of its own; a place right before it stands in.
        is_python = group.container.classes[:1] == ("py",)
        return is_python and bool(group.targets) and any("sig" in term.classes for term in group.terms)

    def _open_group(self, group: Group) -> None:
        parent = self._open[-1]
        if not any(term.id for term in group.terms):
            group.terms[0].id = group.targets.pop()
        heads: list[Head] = []
        first = next(index for index, term in enumerate(group.terms) if term.id)
        for term in group.terms[first:]:
            if term.id:
                heads.append(head_of(self._html, term, group.container, self._context))
            else:
                heads[-1].signatures.append(self._signature(term, heads[-1]))
        heads[0].signatures[:0] = [self._signature(term, heads[0]) for term in group.terms[:first]]
        heads[0].anchors += group.targets
        draft = Draft(
            heads,
            [(description.inner_start, description.inner_end) for description in group.descriptions],
            group.end,
            self._breadcrumb(parent),
            parent.module,
            depth=parent.depth,
        )
        parent.cuts.append((group.terms[0].start, group.end))
        if self._undescribed and not self._follows(self._undescribed[-1], group.terms[0].start):
            self._undescribed = []
        content = "".join(self._html[start : min(end, start + _LOOK_BACK_CHARACTERS)] for start, end in draft.ranges)
        if not inline_text(content):
            self._undescribed.append(draft)
        self._push(draft)

    def _continue_overloads(self, group: Group) -> None:
        """Join a description without an id to the object of the same name that stands right before it.

        Only one of several directives for one function may be indexed; the text stands below the last of them.
        """
        previous = self.drafts[-1] if self.drafts else None
        if previous is None or previous.is_section:
            return
        head = previous.heads[-1]
        written = {written_name(self._html[term.inner_start : term.inner_end]) for term in group.terms}
        between = self._html[previous.end : group.container.start]
        if between.strip() != "</dl>" or not all(name and f".{head.name}".endswith(f".{name}") for name in written):
            return
        head.signatures.extend(self._signature(term, head) for term in group.terms)
        previous.ranges.extend((description.inner_start, description.inner_end) for description in group.descriptions)
        previous.end = group.end
        self._open[-1].cuts.append((group.container.start, group.container.end))
        self._open.append(previous)

    def _signature(self, term: Element, head: Head) -> str:
        return signature_of(self._html[term.inner_start : term.inner_end], head.name)

    def _push(self, draft: Draft) -> None:
        self.drafts.append(draft)
        self._open.append(draft)

    def _breadcrumb(self, parent: Draft, title: str = "") -> tuple[str, ...]:
        if parent is self.root:
            return () if title == self._title else (self._title,)
        name = parent.heads[0].title or parent.heads[0].name
        return (*parent.breadcrumb[:_MAX_BREADCRUMB], summary_of(name))

    def _is_module(self, anchor: str) -> bool:
        return any(role == "py:module" for role, _, _ in self._context.objects.get(anchor, ()))

    def _targets_before(self, position: int) -> tuple[int, list[str]]:
        """The empty places that stand right before a position: where they begin, and their ids."""
        tail = self._html[max(0, position - _LOOK_BACK_CHARACTERS) : position]
        if not tail.rstrip().endswith("</span>"):
            return position, []
        found = _TARGETS_BEFORE.search(tail)
        return (position - len(found[0]), ids(found[0])) if found else (position, [])

    def _add_note(self, element: Element) -> None:
        while self._note_ends and element.start >= self._note_ends[-1]:
            self._note_ends.pop()
        if len(self._note_ends) < _MAX_NOTES_IN_NOTES:
            self._open[-1].notes.append(element)
            self._note_ends.append(element.end)

    def _follows(self, draft: Draft, position: int) -> bool:
        """Whether nothing but the edges of lists and empty places stands between objects and a position."""
        between = self._html[draft.end : position]
        return len(between) <= _LOOK_BACK_CHARACTERS and _BETWEEN_OBJECTS.fullmatch(between) is not None

    def _consider_summary(self, element: Element) -> None:
        # Many write the description below the object instead of into it; it stays the section's text all the same.
        undescribed, self._undescribed = self._undescribed, []
        if not _NO_SUMMARY.isdisjoint(element.classes):
            return
        if undescribed and self._follows(undescribed[-1], element.start):
            for draft in undescribed:
                draft.paragraph = element
        draft = self._open[-1]
        if draft.paragraph is not None or element.start < self._no_summary_until:
            return
        content = self._html[element.inner_start : element.inner_end]
        # "Source code: Lib/json/__init__.py" labels links; it summarises nothing.
        if "<strong" in content and not inline_text(_LABEL_OR_LINK.sub("", content)).strip(" .,:;|"):
            return
        draft.paragraph = element
