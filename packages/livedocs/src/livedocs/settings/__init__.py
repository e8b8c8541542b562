"""Settings: from the environment (``LIVEDOCS_*`` and ``ENV``) and ``.env``, frozen, made once at start-up.

Each group is a module; ``docs/settings.md`` lists them all in one table, which a test compares with the fields. A
validator's name must be unique among the groups: `Settings` inherits from all of them.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from livedocs.settings.library import LibrarySettings, default_cache_folder, default_library_path
from livedocs.settings.limits import LimitSettings
from livedocs.settings.observation import ObservationSettings
from livedocs.settings.production import refuse_what_production_must_not_have
from livedocs.settings.serving import ServingSettings

__all__ = ["PREFIX", "Settings", "default_cache_folder", "default_library_path"]

PREFIX = "LIVEDOCS_"


class Settings(  # pyright: ignore[reportIncompatibleVariableOverride] - the settings of the groups' models are replaced
    LibrarySettings, ServingSettings, LimitSettings, ObservationSettings, BaseSettings
):
    """What can be set. Each field is read from ``LIVEDOCS_<NAME>``, ``environment`` from ``ENV``.

    Attributes:
        environment: ``production`` refuses what must only be used while developing, and logs JSON.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    environment: Literal["development", "production"] = Field(default="development", validation_alias="ENV")

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.environment == "production":
            refuse_what_production_must_not_have(self)
        return self
