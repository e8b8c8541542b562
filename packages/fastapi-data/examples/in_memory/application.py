"""Users from a SQLite file, served from memory and cached.

Start it with ``python application.py``: it makes ``users.sqlite`` beside itself when there is none, and serves
http://127.0.0.1:8001/docs. Change the file with any tool, then POST to ``/reload``.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import uvicorn
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fastapi_data import DatabaseFileError, InMemoryDatabase, ResponseCache, cache_response

USERS_FILE = Path(__file__).with_name("users.sqlite")


class Base(DeclarativeBase):
    """Root of the mapped classes."""


class UserRow(Base):
    """A user, as the file holds it."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str]


class User(BaseModel):
    """A user, as the API shows it."""

    id: int
    name: str
    email: str


class Generation(BaseModel):
    """Which copy of the file is served."""

    generation: int


def make_users_file(path: Path) -> None:
    """Write a few users to begin with."""
    users = [("Ada", "ada@example.org"), ("Grace", "grace@example.org"), ("Barbara", "barbara@example.org")]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE user (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL)")
        connection.executemany("INSERT INTO user (name, email) VALUES (?, ?)", users)


def find_user(session: Session, user_id: int) -> User | None:
    """One user, or None."""
    row = session.get(UserRow, user_id)
    return None if row is None else User.model_validate(row, from_attributes=True)


def list_users(session: Session) -> list[User]:
    """All users, by name."""
    rows = session.scalars(select(UserRow).order_by(UserRow.name))
    return [User.model_validate(row, from_attributes=True) for row in rows]


def create_app(users_file: Path) -> FastAPI:
    """The application that serves one file.

    Args:
        users_file: a SQLite file with a table ``user``; opened when the application starts.
    """
    db = InMemoryDatabase(users_file)
    cache = ResponseCache(ttl_seconds=60)
    app = FastAPI(title="Users", lifespan=db.lifespan)
    cache.install(app)

    @app.get("/users")
    @cache_response
    async def users() -> list[User]:
        return await db.run(list_users)

    @app.get("/users/{user_id}")
    async def user(user_id: int) -> User:
        found = await db.run(find_user, user_id)
        if found is None:
            raise HTTPException(404, "There is no such user.")
        return found

    @app.post("/reload")
    async def reload() -> Generation:
        try:
            await db.reload()
        except DatabaseFileError as error:
            raise HTTPException(503, f"The old data stays: {error.reason}") from error
        await cache.clear()
        return Generation(generation=db.generation)

    return app


if __name__ == "__main__":
    if not USERS_FILE.exists():
        make_users_file(USERS_FILE)
    uvicorn.run(create_app(USERS_FILE), port=int(os.environ.get("PORT", "8001")))
