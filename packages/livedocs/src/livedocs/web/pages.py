"""Making HTML: the templates, what each of them may use, and the version of it all."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from livedocs.command import command
from livedocs.search.reading import MAX_PASTED_CHARS
from livedocs.web import wording
from livedocs.web.entries.excerpt import excerpt
from livedocs.web.entries.signatures import laid_out
from livedocs.web.reading.direction import direction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from livedocs.web.assets import Assets
    from livedocs.web.library import Library

TEMPLATE_FOLDER = Path(__file__).parent / "templates"


class Pages:
    """Renders the templates.

    Args:
        library: every page may name what it holds.
        assets: linked from every page.
    """

    def __init__(self, library: Library, assets: Assets) -> None:
        self._library = library
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATE_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        cast("dict[str, Any]", self._environment.globals).update(
            asset=assets.url,
            command=command(),
            excerpt=lambda entry: excerpt(entry.html, entry.url.partition("#")[0]),
            longest_paste=MAX_PASTED_CHARS,
            prose_kinds=wording.PROSE_KINDS,
            search_address=wording.search_address,
        )
        cast("dict[str, Any]", self._environment.filters).update(
            breakable=wording.breakable,
            direction=direction,
            first_words=wording.first_words,
            heading_line=wording.heading_line,
            kind_label=wording.kind_label,
            laid_out=laid_out,
            mark_matches=wording.mark_matches,
            place=wording.place,
        )
        self._files_version = f"{_hash_of_files(TEMPLATE_FOLDER)}-{assets.version}"

    @property
    def version(self) -> str:
        """Changes exactly when the library, a template, a style or a script does."""
        held = self._library.held
        return f"{held.hash if held else 'none'}-{self._files_version}"

    def preload(self) -> None:
        """Compile all templates, where processes that are forked can share them."""
        for name in self._environment.list_templates():
            self._environment.get_template(name)

    def render(self, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200) -> HTMLResponse:
        """Render a template into a response.

        Args:
            template: file name of the template.
            context: its variables; every page has ``docsets`` besides.
            status: HTTP status code.
        """
        return HTMLResponse(self.text(template, context), status)

    def text(self, template: str, context: Mapping[str, Any] | None = None) -> str:
        """Render a template.

        Args:
            template: file name of the template.
            context: its variables; every page has ``docsets`` besides.
        """
        held = self._library.held
        variables = {
            "query": "",
            "explain": False,
            "docsets": held.docsets if held else (),
        }
        return self._environment.get_template(template).render(variables | dict(context or {}))


def _hash_of_files(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.*ml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
