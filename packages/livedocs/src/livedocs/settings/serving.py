"""Where and how ``livedocs serve`` answers."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import NoDecode


class ServingSettings(BaseModel):
    """The server and its processes.

    Attributes:
        host: the address ``livedocs serve`` listens on.
        port: the TCP port ``livedocs serve`` listens on; 0 takes any free one.
        workers: how many processes answer; they share the listening socket.
        trusted_proxies: addresses and networks whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed.
        shutdown_timeout_seconds: how long running requests may take to end after the server was told to stop.
        keep_alive_timeout_seconds: how long a connection may be idle between requests.
        head_timeout_seconds: how long a client may take to send a request line and headers.
        send_timeout_seconds: how long a client may receive nothing of what is sent to it.
        page_cache_seconds: how long rendered answers (the home page, searches) may be replayed; a new library ends it.
        redis_url: of the Redis in which all processes keep rendered answers; unset: each process keeps its own.
    """

    model_config = ConfigDict(defer_build=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=256)
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ("127.0.0.1", "::1")
    shutdown_timeout_seconds: int = Field(default=30, ge=1, le=3600)
    keep_alive_timeout_seconds: int = Field(default=5, ge=1, le=3600)
    head_timeout_seconds: float = Field(default=15, gt=0, le=3600)
    send_timeout_seconds: int = Field(default=60, ge=1, le=3600)
    page_cache_seconds: float = Field(default=300.0, gt=0)
    redis_url: SecretStr | None = None

    @field_validator("redis_url", mode="before")
    @classmethod
    def _empty_redis_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_proxies(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _check_proxies(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            try:
                ip_network(each)
            except ValueError as error:
                raise ValueError(f"{each} is neither an address nor a network, as 10.0.0.0/8 is one") from error
        return value
