"""What an address of PostgreSQL may say after its question mark, and what that means for the driver.

Hosting companies write addresses for libpq: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""

from __future__ import annotations

import ssl
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import URL

from fastapi_data.errors import DatabaseSettingsError
from fastapi_data.postgres_options import POSTGRES_DRIVERS, TLS_MODES, PostgresOptions, parse_url

_LOGIN = {"user": "username", "password": "password", "dbname": "database"}
"""Which part of the address each of these belongs to."""

_OF_TLS = {
    "sslcert",
    "sslcrl",
    "sslkey",
    "sslnegotiation",
    "sslrootcert",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
}
"""What asyncpg takes from an address alone."""

_OF_THE_SERVER = {"application_name", "options"}
"""What the server is told when a session begins."""

_OF_THE_DRIVER = {"gsslib", "host", "krbsrvname", "passfile", "port", "prepared_statement_cache_size", "ssl"}
"""What SQLAlchemy and asyncpg take under these names."""

_KNOWN = _OF_TLS | _OF_THE_SERVER | _OF_THE_DRIVER | {"channel_binding", "connect_timeout", "target_session_attrs"}


def postgres_url(address: str | URL) -> URL:
    """The URL of a PostgreSQL server, with each parameter where it belongs.

    Logins, which are secret, are in front, and ``sslmode`` has SQLAlchemy's name ``ssl``.

    Args:
        address: ``postgresql://``, ``postgres://`` or ``postgresql+asyncpg://``.

    Raises:
        DatabaseSettingsError: it is no such URL, or a parameter is unknown or has a value that cannot be; the message
            names it.
    """
    url = parse_url(address)
    if url.drivername not in POSTGRES_DRIVERS:
        raise DatabaseSettingsError(f"{url.drivername}:// is not an address of PostgreSQL. Write postgresql://...")
    return _checked(url.set(drivername="postgresql+asyncpg"))


def driver_arguments(url: URL, options: PostgresOptions) -> tuple[URL, dict[str, Any]]:
    """What SQLAlchemy's engine gets.

    What an address says comes before the options, save its way of TLS.

    Args:
        url: as ``postgres_url`` returned it.
        options: how to connect.

    Returns:
        The address with nothing but what the driver understands, and the driver's other arguments.
    """
    arguments = options.connect_arguments()
    said = {name: _only(url, name) for name in url.query.keys() - {"host", "port"}}
    arguments["server_settings"] |= {name: said[name] for name in _OF_THE_SERVER & said.keys()}
    if "connect_timeout" in said:
        # To libpq, nothing and less mean for ever.
        arguments["timeout"] = seconds if (seconds := int(said["connect_timeout"])) > 0 else None
    files = {name: said[name] for name in _OF_TLS & said.keys()}
    if files.get("sslrootcert") == "system" and not isinstance(options.tls, ssl.SSLContext):
        del files["sslrootcert"]
        arguments["ssl"] = True
    if files:
        arguments["dsn"] = f"postgresql:?{urlencode(files)}"
    if "target_session_attrs" in said:
        arguments["target_session_attrs"] = said["target_session_attrs"]
    return url.difference_update_query(_KNOWN - _OF_THE_DRIVER), arguments


def _checked(url: URL) -> URL:
    for name, part in _LOGIN.items():
        if name in url.query:
            if getattr(url, part):
                raise DatabaseSettingsError(f"The address says {name} twice. Remove it behind the question mark.")
            moved: dict[str, Any] = {part: _only(url, name)}
            url = url.set(**moved).difference_update_query([name])
    if "sslmode" in url.query:
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": _only(url, "sslmode")})
    unknown = sorted(url.query.keys() - _KNOWN)
    if unknown:
        raise DatabaseSettingsError(
            f"{unknown[0]} in the address of a database is not supported. Remove it; there are "
            f"{', '.join(sorted(_KNOWN | _LOGIN.keys() | {'sslmode'}))}."
        )
    _check_values(url)
    return url


def _only(url: URL, name: str) -> str:
    value = url.query[name]
    if not isinstance(value, str):
        raise DatabaseSettingsError(f"The address says {name} twice. Keep one.")
    return value


def _check_values(url: URL) -> None:
    said = {name: _only(url, name) for name in url.query.keys() - {"host", "port"}}
    if said.get("channel_binding") == "require":
        raise DatabaseSettingsError(
            "channel_binding=require: the driver cannot bind channels. Write sslmode=verify-full instead, which makes "
            "sure of the server too."
        )
    if said.get("ssl", "prefer") not in TLS_MODES:
        raise DatabaseSettingsError(f"sslmode in the address must be one of {', '.join(TLS_MODES)}.")
    if said.get("sslrootcert") == "system":
        if said.get("ssl", "verify-full") != "verify-full":
            raise DatabaseSettingsError("sslrootcert=system needs sslmode=verify-full.")
        if "sslcert" in said:
            raise DatabaseSettingsError("sslcert and sslrootcert=system: give the database a context of yours as tls.")
    timeout = said.get("connect_timeout", "0")
    if not timeout.removeprefix("-").isdecimal():
        raise DatabaseSettingsError("connect_timeout in the address must be a whole number of seconds.")
