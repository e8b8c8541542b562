"""What the repository's tests read and write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from pydantic import BaseModel
from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    DateTime,
    Enum,
    FetchedValue,
    ForeignKey,
    Index,
    Table,
    TypeDecorator,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "author"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    articles: Mapped[list[Article]] = relationship(passive_deletes="all")
    badges: Mapped[list[Badge]] = relationship(secondary="author_badge")


class Badge(Base):
    __tablename__ = "badge"

    id: Mapped[int] = mapped_column(primary_key=True)


author_badge = Table(
    "author_badge",
    Base.metadata,
    Column("author_id", ForeignKey("author.id"), primary_key=True),
    Column("badge_id", ForeignKey("badge.id"), primary_key=True),
)


class Article(Base):
    __tablename__ = "article"
    __table_args__ = (
        UniqueConstraint("shelf", "place"),
        CheckConstraint("stars >= 0", name="stars_not_negative"),
        Index("article_isbn", "isbn", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    title: Mapped[str]
    slug: Mapped[str] = mapped_column("web_name", unique=True)
    stars: Mapped[int | None]
    price: Mapped[Decimal | None]
    shelf: Mapped[str | None]
    place: Mapped[int | None]
    isbn: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC).replace(tzinfo=None))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("author.id"))


class Account(Base):
    """Locked optimistically."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(unique=True)
    balance: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column()
    changed: Mapped[str] = mapped_column(default="never", onupdate="today")
    loud_owner: Mapped[str | None] = mapped_column(onupdate=func.upper("changed"), server_onupdate=FetchedValue())
    counted: Mapped[int] = mapped_column(default=0, onupdate=lambda: 7)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy


class Document(Base):
    """Locked optimistically, by a version that is no number."""

    __tablename__ = "document"

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column()

    __mapper_args__ = {"version_id_col": version, "version_id_generator": lambda _: uuid4().hex}  # noqa: RUF012 - same


class Tag(Base):
    """Nothing but a key."""

    __tablename__ = "tag"

    name: Mapped[str] = mapped_column(primary_key=True)


class Moment(TypeDecorator):
    impl = DateTime(timezone=True)
    cache_ok = True


class Measurement(Base):
    """Of everything that can be ordered, and of one thing that cannot."""

    __tablename__ = "measurement"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    taken: Mapped[datetime] = mapped_column(Moment)
    lasted: Mapped[timedelta]
    digest: Mapped[bytes]
    price: Mapped[Decimal]
    ratio: Mapped[float]
    kind: Mapped[str] = mapped_column(Enum("a", "b", name="kind"))
    sure: Mapped[bool]
    anything: Mapped[dict[str, str]] = mapped_column(JSON)


class ArticleIn(BaseModel):
    title: str
    slug: str
    stars: int | None = None


class ArticlePatch(BaseModel):
    title: str | None = None
    stars: int | None = None


class ArticleOut(BaseModel):
    title: str
    slug: str


class AccountPatch(BaseModel):
    balance: int
    version: int
