"""Every error this package raises on purpose.

::

    FastAPIDataError
    ├── DatabaseError
    │   ├── DatabaseNotReadyError       used before setup() or after dispose()
    │   ├── DatabaseAlreadyReadyError   setup() twice without dispose() between
    │   ├── DatabaseFileError           the file is missing, damaged, or no SQLite database
    │   ├── DatabaseSettingsError       an address or a setting that cannot be right
    │   ├── DatabaseUnavailableError    the database cannot be reached, went away, or is locked by somebody else
    │   ├── MissingDriverError          the package that talks to the database is not installed
    │   ├── PoolExhaustedError          every connection is in use, and none became free in time
    │   ├── ReadOnlyDatabaseError       a write to a database that is only read
    │   └── StatementTimeoutError       a statement took longer than it may
    ├── RepositoryError
    │   ├── NotFoundError               no row has this key, or fulfils this statement
    │   ├── ConflictError               a constraint, or somebody else's change, forbids the write
    │   └── InvalidCursorError          a page's cursor is broken, or belongs to another list
    ├── MigrationError                  Alembic refused; the database is as it was
    └── CacheUsageError                 a route is marked in a way that could never be cached

What the database itself refuses (a syntax error, say) stays SQLAlchemy's own error; a repository turns constraints into
``ConflictError``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path


class FastAPIDataError(Exception):
    """Root of every error fastapi-data raises on purpose."""


class DatabaseError(FastAPIDataError):
    """A database of this package cannot do what was asked."""


class DatabaseNotReadyError(DatabaseError):
    """The database was used before ``setup()`` or after ``dispose()``.

    Attributes:
        kind: the class of the database, e.g. ``InMemoryDatabase``.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(
            f"This {kind} is not set up. Pass its lifespan to the application (FastAPI(lifespan=db.lifespan)), "
            "or call 'await db.setup()' before the first use; after 'await db.dispose()' it needs setup() again."
        )


class DatabaseAlreadyReadyError(DatabaseError):
    """``setup()`` was called on a database that is set up.

    Attributes:
        kind: the class of the database, e.g. ``InMemoryDatabase``.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(
            f"This {kind} is set up already. Let one place own it: either the application's lifespan or your own "
            "setup() and dispose(), not both."
        )


class DatabaseFileError(DatabaseError):
    """The file cannot be served as a database.

    Attributes:
        path: the file.
        reason: what is wrong with it and what to do, as sentences.
    """

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}")


class MissingDriverError(DatabaseError):
    """The package that talks to the database is not installed.

    Attributes:
        driver: its name.
        extra: the extra of fastapi-data that installs it.
    """

    def __init__(self, driver: str, *, extra: str) -> None:
        self.driver = driver
        self.extra = extra
        super().__init__(f"{driver} is not installed. Install it with: pip install 'fastapi-data[{extra}]'")


class ReadOnlyDatabaseError(DatabaseError):
    """A statement tried to change a database, or a session, that only reads."""


class DatabaseSettingsError(DatabaseError, ValueError):
    """An address or a setting of a database cannot be right; the message names it, and never shows a password."""


class DatabaseUnavailableError(DatabaseError):
    """The database cannot be reached, went away, or is locked by somebody else. Trying again later may help.

    Attributes:
        reason: what happened, as sentences.
        transient: False when only another configuration can help, e.g. after a wrong password.
    """

    def __init__(self, reason: str, *, transient: bool = True) -> None:
        self.reason = reason
        self.transient = transient
        super().__init__(reason)


class PoolExhaustedError(DatabaseError):
    """Every connection is in use, and none became free in time.

    Attributes:
        max_size: how many connections the pool may have.
        timeout_seconds: how long the caller waited.
    """

    def __init__(self, *, max_size: int, timeout_seconds: float) -> None:
        self.max_size = max_size
        self.timeout_seconds = timeout_seconds
        super().__init__(
            f"All {max_size} connections are in use, and none became free within {timeout_seconds:g} s. Hold sessions "
            "for a shorter time, or allow more connections."
        )


class StatementTimeoutError(DatabaseError):
    """A statement took longer than the database's ``statement_timeout_seconds`` and was stopped.

    Attributes:
        timeout_seconds: how long it may take.
    """

    def __init__(self, timeout_seconds: float) -> None:
        self.timeout_seconds = timeout_seconds
        super().__init__(f"The statement took longer than {timeout_seconds:g} s and was stopped.")


class RepositoryError(FastAPIDataError):
    """A repository cannot do what was asked."""


class NotFoundError(RepositoryError):
    """No row has the key, or fulfils the statement.

    Attributes:
        entity: the mapped class that was looked for, e.g. ``Article``.
        key: the primary key that was looked for; None when a statement was given.
    """

    def __init__(self, entity: str, key: object = None) -> None:
        self.entity = entity
        self.key = key
        super().__init__(f"There is no such {entity}." if key is None else f"There is no {entity} with the key {key}.")


ConflictKind = Literal["unique", "foreign_key", "not_null", "check", "exclusion", "version", "other"]
"""What a write came into conflict with; ``version`` is another write, everything else a constraint."""

_CONFLICTS: dict[ConflictKind, str] = {
    "unique": "another one has the same values",
    "foreign_key": "it refers to a row that does not exist, or a row that refers to it does",
    "not_null": "a value it needs is missing",
    "check": "a value is outside what the database allows",
    "exclusion": "it overlaps another one",
    "version": "somebody else changed or deleted it meanwhile. Read it again, then decide anew",
    "other": "a constraint of the database forbids it",
}


class ConflictError(RepositoryError):
    """A constraint, or somebody else's change, forbids the write.

    The session's transaction is lost by then, unless the write was inside ``async with session.begin_nested()``.

    Attributes:
        entity: the mapped class that was written, e.g. ``Article``.
        kind: what the write came into conflict with, from the driver's error code.
        constraint: the constraint's name, if the driver tells it (PostgreSQL does, SQLite does not); else None.
        columns: the columns of that constraint, as far as they are known; else empty.
    """

    def __init__(
        self, entity: str, kind: ConflictKind, *, constraint: str | None = None, columns: tuple[str, ...] = ()
    ) -> None:
        self.entity = entity
        self.kind: ConflictKind = kind
        self.constraint = constraint
        self.columns = columns
        of_columns = f" ({', '.join(columns)})" if columns else ""
        super().__init__(f"{entity}: {_CONFLICTS[kind]}{of_columns}.")


class InvalidCursorError(RepositoryError):
    """The cursor of a page is broken, or was made for another list."""

    def __init__(self) -> None:
        super().__init__(
            "This cursor is broken or belongs to another list. Begin with the first page, without a cursor."
        )


class MigrationError(FastAPIDataError):
    """Alembic refused a command, or the database is not as the migrations say; nothing was changed."""


class CacheUsageError(FastAPIDataError):
    """``cache_response`` stands where it could never work."""
