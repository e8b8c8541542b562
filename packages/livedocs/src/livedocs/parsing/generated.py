"""Pages that Sphinx writes on its own, which document nothing."""

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
    | (?: .*/ )? _(?: modules | static | sources | downloads )/.*
    """,
    re.VERBOSE,
)


def is_generated(path: str) -> bool:
    """Whether a path below the documentation's root is Sphinx's own: an index, the search form, highlighted source.

    >>> is_generated("genindex-A.html"), is_generated("library/json.html")
    (True, False)
    """
    return _GENERATED.fullmatch(path) is not None
