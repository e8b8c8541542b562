r"""A folder that unpacked files cannot leave, and that cannot be filled without end.

Archives come from anywhere, so nothing in them is believed: not their names (``../../.bashrc``, ``/etc/passwd``,
``C:\x``), not the sizes in their headers, not their links. Python's own ``tarfile.data_filter`` does a part of this,
but is missing from the 3.11 that Debian 12 ships, and counts no bytes.
"""

from __future__ import annotations

import errno
import lzma
import posixpath
import re
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

_CHUNK_BYTES = 256 * 1024
_DRIVE = re.compile(r"[A-Za-z]:")
# What names that no folder can hold together are answered with. Errors of decompressors have no number.
_ERRORS_OF_ARCHIVES = {
    None,
    errno.EEXIST,
    errno.EILSEQ,
    errno.EINVAL,
    errno.EISDIR,
    errno.ENAMETOOLONG,
    errno.ENOTDIR,
}


class UnpackError(Exception):
    """An archive is damaged, hostile or too large; the message is the reason, without a full stop."""


@contextmanager
def blaming_the_archive(damage: type[Exception]) -> Generator[None]:
    """Tell errors that an archive is to blame for from those of this machine.

    Args:
        damage: what is raised for a damaged archive of its format.

    Raises:
        UnpackError: in the place of an error that another copy of the archive would mend, or nothing would.
        OSError: the others as they are, such as a full disk.
    """
    try:
        yield
    except (damage, EOFError, zlib.error, lzma.LZMAError) as error:
        raise UnpackError(f"it is damaged or cut off ({error})") from error
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, OSError) and error.errno not in _ERRORS_OF_ARCHIVES:
            raise
        raise UnpackError(f"it cannot be unpacked ({error})") from error


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """How much an archive may unpack to. The HTML of Python 3.11 is 64 MB in 1,063 files.

    Attributes:
        total_bytes: all files together.
        file_bytes: one file.
        members: files, folders and links together.
        depth: folders within folders.
    """

    total_bytes: int = 2 * 1024**3
    file_bytes: int = 512 * 1024**2
    members: int = 200_000
    depth: int = 64


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """Read at most ``size`` bytes; empty at the end."""
        ...


class UnpackFolder:
    """Takes the members of one archive and writes regular files only.

    Links are never made. One that names a regular file of the same archive becomes a copy of it, since Debian
    replaces equal files by links; every other link is left out, as are devices, pipes, and whatever has a name that is
    not valid UTF-8: no address on the web can be made of it.

    Args:
        folder: an empty folder.
        limits: what is too much.
    """

    def __init__(self, folder: Path, limits: UnpackLimits) -> None:
        self.folder = folder
        self.limits = limits
        self.written_bytes = 0
        self._members = 0
        self._links: list[tuple[str, str]] = []

    def add_folder(self, name: str) -> None:
        """Make a folder.

        Raises:
            UnpackError: its name leads outside, or there are too many members.
        """
        if path := self._admit(name):
            path.mkdir(parents=True, exist_ok=True)

    def add_file(self, name: str, content: Readable) -> None:
        """Write a file, counting the bytes that really come.

        Raises:
            UnpackError: its name leads outside, or it is too much.
        """
        path = self._admit(name)
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            self._copy(name, content, file)

    def add_link(self, name: str, target: str) -> None:
        """Remember a link until its target can be there.

        Args:
            name: of the link.
            target: what it points to, as a path from the archive's root.

        Raises:
            UnpackError: its name leads outside, or there are too many members.
        """
        if self._admit(name):
            self._links.append((name, target))

    def leave_out(self, name: str) -> None:
        """Count a member that is nothing documentation needs, such as a device."""
        self._admit(name)

    def copy_linked_files(self) -> None:
        """Replace the links by copies of the regular files they point to; call it once, at the end.

        Raises:
            UnpackError: the copies are too much.
        """
        for name, target in self._links:
            inside = posixpath.normpath(target)
            path = self.folder / name
            source = self.folder / inside
            if _leads_outside(inside) or path.exists() or not source.is_file():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            with source.open("rb") as content, path.open("wb") as file:
                self._copy(name, content, file)

    def _admit(self, name: str) -> Path | None:
        """Where a member goes; None when it is left out for its name."""
        self._members += 1
        if self._members > self.limits.members:
            raise UnpackError(f"it holds more than {self.limits.members:,} files")
        if _leads_outside(name):
            raise UnpackError(f"it holds {name!r}, which leads outside the folder it is unpacked into")
        if name.count("/") > self.limits.depth:
            raise UnpackError(f"it holds folders more than {self.limits.depth} deep")
        return self.folder / name if _is_unicode(name) else None

    def _copy(self, name: str, content: Readable, file: BinaryIO) -> None:
        file_bytes = 0
        while chunk := content.read(_CHUNK_BYTES):
            file_bytes += len(chunk)
            self.written_bytes += len(chunk)
            if file_bytes > self.limits.file_bytes:
                raise UnpackError(f"{name!r} unpacks to more than {self.limits.file_bytes:,} bytes")
            if self.written_bytes > self.limits.total_bytes:
                raise UnpackError(f"it unpacks to more than {self.limits.total_bytes:,} bytes")
            file.write(chunk)


def _leads_outside(name: str) -> bool:
    # Backslashes separate folders on Windows only, but an archive with such names was made to be misread.
    plain = name.replace("\\", "/")
    return plain.startswith("/") or ".." in plain.split("/") or "\0" in plain or _DRIVE.match(plain) is not None


def _is_unicode(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:  # bytes that are no UTF-8 are lone surrogates in Python's names
        return False
    return True
