"""Where the library and what it is made from are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import NoDecode


def default_library_path() -> Path:
    """Where the library lives unless told otherwise: the user's data folder."""
    return platformdirs.user_data_path("livedocs", appauthor=False) / "library.sqlite"


def default_cache_folder() -> Path:
    """Where downloads are kept between builds: the user's cache folder."""
    return platformdirs.user_cache_path("livedocs", appauthor=False)


class LibrarySettings(BaseModel):
    """The library, and what builds leave behind.

    Attributes:
        library_path: the snapshot file that is built, searched and served.
        database_url: of the PostgreSQL database that holds the library instead of that file; unset: the file does.
        database_pgbouncer: whether that address is a PgBouncer in transaction mode.
        database_pool_size: connections each process may open to it.
        replica_urls: of streaming replicas of that database, separated by commas; searches read from them.
        cache_folder: where downloaded documentation archives are kept, and archives are unpacked during a build.
    """

    model_config = ConfigDict(defer_build=True)

    library_path: Path = Field(default_factory=default_library_path)
    database_url: SecretStr | None = None
    database_pgbouncer: bool = False
    database_pool_size: int = Field(default=10, ge=1, le=1000)
    replica_urls: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    cache_folder: Path = Field(default_factory=default_cache_folder)

    @property
    def models_folder(self) -> Path:
        """Where prepared models and the vectors of what was embedded are kept."""
        return self.cache_folder / "models"

    @field_validator("database_url", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("replica_urls", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("replica_urls")
    @classmethod
    def _are_addresses(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for number, each in enumerate(value, start=1):
            if "://" not in each.get_secret_value():
                raise ValueError(f"number {number} is no address; write %2C for a comma within one")
        return value

    @field_validator("library_path", "cache_folder", mode="before")
    @classmethod
    def _read_as_a_shell_would(cls, value: str | Path) -> Path:
        if not str(value).strip():
            raise ValueError("it is empty; name a path, or leave it out for the usual place")
        try:
            return Path(value).expanduser()
        except RuntimeError as error:
            raise ValueError(f"{Path(value).parts[0]} is nobody's home folder here") from error
