"""Unpacking zip files."""

from __future__ import annotations

import posixpath
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

from livedocs.sources.unpacking import UnpackError, UnpackFolder, blaming_the_archive

_ENCRYPTED = 0x1
_MAX_LINK_BYTES = 4096
_DIRECTORY_ENTRY = b"PK\x01\x02"
_CHUNK_BYTES = 1024 * 1024


def unpack_zip(path: Path, target: UnpackFolder, after_member: Callable[[int, int], None]) -> None:
    """Unpack a zip file.

    Args:
        path: of the zip file.
        target: takes the members.
        after_member: called after each with how many are unpacked, and how many there are.

    Raises:
        UnpackError: the file is damaged, cut off, encrypted, hostile or too large.
        OSError: reading or writing failed for another reason, such as a full disk.
    """
    _check_count(path, target.limits.members)
    try:
        with blaming_the_archive(zipfile.BadZipFile), zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            for unpacked, member in enumerate(members, start=1):
                _unpack_member(archive, member, target)
                after_member(unpacked, len(members))
            target.copy_linked_files()
    except NotImplementedError as error:
        raise UnpackError(f"it is packed in a way that Python cannot unpack ({error})") from error


def _check_count(path: Path, most: int) -> None:
    """Count what marks each entry of the directory (APPNOTE.TXT, section 4.3.12), wherever it is in the file.

    ``zipfile`` reads the whole directory into memory before it tells how many entries there are, whatever number the
    file states.
    """
    count = 0
    last = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            data = last + chunk
            count += data.count(_DIRECTORY_ENTRY)
            last = data[1 - len(_DIRECTORY_ENTRY) :]
    if count > most:
        raise UnpackError(f"it holds more than {most:,} files")


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
