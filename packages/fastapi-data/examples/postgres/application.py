"""Folders in folders, in PostgreSQL.

Start it with ``DATABASE_URL=postgresql://user:password@host/name python application.py``: it makes the table when there
is none, and serves http://127.0.0.1:8003/docs.
"""

import asyncio
import os
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fastapi_data import Database, DatabaseSettings, Repository, health_router, install_error_handlers


class Base(DeclarativeBase):
    """Root of the mapped classes."""


class Folder(Base):
    """A folder; at the top if it has no parent."""

    __tablename__ = "folder"
    __table_args__ = (UniqueConstraint("parent_id", "name", postgresql_nulls_not_distinct=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("folder.id"), index=True)


class FolderCreate(BaseModel):
    """A new folder."""

    name: str = Field(min_length=1, pattern="^[^/]+$")
    parent_id: int | None = None


class FolderRead(FolderCreate):
    """A folder."""

    model_config = ConfigDict(from_attributes=True)

    id: int


def path_of(session: Session, folder_id: int) -> str:
    """The names of a folder and of all it is in, as one unit of work.

    Args:
        session: of ``db.run``.
        folder_id: an unknown one has the path ``/``.
    """
    above = select(Folder.name, Folder.parent_id).where(Folder.id == folder_id).cte(recursive=True)
    above = above.union_all(select(Folder.name, Folder.parent_id).where(Folder.id == above.c.parent_id))
    return "/" + "/".join(reversed(session.scalars(select(above.c.name)).all()))


def create_app(db: Database) -> FastAPI:
    """The application.

    Args:
        db: of PostgreSQL, with the table; set up when the application starts.
    """
    app = FastAPI(title="Folders", lifespan=db.lifespan)
    install_error_handlers(app)
    app.include_router(health_router(db))

    def to_write(session: Annotated[AsyncSession, Depends(db)]) -> Repository[Folder]:
        return Repository(session, Folder)

    def to_read(session: Annotated[AsyncSession, Depends(db.read)]) -> Repository[Folder]:
        return Repository(session, Folder)

    @app.get("/folders")
    async def list_folders(
        folders: Annotated[Repository[Folder], Depends(to_read)], parent_id: int | None = None
    ) -> list[FolderRead]:
        inside = select(Folder).where(Folder.parent_id.is_not_distinct_from(parent_id)).order_by(Folder.name)
        return [FolderRead.model_validate(folder) for folder in await folders.list(inside)]

    @app.post("/folders", status_code=201)
    async def create_folder(
        folders: Annotated[Repository[Folder], Depends(to_write)], folder: FolderCreate
    ) -> FolderRead:
        return FolderRead.model_validate(await folders.create(folder))

    @app.get("/folders/{folder_id}/path")
    async def read_path(folder_id: int) -> str:
        return await db.run(path_of, folder_id)

    @app.delete("/folders/{folder_id}", status_code=204)
    async def delete_folder(folders: Annotated[Repository[Folder], Depends(to_write)], folder_id: int) -> None:
        await folders.delete(await folders.get(folder_id))

    return app


async def make_table(db: Database) -> None:
    """Make the table if there is none; an application that changes its tables uses migrations."""
    async with db.lifespan(), db.begin() as session:
        connection = await session.connection()
        await connection.run_sync(Base.metadata.create_all)


if __name__ == "__main__":
    database = Database.from_settings(DatabaseSettings())
    asyncio.run(make_table(database))
    uvicorn.run(create_app(database), port=int(os.environ.get("PORT", "8003")))
