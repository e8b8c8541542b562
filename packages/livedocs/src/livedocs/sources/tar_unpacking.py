"""Unpacking tar streams, one member after the other, in bounded memory."""

from __future__ import annotations

import lzma
import posixpath
import tarfile
import zlib
from collections.abc import Callable
from typing import IO, Self, cast

from livedocs.sources.unpacking import Readable, UnpackError, UnpackFolder

# Long names and extended headers are read into memory whole; genuine ones are below a few kilobytes.
_MAX_EXTENDED_HEADER_BYTES = 1024 * 1024
_EXTENDED_HEADER_TYPES = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
_CHUNK_BYTES = 256 * 1024


class _CheckedHeader(tarfile.TarInfo):
    """A member's header that must be right.

    ``tarfile`` takes a damaged header for the end of the archive, which would pass half an archive for a whole one.
    """

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        try:
            header = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if len(buf) == tarfile.BLOCKSIZE and not any(buf):
                raise  # a block of zeros is the archive's end, which tarfile expects as this error
            raise UnpackError(f"it is damaged or cut off ({error})") from error
        if header.size < 0 or (header.type in _EXTENDED_HEADER_TYPES and header.size > _MAX_EXTENDED_HEADER_BYTES):
            raise UnpackError(f"it holds a header with the size {header.size:,}")
        return header


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
    """
    limits = target.limits
    # A header and padding take up to 1,023 bytes a member; extended headers as much again.
    bounded = _BoundedStream(stream, limits.total_bytes + 4096 * limits.members)
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", bounded), mode="r|", tarinfo=_CheckedHeader) as archive:
            while (member := archive.next()) is not None:
                _unpack_member(archive, member, target)
                after_member()
        while bounded.read(_CHUNK_BYTES):
            pass
        target.copy_linked_files()
    except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise UnpackError(f"it is damaged or cut off ({error})") from error
    except (OSError, ValueError, RecursionError) as error:
        raise UnpackError(f"it cannot be unpacked ({error})") from error


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
