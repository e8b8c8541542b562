"""Documented objects: what the inventory and Sphinx's classes say about a description list."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from livedocs.parsing.drafts import Head
from livedocs.parsing.models import PageContext
from livedocs.parsing.outline import Element, ids
from livedocs.parsing.text import inline_text

ObjectRecord = tuple[str, str, str]

# Roles whose kind is not simply their own word. Python's need no prefix: they are what people mean by the word.
_KINDS = {
    "py:classmethod": "method",
    "py:staticmethod": "method",
    "py:property": "attribute",
    "py:decorator": "function",
    "py:decoratorfunction": "function",
    "py:decoratormethod": "method",
    "std:cmdoption": "option",
    "std:label": "section",
}
# Grammar tokens; parameters of C, C++ (c:functionParam, cpp:templateParam) and sphinx-paramlinks (py:parameter).
_PARTS_OF_A_DESCRIPTION = ("token", "param", "parameter")
_UNPREFIXED_DOMAINS = frozenset({"py", "std"})
_WRITTEN_NAME = re.compile(r'<(span|code)\b[^>]*\bclass="[^"]*\b(?:descclassname|descname)\b[^"]*"[^>]*>(.*?)</\1>')
_WORD = re.compile(r"[\w.]+")
_OPTION_BEHIND_PROGRAM = re.compile(r".*?\.([-+/].*)")


@dataclass(frozen=True, slots=True)
class Identity:
    """Which object a description belongs to.

    Attributes:
        role: ``domain:role``.
        name: qualified name.
        aliases: further names of the same object.
    """

    role: str
    name: str
    aliases: tuple[str, ...] = ()


def kind_of(role: str) -> str:
    """The word for a ``domain:role``.

    >>> kind_of("py:classmethod"), kind_of("c:function"), kind_of("rst:directive:option")
    ('method', 'c-function', 'rst-directive-option')
    """
    domain, _, word = role.partition(":")
    return _KINDS.get(role) or (word if domain in _UNPREFIXED_DOMAINS else role).replace(":", "-")


def is_documented(role: str) -> bool:
    """Whether an inventory role stands for an object with a description of its own.

    Labels are places, documents are pages, grammar tokens and function parameters are parts of another description.
    """
    return role not in {"std:label", "std:doc"} and not role.lower().endswith(_PARTS_OF_A_DESCRIPTION)


def object_name(role: str, name: str) -> str:
    """The words of an inventory name: a command-line option is stored with its program in front.

    >>> object_name("std:cmdoption", "json.tool.--indent"), object_name("py:function", "json.dump")
    ('--indent', 'json.dump')
    """
    if role == "std:cmdoption" and (behind := _OPTION_BEHIND_PROGRAM.fullmatch(name)):
        return behind[1]
    return name


def identify(
    objects: Mapping[str, Sequence[ObjectRecord]], anchors: Iterable[str], heading: str = ""
) -> Identity | None:
    """The inventory's object at any of some ids.

    Args:
        objects: a page's objects by anchor.
        anchors: ids, the likeliest first.
        heading: the words above the description; of several names the one that stands first in them leads.
    """
    found = [
        (role, object_name(role, name), anchor)
        for anchor in anchors
        for role, name, _ in objects.get(anchor, ())
        if is_documented(role)
    ]
    if not found:
        return None

    def precedence(record: ObjectRecord) -> tuple[bool, int]:
        position = heading.find(record[1])
        return record[1] != record[2], position if position >= 0 else len(heading)

    role, name, _ = min(found, key=precedence)
    aliases = dict.fromkeys(other for _, other, _ in found if other != name)
    return Identity(role, name, tuple(aliases))


def is_object_term(element: Element, container: Element, context: PageContext) -> bool:
    """Whether a ``dt`` with an id names an object (rather than a footnote or a field)."""
    if "glossary" in container.classes or "sig" in element.classes:
        return True
    return identify(context.objects, [element.id]) is not None


def head_of(html: str, term: Element, container: Element, context: PageContext) -> Head:
    """The head that a ``dt`` makes.

    Args:
        html: the sanitised page.
        term: the ``dt``; its id is what it is linked by.
        container: the ``dl`` around it, whose classes tell domain and role.
        context: of the page.
    """
    anchor = term.id
    content = html[term.inner_start : term.inner_end]
    inner_ids = [identifier for identifier in ids(html[term.start : term.inner_end]) if identifier != anchor]
    words = inline_text(content)
    if "glossary" in container.classes:
        return Head(anchor, "term", "std:term", words, anchors=inner_ids)
    identity = identify(context.objects, [anchor, *inner_ids], words)
    if identity is None:
        written = written_name(content)
        identity = Identity(
            _role_by_classes(container), anchor if anchor.endswith(f".{written}") else written or anchor
        )
    return Head(
        anchor,
        kind_of(identity.role),
        identity.role,
        identity.name,
        signatures=[signature_of(content, identity.name)] if words else [],
        aliases=identity.aliases,
        anchors=inner_ids,
    )


def written_name(content: str) -> str:
    """The name as a ``dt`` writes it; below its class that is a method's last part only."""
    return "".join(inline_text(match[2]) for match in _WRITTEN_NAME.finditer(content))


def signature_of(content: str, name: str) -> str:
    """The words of a ``dt`` with the qualified name in place of the written one."""
    signature = inline_text(content)
    written = written_name(content)
    if written and name.endswith(f".{written}"):
        for word in _WORD.finditer(signature):
            if word[0] == written:
                return f"{signature[: word.start()]}{name}{signature[word.end() :]}"
    return signature


def module_of(name: str, modules: Collection[str]) -> str:
    """The longest module name that a qualified name stands in; empty when none does.

    >>> module_of("os.path.join", {"os", "os.path"})
    'os.path'
    """
    prefix = name
    while "." in prefix:
        prefix = prefix.rpartition(".")[0]
        if prefix in modules:
            return prefix
    return ""


def _role_by_classes(container: Element) -> str:
    classes = container.classes
    if len(classes) > 1:
        return f"{classes[0]}:{classes[1]}"
    return f"py:{classes[0]}" if classes else "std:object"
