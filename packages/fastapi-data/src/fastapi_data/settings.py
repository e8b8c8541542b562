"""Settings of a database, from the environment and ``.env``."""

from __future__ import annotations

import os
from difflib import get_close_matches
from inspect import signature
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import URL

from fastapi_data.errors import DatabaseSettingsError
from fastapi_data.postgres import PostgresDatabase
from fastapi_data.postgres_options import PostgresOptions, TLSMode, parse_url
from fastapi_data.postgres_parameters import postgres_url
from fastapi_data.urls import class_of

_PARTS = ("host", "port", "user", "password", "name")
_NO_OPTIONS = {"environment", "url", *_PARTS}
_DEFAULT_PASSWORDS = {
    "admin",
    "change_me",
    "changeme",
    "example",
    "pass",
    "password",
    "postgres",
    "root",
    "secret",
    "test",
}

Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(gt=0)]


class DatabaseSettings(BaseSettings):
    """What can be set for one database. Each field is read from ``<PREFIX><FIELD>``, ``environment`` from ``ENV``.

    Either ``url`` or its parts (``host``, ``port``, ``user``, ``password``, ``name``) say where the database is. What
    else is not set has the default of the database's class.

    Passwords are secrets: neither ``repr`` nor an error shows them.

    Args:
        prefix: what the variables begin with. No other variables may begin with it: a misspelt one is an error.
        env_file: where to read what the environment does not hold; may be missing.
        **values: fields, which come before the environment.

    Attributes:
        environment: ``ENV``. ``production`` refuses a missing and a well-known password.
        url: see ``Database.from_url``.
        host: of PostgreSQL.
        port: of PostgreSQL.
        user: of PostgreSQL.
        password: of PostgreSQL.
        name: of the database.
        replicas: URLs of replicas, separated by commas.
        max_replica_lag_seconds: how far they may be behind.

    Raises:
        DatabaseSettingsError: a variable is unknown, wrong, missing, or contradicts another; the message names it.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    environment: Literal["development", "production"] = Field(default="development", validation_alias="ENV")
    url: SecretStr | None = None
    host: str | None = None
    port: Annotated[int, Field(gt=0, lt=65536)] | None = None
    user: str | None = None
    password: SecretStr | None = None
    name: str | None = None
    replicas: Annotated[tuple[SecretStr, ...] | None, NoDecode] = None
    max_replica_lag_seconds: Seconds | None = None
    pool_size: Count | None = None
    pool_min_size: Count | None = None
    pool_max_size: Count | None = None
    pool_timeout_seconds: Seconds | None = None
    pool_recycle_seconds: Seconds | None = None
    threads: Count | None = None
    statement_timeout_seconds: Seconds | None = None
    busy_timeout_seconds: Seconds | None = None
    connect_timeout_seconds: Seconds | None = None
    startup_timeout_seconds: Seconds | None = None
    application_name: str | None = None
    tls: TLSMode | None = None
    pgbouncer: bool | None = None

    def __init__(self, prefix: str = "DATABASE_", *, env_file: str | Path = ".env", **values: Any) -> None:
        given = {*os.environ, *dotenv_values(env_file), *(prefix + name for name in values if name != "environment")}
        _refuse_unknown(prefix, given, set(type(self).model_fields) - {"environment"})
        try:
            super().__init__(_env_prefix=prefix, _env_file=env_file, _env_ignore_empty=True, **values)
        except ValidationError as error:
            # Without a cause: whatever was not valid may hold a password.
            raise DatabaseSettingsError(_described(error, prefix)) from None
        self._check(prefix)

    @field_validator("replicas", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",")] if isinstance(value, str) else value

    def _check(self, prefix: str) -> None:
        set_options = {name for name in type(self).model_fields if name not in _NO_OPTIONS and getattr(self, name)}
        contradicting = [prefix + part.upper() for part in _PARTS if getattr(self, part) is not None]
        if self.url is not None and contradicting:
            raise DatabaseSettingsError(f"{prefix}URL contradicts {', '.join(contradicting)}. Keep one or the other.")
        if self.url is None and not (self.host and self.name):
            raise DatabaseSettingsError(f"Set {prefix}URL, or {prefix}HOST and {prefix}NAME.")
        kind, fixed = class_of(self.address)
        foreign = sorted(set_options - set(signature(kind).parameters) | set_options & set(fixed))
        if foreign:
            named = ", ".join(prefix + name.upper() for name in foreign)
            raise DatabaseSettingsError(f"{named}: a {kind.__name__} has no such setting. Remove it.")
        if kind is PostgresDatabase:
            self._check_pool_sizes(prefix)
            self._check_server(self.address, f"{prefix}{'URL' if self.url else 'PASSWORD'}", f"{prefix}TLS")
            for replica in self.options.get("replicas", ()):
                self._check_server(replica, f"{prefix}REPLICAS", f"{prefix}TLS")

    def _check_pool_sizes(self, prefix: str) -> None:
        defaults = PostgresOptions()
        smallest, largest = self.pool_min_size or defaults.pool_min_size, self.pool_max_size or defaults.pool_max_size
        if smallest > largest:
            raise DatabaseSettingsError(
                f"{prefix}POOL_MIN_SIZE ({smallest}) must be at most {prefix}POOL_MAX_SIZE ({largest})."
            )

    def _check_server(self, address: str | URL, variable: str, tls: str) -> None:
        try:
            url = postgres_url(address)
        except DatabaseSettingsError as error:
            raise DatabaseSettingsError(f"{variable}: {error}") from None
        if self.tls is not None and url.query.get("ssl", self.tls) != self.tls:
            raise DatabaseSettingsError(f"{tls} ({self.tls}) contradicts sslmode in {variable}. Keep one or the other.")
        if self.environment == "production":
            _require_password(url, variable)

    @property
    def address(self) -> URL:
        """Where the database is; printed without its password.

        Raises:
            DatabaseSettingsError: the URL is none.
        """
        if self.url is not None:
            return parse_url(self.url.get_secret_value())
        password = None if self.password is None else self.password.get_secret_value()
        return URL.create("postgresql", self.user or "postgres", password, self.host, self.port, self.name)

    @property
    def options(self) -> dict[str, Any]:
        """What was set besides the address, as the options of the database's class."""
        options = {name: getattr(self, name) for name in type(self).model_fields if name not in _NO_OPTIONS}
        if self.replicas is not None:
            options["replicas"] = [replica.get_secret_value() for replica in self.replicas]
        return {name: value for name, value in options.items() if value is not None}


def _refuse_unknown(prefix: str, given: set[str], fields: set[str]) -> None:
    known = {prefix.upper() + field.upper() for field in fields}
    for variable in sorted(name.upper() for name in given):
        if variable.startswith(prefix.upper()) and variable not in known:
            similar = get_close_matches(variable, known, 1, cutoff=0.8)
            hint = f"Did you mean {similar[0]}?" if similar else f"The settings are {', '.join(sorted(known))}."
            raise DatabaseSettingsError(f"{variable} is not a setting of a database. {hint}")


def _require_password(url: URL, variable: str) -> None:
    password = url.password or ""
    if not password:
        raise DatabaseSettingsError(f"{variable}: in production the database needs a password.")
    if password.lower() in _DEFAULT_PASSWORDS | {(url.username or "").lower(), (url.database or "").lower()}:
        raise DatabaseSettingsError(
            f"{variable}: the password is one that everybody tries first. Production needs a secret one."
        )


def _described(error: ValidationError, prefix: str) -> str:
    problems: list[str] = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        name = str(problem["loc"][0])
        problems.append(f"{name if name == 'ENV' else prefix + name.upper()}: {problem['msg']}.")
    return " ".join(problems)
