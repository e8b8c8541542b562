"""The OpenAPI description: FastAPI's, with errors under the media type they are sent as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from livedocs.web.problems import MEDIA_TYPE

if TYPE_CHECKING:
    from fastapi import FastAPI

_PROBLEM = {"$ref": "#/components/schemas/Problem"}


def describe_problems(app: FastAPI) -> None:
    """Have every error that is a problem detail described as ``application/problem+json``.

    FastAPI describes all models of a route as ``application/json``.
    """
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        description = generate()
        for path in description["paths"].values():
            for operation in path.values():
                for response in operation["responses"].values():
                    _name_media_type(response.get("content", {}))
        return description

    app.openapi = openapi


def _name_media_type(content: dict[str, Any]) -> None:
    if content.get("application/json", {}).get("schema") == _PROBLEM:
        content[MEDIA_TYPE] = content.pop("application/json")
