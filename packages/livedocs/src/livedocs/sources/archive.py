"""Documentation in an archive."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

from livedocs.errors import SourceError
from livedocs.sources.documentation import Documentation, ReportProgress, ignore_progress, path_in_words
from livedocs.sources.documentation_root import find_documentation_root
from livedocs.sources.scratch import local_failure, scratch_folder
from livedocs.sources.tar_unpacking import unpack_tar
from livedocs.sources.unpacking import UnpackError, UnpackFolder, UnpackLimits
from livedocs.sources.zip_unpacking import unpack_zip

ARCHIVE_SUFFIXES = (".zip", ".tar", ".tar.bz2", ".tar.gz", ".tgz", ".tar.xz")
"""How the names of archives end; what is inside decides how they are unpacked."""

_FORMATS = ", ".join(ARCHIVE_SUFFIXES)
_TAR_MAGIC = slice(257, 262)


class DamagedArchiveError(SourceError):
    """An archive is damaged, hostile or too large; nothing is wrong with this machine."""


@dataclass(frozen=True, slots=True)
class ArchiveSource:
    """A .zip, .tar, .tar.bz2, .tar.gz or .tar.xz file, recognised by its content.

    It is unpacked into a folder below the cache folder. Members that lead outside refuse the whole archive; links
    become copies of the files they point to inside the archive, and are left out when they point elsewhere.

    Attributes:
        path: the file.
        cache_folder: where it is unpacked for a while.
        limits: how much it may unpack to.
    """

    path: Path
    cache_folder: Path
    limits: UnpackLimits = field(default_factory=UnpackLimits)

    @property
    def description(self) -> str:
        """The source in words."""
        return f"archive {self.path}"

    @contextmanager
    def open(self, report: ReportProgress = ignore_progress) -> Generator[Documentation]:
        """Unpack the archive; what was unpacked is removed when the context ends.

        Raises:
            DamagedArchiveError: the file is damaged, hostile or too large.
            SourceError: it is missing, holds no documentation, or there is no room for what is in it.
        """
        try:
            is_file, exists = self.path.is_file(), self.path.exists()
        except OSError as error:
            raise SourceError(f"The archive {self.path.name[:100]} cannot be read: {error.strerror}.") from error
        if not is_file:
            what = "is not a file" if exists else "does not exist"
            raise SourceError(f"{self.path} {what}. Give an archive of built HTML ({_FORMATS}).")
        with scratch_folder(self.cache_folder) as folder:
            try:
                self._unpack(folder, report)
            except UnpackError as error:
                raise DamagedArchiveError(
                    f"{self.path} was not unpacked: {error}. Fetch the archive again, "
                    "or unpack it yourself and give the folder."
                ) from error
            except OSError as error:
                raise local_failure(f"{self.path} was not unpacked into", self.cache_folder, error) from error
            root = find_documentation_root(folder, f"the archive {self.path}")
            yield Documentation(root=root, origin=f"archive {path_in_words(Path(self.path.name))}")

    def _unpack(self, folder: Path, report: ReportProgress) -> None:
        target = UnpackFolder(folder, self.limits)
        step = f"Unpacking {self.path.name}"
        with self.path.open("rb") as file:
            head = file.read(_TAR_MAGIC.stop)
            file.seek(0)
            if head.startswith(b"PK"):
                unpack_zip(self.path, target, partial(report, step))
                return
            packed_bytes = self.path.stat().st_size
            with _decompress(file, head) as stream:
                unpack_tar(stream, target, lambda: report(step, file.tell(), packed_bytes))


def _decompress(file: BinaryIO, head: bytes) -> bz2.BZ2File | gzip.GzipFile | lzma.LZMAFile | BinaryIO:
    """Open the tar inside a file that begins with ``head``."""
    if head.startswith(b"BZh"):
        return bz2.BZ2File(file)
    if head.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=file)
    if head.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMAFile(file)
    if head[_TAR_MAGIC] == b"ustar":
        return file
    raise UnpackError(f"it is none of {_FORMATS}")
