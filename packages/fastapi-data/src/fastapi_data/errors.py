"""Every error this package raises on purpose.

::

    FastAPIDataError
    ├── DatabaseError
    │   ├── DatabaseNotReadyError       used before setup() or after dispose()
    │   ├── DatabaseAlreadyReadyError   setup() twice without dispose() between
    │   ├── DatabaseFileError           the file is missing, damaged, or no SQLite database
    │   ├── MissingDriverError          the package that talks to the database is not installed
    │   └── ReadOnlyDatabaseError       a write to a database that is only read
    └── CacheUsageError                 a route is marked in a way that could never be cached

Errors of the database itself (a constraint, a syntax error) stay SQLAlchemy's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    """A statement tried to change a database that is only read.

    Attributes:
        path: the file the database was copied from.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"The in-memory copy of {path} is read-only. Write to the file itself, then call 'await db.reload()'."
        )


class CacheUsageError(FastAPIDataError):
    """``cache_response`` stands where it could never work."""
