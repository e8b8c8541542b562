"""The built styles, scripts and icons: named after their content, so that they may be kept for ever."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.staticfiles import StaticFiles

from livedocs.errors import AssetsMissingError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike, stat_result

    from starlette.responses import Response
    from starlette.types import Scope

STATIC_FOLDER = Path(__file__).parent / "static"
STATIC_PREFIX = "/static"


@dataclass(frozen=True)
class Assets:
    """The manifest the front-end build wrote.

    Attributes:
        names: file name by the name it was written as, e.g. ``app.css`` to ``app-0123456789ab.css``.
    """

    names: Mapping[str, str]

    @classmethod
    def load(cls, folder: Path = STATIC_FOLDER) -> Assets:
        """Read the manifest.

        Raises:
            AssetsMissingError: the front end was never built.
        """
        path = folder / "manifest.json"
        try:
            return cls(json.loads(path.read_text("utf-8")))
        except (FileNotFoundError, json.JSONDecodeError) as error:
            raise AssetsMissingError(
                f"The built styles and scripts are missing ({path} cannot be read). Run ./run once: it builds them."
            ) from error

    def url(self, name: str) -> str:
        """Address of a file, e.g. ``/static/app-0123456789ab.css``.

        Raises:
            KeyError: the front-end build makes no such file.
        """
        return f"{STATIC_PREFIX}/{self.names[name]}"

    @cached_property
    def version(self) -> str:
        """Changes exactly when a file's content does."""
        return hashlib.sha256(repr(sorted(self.names.items())).encode()).hexdigest()


class ImmutableFiles(StaticFiles):
    """Static files whose names change with their content."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file, to be kept for a year without asking again."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
