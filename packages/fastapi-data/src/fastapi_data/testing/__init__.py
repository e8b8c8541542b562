"""What tests of applications need: see ``fastapi_data.testing.plugin`` for the fixtures pytest finds by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi_data.testing.queries import assert_max_queries, count_queries

__all__ = ["assert_max_queries", "count_queries"]


def __getattr__(name: str) -> object:
    # pytest imports this package in every run, also of projects that do not use it.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from fastapi_data.testing import queries  # noqa: PLC0415 - imports SQLAlchemy

    return getattr(queries, name)
