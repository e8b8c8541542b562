"""Which way a documentation is read."""

from __future__ import annotations

_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "ug", "ur", "yi"})


def direction(language: str) -> str:
    """Where lines of a language begin, as HTML's ``dir`` says it; of one that is not known the text itself tells.

    >>> direction("en-GB"), direction("ar"), direction("")
    ('ltr', 'rtl', 'auto')
    """
    if not language:
        return "auto"
    return "rtl" if language.lower().replace("_", "-").partition("-")[0] in _RIGHT_TO_LEFT else "ltr"
