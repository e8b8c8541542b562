"""How Sphinx builds the site: ``python -m sphinx -W docs build/site``."""

from __future__ import annotations

import inspect
from importlib.metadata import version as version_of
from typing import Any

from sphinx.application import Sphinx

project = "fastapi-data"
release = version_of("fastapi-data")
version = ".".join(release.split(".")[:2])
project_copyright = "the authors of fastapi-data"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

default_role = "literal"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
maximum_signature_line_length = 100
autodoc_class_signature = "mixed"
napoleon_use_ivar = True
napoleon_use_rtype = False

html_theme = "alabaster"
html_theme_options = {
    "description": "The async data layer for FastAPI",
    "fixed_sidebar": True,
    "font_family": "system-ui, sans-serif",
    "head_font_family": "system-ui, sans-serif",
    "body_max_width": "none",
    "page_width": "1140px",
    "sidebar_width": "240px",
}
html_sidebars = {"**": ["about.html", "searchfield.html", "navigation.html"]}
html_show_sourcelink = False
html_copy_source = False

CONTEXT_MANAGERS = {
    "~collections.abc.AsyncGenerator[": "~contextlib.AbstractAsyncContextManager[",
    "~collections.abc.Generator[": "~contextlib.AbstractContextManager[",
}


def name_context_managers(  # noqa: PLR0913, PLR0917 - what Sphinx gives
    app: Sphinx, what: str, name: str, subject: object, options: Any, signature: str, returns: str | None
) -> tuple[str, str] | None:
    """Show what ``async with`` takes, where the source has the generator it is made from."""
    del app, what, name, options
    wrapped = getattr(subject, "__wrapped__", None)
    if returns is not None and (inspect.isasyncgenfunction(wrapped) or inspect.isgeneratorfunction(wrapped)):
        for generator, context_manager in CONTEXT_MANAGERS.items():
            if returns.startswith(generator):
                return signature, context_manager + returns.removeprefix(generator)
    return None


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-process-signature", name_context_managers)
