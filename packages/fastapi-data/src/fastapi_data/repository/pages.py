"""Parts of a list, as repositories give them and as an API shows them."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")
Schema = TypeVar("Schema", bound=BaseModel)


class Page(BaseModel, Generic[T]):
    """A part of a list, by position.

    Attributes:
        items: the rows of this page.
        total: how many rows the whole list has.
        limit: how many rows a page has at most.
        offset: how many rows come before this page.
    """

    model_config = ConfigDict(frozen=True)

    items: list[T]
    total: int
    limit: int
    offset: int

    def to(self, schema: type[Schema]) -> Page[Schema]:
        """The same page with each item as ``schema``, read from the item's attributes.

        Args:
            schema: a pydantic model.

        Raises:
            pydantic.ValidationError: an item does not fit the schema.
        """
        # Pydantic makes the model at run time, which a type checker takes for a variable in a type.
        return Page[schema].model_validate(self, from_attributes=True)  # pyright: ignore[reportInvalidTypeForm]


class KeysetPage(BaseModel, Generic[T]):
    """A part of a list, by where the page before it ended: rows that come and go elsewhere do not shift it.

    Attributes:
        items: the rows of this page.
        next_cursor: asks for the page after this one; None when this is the last.
    """

    model_config = ConfigDict(frozen=True)

    items: list[T]
    next_cursor: str | None

    def to(self, schema: type[Schema]) -> KeysetPage[Schema]:
        """The same page with each item as ``schema``, read from the item's attributes.

        Args:
            schema: a pydantic model.

        Raises:
            pydantic.ValidationError: an item does not fit the schema.
        """
        # Pydantic makes the model at run time, which a type checker takes for a variable in a type.
        return KeysetPage[schema].model_validate(self, from_attributes=True)  # pyright: ignore[reportInvalidTypeForm]
