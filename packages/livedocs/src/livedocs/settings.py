"""Settings: from the environment (``LIVEDOCS_*``) and ``.env``, frozen, made once at start-up."""

from __future__ import annotations

from pathlib import Path

import platformdirs
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_library_path() -> Path:
    """Where the library lives unless told otherwise: the user's data folder."""
    return platformdirs.user_data_path("livedocs", appauthor=False) / "library.sqlite"


def default_cache_folder() -> Path:
    """Where downloads are kept between builds: the user's cache folder."""
    return platformdirs.user_cache_path("livedocs", appauthor=False)


class Settings(BaseSettings):
    """What can be set. Each field is read from ``LIVEDOCS_<NAME>``.

    Attributes:
        library_path: the snapshot file that is built, searched and served.
        cache_folder: where downloaded documentation archives are kept, and archives are unpacked during a build.
        host: the address ``livedocs serve`` listens on.
        port: the TCP port ``livedocs serve`` listens on.
        page_cache_seconds: how long rendered answers (the home page, searches) may be replayed; a new library ends it.
    """

    model_config = SettingsConfigDict(env_prefix="LIVEDOCS_", env_file=".env", frozen=True, extra="ignore")

    library_path: Path = Field(default_factory=default_library_path)
    cache_folder: Path = Field(default_factory=default_cache_folder)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    page_cache_seconds: float = Field(default=300.0, gt=0)

    @property
    def models_folder(self) -> Path:
        """Where prepared models and the vectors of what was embedded are kept."""
        return self.cache_folder / "models"

    @field_validator("library_path", "cache_folder", mode="before")
    @classmethod
    def _read_as_a_shell_would(cls, value: str | Path) -> Path:
        if not str(value).strip():
            raise ValueError("it is empty; name a path, or leave it out for the usual place")
        try:
            return Path(value).expanduser()
        except RuntimeError as error:
            raise ValueError(f"{Path(value).parts[0]} is nobody's home folder here") from error
