"""From drafts to entries."""

from __future__ import annotations

from dataclasses import replace

from livedocs.parsing.drafts import Draft, Head
from livedocs.parsing.models import Entry, PageContext
from livedocs.parsing.notes import change_of, read_note
from livedocs.parsing.objects import identify, kind_of, module_of
from livedocs.parsing.outline import ids
from livedocs.parsing.text import inline_text, plain_text, summary_of
from livedocs.parsing.walk import Walk

_COPIED_CHARACTERS = 100_000
"""What shares a description has a copy of it, until the copies on a page are this long together, or as the page is."""


def build_entries(html: str, walk: Walk, context: PageContext) -> tuple[Entry, ...]:
    """Everything on a page that can be found and linked to, in document order, each anchor once.

    Args:
        html: the sanitised page.
        walk: over it, not yet run.
        context: what the inventory says about it.
    """
    drafts = walk.run()
    builder = _Builder(html, context)
    root_html = walk.root.own_html(html)
    if not drafts or inline_text(root_html):
        walk.root.depth, walk.root.is_section = 1, True
        drafts = [walk.root, *drafts]
    else:
        drafts[0].heads[0].anchors += walk.root.heads[0].anchors + ids(root_html)
    for draft in _without_mere_headings(html, drafts):
        builder.add(draft)
    return builder.entries()


def _without_mere_headings(html: str, drafts: list[Draft]) -> list[Draft]:
    """Drafts without the sections that are nothing but a heading over the one object they are named after."""
    kept: list[Draft] = []
    for position, draft in enumerate(drafts):
        described = _only_object(drafts, position)
        own = draft.own_html(html) if described is not None else ""
        if described is None or "<img" in own or inline_text(own):
            kept.append(draft)
        else:
            described.heads[0].anchors += [draft.heads[0].anchor, *draft.heads[0].anchors, *ids(own)]
    return kept


def _only_object(drafts: list[Draft], position: int) -> Draft | None:
    """The object that a section holds besides what stands in that object; None when it holds another or none."""
    section = drafts[position]
    inner = drafts[position + 1] if position + 1 < len(drafts) else None
    if inner is None or inner.start >= section.end or not _is_named_after(section, inner):
        return None
    followers = (drafts[index] for index in range(position + 2, len(drafts)))
    behind = next((draft for draft in followers if draft.start >= inner.end), None)
    return inner if behind is None or behind.start >= section.end else None


def _is_named_after(section: Draft, described: Draft) -> bool:
    if section.heads[0].kind != "section" or described.is_section or len(described.heads) > 1:
        return False
    title = section.heads[0].name.removesuffix("()")
    return bool(title) and f".{described.heads[0].name}".endswith(f".{title}")


class _Builder:
    def __init__(self, html: str, context: PageContext) -> None:
        self._html = html
        self._context = context
        self._entries: dict[str, Entry] = {}
        self._copied_characters = 0

    def add(self, draft: Draft) -> None:
        spans = draft.own_spans(self._html)
        own = "".join(self._html[start:end] for start, end in spans)
        text = plain_text(draft.own_html(self._html, with_contents=False) if draft.contents else own)
        notes = tuple(
            read_note(change_of(note) or "", self._html[note.inner_start : note.inner_end]) for note in draft.notes
        )
        summary = self._summary(draft, text)
        described: Entry | None = None
        for head in draft.heads:
            if head.anchor in self._entries:
                continue
            entry = Entry(
                anchor=head.anchor,
                kind=head.kind,
                role=head.role,
                name=head.name,
                title=head.title,
                signatures=tuple(head.signatures),
                module=self._module(head, draft),
                breadcrumb=draft.breadcrumb,
                summary=summary,
                text=text if described is None else "",
                html=own if described is None else "",
                spans=spans if described is None else (),
                notes=notes if described is None else (),
                aliases=head.aliases,
                anchors=(*head.anchors, *ids(own)) if described is None else tuple(head.anchors),
                level=draft.level,
            )
            if described is None:
                described = self._entries[head.anchor] = entry
            else:
                self._entries[head.anchor] = self._with_copy(entry, described)

    def entries(self) -> tuple[Entry, ...]:
        taken = set(self._entries)
        result: list[Entry] = []
        for entry in self._entries.values():
            anchors = tuple(anchor for anchor in dict.fromkeys(entry.anchors) if anchor not in taken)
            taken.update(anchors)
            result.extend(self._with_strays(entry if anchors == entry.anchors else replace(entry, anchors=anchors)))
        return tuple(result)

    def _with_strays(self, entry: Entry) -> list[Entry]:
        """An entry, and entries for objects that the inventory places inside it without a description of their own."""
        strays: list[Entry] = []
        for anchor in entry.anchors:
            identity = identify(self._context.objects, [anchor])
            if identity is None or identity.name in {entry.name, *entry.aliases}:
                continue
            stray = replace(
                entry,
                anchor=anchor,
                kind=kind_of(identity.role),
                role=identity.role,
                name=identity.name,
                aliases=identity.aliases,
                anchors=(),
                text="",
                html="",
                spans=(),
                notes=(),
            )
            if identity.role == "py:module":
                stray = replace(stray, title=entry.title or entry.name, module="", signatures=())
            strays.append(stray)
        if len(strays) == 1 and entry.kind == "section" and strays[0].kind == "module":
            # A module directive below a heading documents its module in that section: one thing, not two.
            places = (entry.anchor, *(anchor for anchor in entry.anchors if anchor != strays[0].anchor))
            entry = _describe(replace(strays.pop(), anchors=places), entry)
        strays = [self._with_copy(stray, entry) for stray in strays]
        if not strays:
            return [entry]
        taken = {stray.anchor for stray in strays}
        return [replace(entry, anchors=tuple(a for a in entry.anchors if a not in taken)), *strays]

    def _with_copy(self, entry: Entry, described: Entry) -> Entry:
        """An entry with the description of another, or as it is when a page holds too much of such."""
        self._copied_characters += len(described.html)
        if self._copied_characters > max(_COPIED_CHARACTERS, len(self._html)):
            return entry
        return _describe(entry, described)

    def _module(self, head: Head, draft: Draft) -> str:
        if head.kind == "module":
            return ""
        own = module_of(head.name, self._context.modules) if head.role.startswith("py:") else ""
        return own or draft.module

    def _summary(self, draft: Draft, text: str) -> str:
        if draft.paragraph is not None:
            words = inline_text(self._html[draft.paragraph.inner_start : draft.paragraph.inner_end])
            if words:
                return summary_of(words)
        noted = {inline_text(self._html[note.inner_start : note.inner_end]) for note in draft.notes}
        return summary_of(next((line for line in text.splitlines() if line not in noted), ""))


def _describe(entry: Entry, described: Entry) -> Entry:
    """An entry with the description of another."""
    return replace(entry, text=described.text, html=described.html, spans=described.spans, notes=described.notes)
