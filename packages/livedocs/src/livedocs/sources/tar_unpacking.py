"""Unpacking tar streams, one member after the other, in bounded memory."""

from __future__ import annotations

import posixpath
import tarfile
from collections.abc import Callable
from typing import IO, ClassVar, NoReturn, Self, cast

from livedocs.sources.unpacking import Readable, UnpackError, UnpackFolder, blaming_the_archive

# Long names and extended headers are read into memory whole; genuine ones take a few hundred bytes.
_MAX_EXTENDED_HEADER_BYTES = 16 * 1024
# Python before 3.11.10 and 3.12.6 searches an extended header in a time that grows with the square of its size
# (CVE-2024-6232), so the squares are what is counted: these are 38,000 headers of one block, or 37 of the largest.
_MAX_EXTENDED_HEADERS_SQUARES = 10**10
# Global headers are copied to every member after them. Git writes one, of 52 bytes.
_MAX_GLOBAL_HEADERS_BYTES = 4096
_EXTENDED_HEADER_TYPES = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
_CHUNK_BYTES = 256 * 1024


class _HeaderBudget:
    """What the extended headers of one archive may cost."""

    def __init__(self) -> None:
        self._squares = 0
        self._global_bytes = 0

    def charge(self, header: tarfile.TarInfo) -> None:
        if header.size > _MAX_EXTENDED_HEADER_BYTES:
            raise UnpackError(f"it holds a header with the size {header.size:,}")
        blocks = -(-header.size // tarfile.BLOCKSIZE)  # tarfile searches the padding too
        self._squares += (blocks * tarfile.BLOCKSIZE) ** 2
        if header.type == tarfile.XGLTYPE:
            self._global_bytes += header.size
        if self._squares > _MAX_EXTENDED_HEADERS_SQUARES or self._global_bytes > _MAX_GLOBAL_HEADERS_BYTES:
            raise UnpackError("its extended headers are too large together")


class _CheckedHeader(tarfile.TarInfo):
    """A member's header that must be right.

    ``tarfile`` takes a damaged header for the end of the archive, which would pass half an archive for a whole one.
    """

    budget: ClassVar[_HeaderBudget]

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        try:
            header = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if len(buf) == tarfile.BLOCKSIZE and not any(buf):
                raise  # a block of zeros is the archive's end, which tarfile expects as this error
            raise UnpackError(f"it is damaged or cut off ({error})") from error
        if header.size < 0:
            raise UnpackError(f"it holds a header with the size {header.size:,}")
        if header.type == tarfile.GNUTYPE_SPARSE:
            header.refuse_sparse()
        if header.type in _EXTENDED_HEADER_TYPES:
            cls.budget.charge(header)
        return header

    def refuse_sparse(self, *_: object) -> NoReturn:
        """Refuse a file with holes: ``tarfile`` reads the list of the holes into memory, however long it is."""
        raise UnpackError("it holds a file that is stored with holes (a sparse file)")

    # What tarfile calls when an extended header announces one.
    _proc_gnusparse_00 = _proc_gnusparse_01 = _proc_gnusparse_10 = refuse_sparse


class _BoundedStream:
    """Counts what comes out of the decompressor, whatever ``tarfile`` does with it."""

    def __init__(self, stream: Readable, max_bytes: int) -> None:
        self._stream = stream
        self._max_bytes = max_bytes
        self._read_bytes = 0

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self._read_bytes += len(data)
        if self._read_bytes > self._max_bytes:
            raise UnpackError(f"it unpacks to more than {self._max_bytes:,} bytes")
        return data


def unpack_tar(stream: Readable, target: UnpackFolder, after_member: Callable[[], None]) -> None:
    """Unpack an uncompressed tar stream.

    Args:
        stream: read from its position to its end, so that a decompressor checks its own end too.
        target: takes the members.
        after_member: called after each.

    Raises:
        UnpackError: the stream is damaged, cut off, hostile or too large.
        OSError: reading or writing failed for another reason, such as a full disk.
    """

    class Header(_CheckedHeader):
        budget = _HeaderBudget()

    limits = target.limits
    # A header and padding take up to 1,023 bytes a member; extended headers as much again.
    bounded = _BoundedStream(stream, limits.total_bytes + 4096 * limits.members)
    with (
        blaming_the_archive(tarfile.TarError),
        tarfile.open(fileobj=cast("IO[bytes]", bounded), mode="r|", tarinfo=Header) as archive,
    ):
        while (member := archive.next()) is not None:
            _unpack_member(archive, member, target)
            # tarfile would keep every header with all of its extended ones.
            archive.members.clear()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
            after_member()
        while bounded.read(_CHUNK_BYTES):
            pass
        target.copy_linked_files()


def _unpack_member(archive: tarfile.TarFile, member: tarfile.TarInfo, target: UnpackFolder) -> None:
    if member.isreg():
        content = archive.extractfile(member)
        assert content is not None
        target.add_file(member.name, content)
    elif member.isdir():
        target.add_folder(member.name)
    elif member.issym():
        target.add_link(member.name, posixpath.join(posixpath.dirname(member.name), member.linkname))
    elif member.islnk():
        target.add_link(member.name, member.linkname)
    else:
        target.leave_out(member.name)
