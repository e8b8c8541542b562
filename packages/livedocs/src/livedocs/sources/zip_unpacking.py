"""Unpacking zip files."""

from __future__ import annotations

import lzma
import posixpath
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from livedocs.sources.unpacking import UnpackError, UnpackFolder

_ENCRYPTED = 0x1
_MAX_LINK_BYTES = 4096


def unpack_zip(path: Path, target: UnpackFolder, after_member: Callable[[int, int], None]) -> None:
    """Unpack a zip file.

    Args:
        path: of the zip file.
        target: takes the members.
        after_member: called after each with how many are unpacked, and how many there are.

    Raises:
        UnpackError: the file is damaged, cut off, encrypted, hostile or too large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            for unpacked, member in enumerate(members, start=1):
                _unpack_member(archive, member, target)
                after_member(unpacked, len(members))
        target.copy_linked_files()
    except NotImplementedError as error:
        raise UnpackError(f"it is packed in a way that Python cannot unpack ({error})") from error
    except (zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError) as error:
        raise UnpackError(f"it is damaged or cut off ({error})") from error
    except (OSError, ValueError) as error:
        raise UnpackError(f"it cannot be unpacked ({error})") from error


def _unpack_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: UnpackFolder) -> None:
    if member.flag_bits & _ENCRYPTED:
        raise UnpackError("it is encrypted")
    mode = member.external_attr >> 16  # Unix keeps the file's mode there; 0 when another system packed it
    if member.filename.endswith("/"):
        target.add_folder(member.filename)
        return
    with archive.open(member) as content:
        if stat.S_ISLNK(mode):
            link = content.read(_MAX_LINK_BYTES).decode("utf-8", "surrogateescape")
            target.add_link(member.filename, posixpath.join(posixpath.dirname(member.filename), link))
        elif stat.S_IFMT(mode) in (0, stat.S_IFREG):
            target.add_file(member.filename, content)
        else:
            target.leave_out(member.filename)
