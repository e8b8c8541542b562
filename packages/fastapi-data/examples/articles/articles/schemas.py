"""What the API takes and gives."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]


class ArticleCreate(BaseModel):
    """A new article."""

    title: Title
    slug: Slug
    text: str


class ArticleUpdate(BaseModel):
    """What is to change; what is left out stays."""

    title: Title = Field(default_factory=str)
    slug: Slug = Field(default_factory=str)
    text: str = Field(default_factory=str)


class ArticleRead(BaseModel):
    """An article."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: str
    slug: str
    text: str
    created_at: datetime
