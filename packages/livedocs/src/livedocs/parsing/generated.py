"""Pages that Sphinx writes on its own, which document nothing, and folders that hold nothing to read."""

from __future__ import annotations

import re

_GENERATED = re.compile(
    r"""
    (?: .*/ )?                      # below any folder: language trees, single-page archives
    (?: genindex(?:-[^/]*)?         # the general index, whole or by letter
      | search                      # the search form
      | [a-z]+-(?:modindex|routingtable)   # a domain's own index: py-modindex, http-routingtable
    ) \.html
    | (?: genindex | [a-z]+-modindex ) /index\.html    # the same from the dirhtml builder
    | (?: .*/ )? _(?: modules | static | sources | downloads )/.*    # not every "_": people document in _autosummary/
    | (?: .*/ )? \.[^/]+/.*         # hidden folders: .doctrees, .git
    """,
    re.VERBOSE,
)


def is_generated(path: str) -> bool:
    """Whether a path below the documentation's root is Sphinx's own: an index, the search form, highlighted source.

    It is the one place that says so; who looks for pages asks it about every file found.

    >>> is_generated("genindex-A.html"), is_generated("library/json.html")
    (True, False)
    """
    return _GENERATED.fullmatch(path) is not None
