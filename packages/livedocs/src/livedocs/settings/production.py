"""What production refuses: debugging, and secrets that are missing or that everybody tries first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from livedocs.settings import Settings

_WORD = "admin|change[-_ ]?me|default|example|livedocs|pass(?:word)?|postgres|redis|root|secret|test|token"
_KNOWN_TO_ALL = re.compile(rf"(?:{_WORD})(?:[-_ ]*(?:{_WORD}))*[-_ ]*[0-9]*|(?P<one>.)(?P=one)*", re.IGNORECASE)
"""Words from examples, alone or several together, with a number behind; one character again and again."""


def refuse_what_production_must_not_have(settings: Settings) -> None:
    """Check settings for production.

    Raises:
        ValueError: something is set that production must not have, or a secret is missing; the message says all.
    """
    problems = list(_problems(settings))
    if problems:
        raise ValueError(" ".join(problems))


def _problems(settings: Settings) -> Iterator[str]:
    if settings.debug:
        yield "In production LIVEDOCS_DEBUG must be off: it shows the inside of the program to everybody."
    if settings.metrics and settings.metrics_token is None:
        yield (
            "In production /metrics needs LIVEDOCS_METRICS_TOKEN, a secret of 16 characters or more; "
            "or switch it off with LIVEDOCS_METRICS=false."
        )
    for name in type(settings).model_fields:
        value: Any = getattr(settings, name)
        for secret in value if isinstance(value, tuple) else (value,):  # pyright: ignore[reportUnknownVariableType]
            if isinstance(secret, SecretStr) and (wrong := _wrong_with(secret.get_secret_value())):
                yield f"LIVEDOCS_{name.upper()}: {wrong}"


def _wrong_with(secret: str) -> str | None:
    password, what = secret, "it"
    if "://" in secret:
        password, what = unquote(urlsplit(secret).password or ""), "its password"
        if not password:
            return "in production it needs a password."
    return f"{what} is one that everybody tries first; choose a secret one." if is_known_to_all(password) else None


def is_known_to_all(secret: str) -> bool:
    """Whether a secret is one that guessing begins with.

    >>> [is_known_to_all(secret) for secret in ("changeme", "Secret123", "aaaaaaaaaaaaaaaa", "mK3rUq0zvYt1")]
    [True, True, True, False]
    """
    return _KNOWN_TO_ALL.fullmatch(secret) is not None
