"""Where the links of a page lead, and how they are rewritten to stay inside the app."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from livedocs.parsing.generated import is_generated

if TYPE_CHECKING:
    from livedocs.parsing.models import PageContext

_IMAGE_SUFFIXES = (".png", ".svg", ".gif", ".jpg", ".jpeg", ".webp", ".avif", ".bmp")
_PATH_SAFE = "/:@!$&'()*+,;=~"
_FRAGMENT_SAFE = _PATH_SAFE + "?"
_PLAIN = re.compile(r"(?!//)[\w./-]*(?:#[\w./-]*)?", re.ASCII)
_NOTHING_TO_QUOTE = re.compile(r"[\w./-]*", re.ASCII)


def _quote(text: str, safe: str) -> str:
    return text if _NOTHING_TO_QUOTE.fullmatch(text) else quote(text, safe=safe)


@dataclass(frozen=True, slots=True)
class Target:
    """A place in the documentation: a page's or an image's path below its root, and an id on that page."""

    path: str
    anchor: str

    @property
    def is_image(self) -> bool:
        """Whether it is an image rather than a page."""
        return self.path.lower().endswith(_IMAGE_SUFFIXES)


@dataclass(slots=True)
class LinkRewriter:
    """Turns the relative addresses of one page into addresses of the app.

    Attributes:
        context: the page the addresses stand on.
        images: paths of the images met so far, in order, each once.
    """

    context: PageContext
    images: dict[str, None] = field(default_factory=dict[str, None])
    _addresses: dict[str, str | None] = field(default_factory=dict[str, str | None])
    _targets: dict[str, Target] = field(default_factory=dict[str, Target])
    _paths: dict[str, str | None] = field(default_factory=dict[str, str | None])

    def target(self, url: str) -> Target | None:
        """The page or image that a relative address leads to.

        Returns:
            None for addresses of other sites, of files that are neither page nor image, and of pages that
            hold no documentation.
        """
        if _PLAIN.fullmatch(url):  # as nearly all are; the same as below, and much sooner
            written_path, _, fragment = url.partition("#")
        else:
            try:
                parts = urlsplit(url.strip())
            except ValueError:
                return None
            if parts.scheme or parts.netloc or "\\" in url or url.lstrip().startswith("//"):
                return None
            written_path, fragment = unquote(parts.path), unquote(parts.fragment)
        if written_path not in self._paths:
            self._paths[written_path] = self._documentation_path(written_path)
        path = self._paths[written_path]
        if path is None:
            return None
        return Target(path, "" if path.lower().endswith(_IMAGE_SUFFIXES) else fragment)

    def rewrite(self, url: str) -> str | None:
        """The address in the app, absolute from its root; None when the address has no place there."""
        if url not in self._addresses:
            self._addresses[url] = self._address(url)
        return self._addresses[url]

    def written(self, href: str) -> Target | None:
        """The place that an attribute's value stands for, when it is an address that this rewriter gave."""
        return self._targets.get(unescape(href))

    def _address(self, url: str) -> str | None:
        target = self.target(url)
        if target is None:
            return None
        if target.is_image:
            self.images[target.path] = None
        address = self.context.url_prefix + _quote(target.path, _PATH_SAFE)
        if target.anchor:
            address = f"{address}#{_quote(target.anchor, _FRAGMENT_SAFE)}"
        self._targets[address] = target
        return address

    def _documentation_path(self, path: str) -> str | None:
        """The page or image below the documentation's root that a path as written means; None when it is neither."""
        resolved = self._resolve(path)
        if resolved is None or is_generated(resolved):
            return None
        is_shown = resolved.lower().endswith(_IMAGE_SUFFIXES) or resolved.endswith((".html", ".htm"))
        return resolved if is_shown else None

    def _resolve(self, path: str) -> str | None:
        """A path as written on the page, below the documentation's root; None when it climbs above it."""
        if not path:
            return self.context.path
        if "\0" in path:
            return None
        folder = "" if path.startswith("/") else posixpath.dirname(self.context.path)
        resolved = posixpath.normpath(posixpath.join(folder, path.lstrip("/")))
        if resolved == ".." or resolved.startswith("../"):
            return None
        # Sphinx's dirhtml builder links to folders; the page itself is their index.
        if resolved == ".":
            return "index.html"
        return f"{resolved}/index.html" if path.endswith(("/", "/.", "/..")) else resolved
