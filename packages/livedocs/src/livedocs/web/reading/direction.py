"""Which way a documentation is read."""

from __future__ import annotations

_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "ug", "ur", "yi"})


def direction(language: str) -> str:
    """Where the lines of a page begin, as HTML's ``dir`` says it; else its first letter tells.

    >>> direction("ar"), direction("he-IL"), direction("en")
    ('rtl', 'rtl', 'auto')
    """
    return "rtl" if language.lower().replace("_", "-").partition("-")[0] in _RIGHT_TO_LEFT else "auto"
