"""Which settings are in effect and where each came from, fit to be shown to anybody."""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from dotenv import dotenv_values
from pydantic import SecretStr

from livedocs.settings import PREFIX, Settings
from livedocs.settings.library import LibrarySettings
from livedocs.settings.limits import LimitSettings
from livedocs.settings.observation import ObservationSettings
from livedocs.settings.serving import ServingSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

HIDDEN = "********"
"""Stands for every secret, whatever its length."""

_GROUPS = (LibrarySettings, ServingSettings, LimitSettings, ObservationSettings)
_NOT_SETTINGS = {"LIVEDOCS_COMMAND"}
_PASSWORD_IN_URL = re.compile(r"(?<=://)(?P<user>[^:@]*):.*@", re.DOTALL)
"""Up to the last @, whatever stands before it: people do not always write %2F for / in a password."""
_SECRET_IN_QUERY = re.compile(
    r"(?P<name>[?&][^=&]*(?:pass|pwd|secret|token|key|credential)[^=&]*=)[^&]*", re.IGNORECASE
)


class Effective(NamedTuple):
    """One setting as it is in effect.

    Attributes:
        variable: its name in the environment.
        value: as text; passwords in it are hidden.
        source: ``environment``, ``.env`` or ``default``.
    """

    variable: str
    value: str
    source: str


def variable_of(field: str) -> str:
    """The environment variable a field of `Settings` is read from.

    >>> variable_of("port"), variable_of("environment")
    ('LIVEDOCS_PORT', 'ENV')
    """
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"{PREFIX}{field.upper()}"


def fields() -> list[str]:
    """The fields of `Settings` in the order in which they are documented."""
    grouped = [name for group in _GROUPS for name in group.model_fields]
    return ["environment", *grouped, *(name for name in Settings.model_fields if name not in {"environment", *grouped})]


def effective(settings: Settings) -> Iterator[Effective]:
    """Each setting with its value and where that came from."""
    in_environment = {name.upper() for name in os.environ}
    in_file = {name.upper() for name in _env_file()}
    for name in fields():
        variable = variable_of(name)
        source = "environment" if variable in in_environment else ".env" if variable in in_file else "default"
        yield Effective(variable, _shown(getattr(settings, name)), source)


def unknown() -> Iterator[str]:
    """Variables that look like settings and are none, each with what may have been meant."""
    known = {variable_of(name) for name in fields()}
    for given in sorted({name.upper() for name in (*os.environ, *_env_file())} - known - _NOT_SETTINGS):
        if given.startswith(PREFIX):
            similar = get_close_matches(given, known, 1)
            yield f"{given} is no setting." + (f" Did you mean {similar[0]}?" if similar else "")


def _env_file() -> dict[str, str | None]:
    name = Settings.model_config.get("env_file")
    return dotenv_values(name if isinstance(name, str) else None)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ",".join(_shown(each) for each in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, SecretStr):
        secret = value.get_secret_value()
        return without_secrets(secret) if "://" in secret else HIDDEN
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return without_secrets(str(value))


def without_secrets(text: str) -> str:
    """A text whose URLs show neither passwords nor tokens.

    >>> without_secrets("postgresql://ada:p@ss:word@db/library?sslmode=require&sslpassword=x")
    'postgresql://ada:********@db/library?sslmode=require&sslpassword=********'
    >>> without_secrets("redis://:a/b?c#d@cache:6379/0")
    'redis://:********@cache:6379/0'
    """
    hidden = _PASSWORD_IN_URL.sub(rf"\g<user>:{HIDDEN}@", text)
    return _SECRET_IN_QUERY.sub(rf"\g<name>{HIDDEN}", hidden)
