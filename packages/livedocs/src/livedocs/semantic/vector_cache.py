"""Vectors of texts that were embedded before, kept by content between builds."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from livedocs.errors import ModelError
from livedocs.semantic.entry_vectors import RECORD_BYTES

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from pathlib import Path

KEPT_DAYS = 90
"""A vector that no build asked for in so many days is forgotten. Each takes some 450 bytes."""

_TABLE = """
CREATE TABLE IF NOT EXISTS vector (
    key BLOB PRIMARY KEY, stored BLOB NOT NULL, used INTEGER NOT NULL -- the day of 1970 and on
) WITHOUT ROWID
"""
_DAY_SECONDS = 86_400
_WAIT_SECONDS = 60.0
_KEYS_AT_ONCE = 500


class VectorCache:
    """A file of stored vectors by the texts they stand for; several processes may use it at once.

    A file that is no database any more is begun anew: all it held can be computed again.

    Args:
        path: the file; made, with its folder, when it is missing.
        model_id: the model the vectors are of (`livedocs.semantic.prepared_model.MODEL_ID`).

    Raises:
        ModelError: the file can neither be read nor written.
    """

    def __init__(self, path: Path, model_id: str) -> None:
        self._path = path
        self._model_id = model_id
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._connection = self._open()
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                path.unlink()
                self._connection = self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def key(self, text: str) -> bytes:
        """What a text's vector is kept under: the model and all of the text."""
        return hashlib.sha256(f"{self._model_id}\0{text}".encode()).digest()

    def read(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The stored vectors that are there, by key.

        Raises:
            ModelError: the file cannot be read.
        """
        found: dict[bytes, bytes] = {}
        with self._explained(), self._connection:
            for start in range(0, len(keys), _KEYS_AT_ONCE):
                some = keys[start : start + _KEYS_AT_ONCE]
                among = f"key IN ({', '.join('?' * len(some))})"
                found.update(self._connection.execute(f"SELECT key, stored FROM vector WHERE {among}", some))  # noqa: S608
                self._connection.execute(f"UPDATE vector SET used = ? WHERE {among}", [_today(), *some])  # noqa: S608
        return {key: stored for key, stored in found.items() if len(stored) == RECORD_BYTES}

    def write(self, stored: Mapping[bytes, bytes]) -> None:
        """Keep vectors by key, all of them or none.

        Raises:
            ModelError: the file cannot be written.
        """
        rows = [(key, vector, _today()) for key, vector in stored.items()]
        with self._explained(), self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?, ?)", rows)

    def forget_unused(self) -> None:
        """Drop what no build asked for in `KEPT_DAYS`."""
        with self._explained(), self._connection:
            self._connection.execute("DELETE FROM vector WHERE used < ?", (_today() - KEPT_DAYS,))

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_WAIT_SECONDS)
        try:
            connection.execute(_TABLE)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _explained(self) -> Generator[None, None, None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise ModelError(
                f"The vectors kept in {self._path} cannot be read or written ({error}). Free some space, or delete it."
            ) from error


def _today() -> int:
    return int(time.time() // _DAY_SECONDS)
