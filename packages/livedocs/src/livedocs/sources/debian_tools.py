"""Asking dpkg and apt, without root and without a shell."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from livedocs.errors import SourceError

_ASK_SECONDS = 60
_DOWNLOAD_SECONDS = 900
_URI_LINE = re.compile(r"'[^']*' (?P<name>[^\s/]+) (?P<size>\d+) ?(?P<digest>\S*)")
_PYTHON_PACKAGE = re.compile(r"python(\d+)\.(\d+)-doc")


class DamagedPackageError(SourceError):
    """A package file is damaged, hostile or too large; nothing is wrong with this machine."""


@dataclass(frozen=True, slots=True)
class PackageFile:
    """The package file apt would download.

    Attributes:
        name: of the file, e.g. ``python3.11-doc_3.11.2-6_all.deb``.
        size_bytes: of the file.
        digest: algorithm and hexadecimal digest as apt prints them, ``SHA256:97b1...``; empty when it knows none.
    """

    name: str
    size_bytes: int
    digest: str


def tool_command(tool: str, *arguments: str) -> list[str]:
    """The command that runs a tool.

    Raises:
        SourceError: the tool is not on this machine.
    """
    path = shutil.which(tool)
    if path is None:
        raise SourceError(f"{tool} is not on this machine, which takes Debian or a system made from it.")
    return [path, *arguments]


def tool_environment() -> dict[str, str]:
    """The environment that makes tools speak plain English."""
    return os.environ | {"LC_ALL": "C", "LANG": "C"}


def installed_version(package: str, system_root: Path) -> str | None:
    """The version of an installed package, None when it is not installed."""
    answer = _query(system_root, "--show", "--showformat=${db:Status-Status} ${Version}", package)
    status, _, version = answer.stdout.partition(" ")
    return version if answer.returncode == 0 and status == "installed" else None


def installed_files(package: str, system_root: Path) -> list[Path]:
    """The files of an installed package, as its list names them below ``system_root``."""
    answer = _query(system_root, "--listfiles", package)
    return [system_root / line.lstrip("/") for line in answer.stdout.splitlines() if line.startswith("/")]


def installed_python_packages(system_root: Path) -> list[str]:
    """The installed ``pythonX.Y-doc`` packages, the newest first."""
    answer = _query(system_root, "--show", "--showformat=${db:Status-Status} ${Package}\n")
    words = (line.partition(" ") for line in answer.stdout.splitlines())
    return _newest_first(package for status, _, package in words if status == "installed")


def known_python_packages() -> list[str]:
    """The ``pythonX.Y-doc`` packages that apt knows, the newest first."""
    return _newest_first(_run("apt-cache", "pkgnames", "python3.").stdout.splitlines())


def package_version(package_file: Path) -> str:
    """The version a package file states for itself.

    Raises:
        DamagedPackageError: the file is no Debian package.
        SourceError: dpkg-deb did not answer.
    """
    answer = _run("dpkg-deb", "--field", str(package_file), "Version")
    if answer.returncode != 0:
        raise DamagedPackageError(f"{package_file.name} is no Debian package ({last_line(answer.stderr)}).")
    return answer.stdout.strip()


def downloadable(package: str) -> PackageFile:
    """What apt would download.

    Raises:
        SourceError: apt knows no such package.
    """
    answer = _run("apt-get", "--quiet", "download", "--print-uris", package)
    match = _URI_LINE.fullmatch(answer.stdout.strip())
    # apt takes an unknown name for a regular expression, which can match another package.
    if answer.returncode != 0 or match is None or not match["name"].startswith(f"{package}_"):
        raise SourceError(
            f"apt offers no package {package} ({last_line(answer.stderr)}). Check the name with "
            f"`apt-cache search`; `sudo apt-get update` fills empty or old package lists."
        )
    return PackageFile(match["name"], int(match["size"]), match["digest"])


def download_package(package: str, folder: Path) -> None:
    """Let apt download a package file into a folder; apt checks its size and digest.

    Raises:
        SourceError: it could not be downloaded.
    """
    answer = _run(
        *("apt-get", "--quiet", "--option", "Acquire::Retries=2", "--option", "Acquire::http::Timeout=30"),
        *("download", package),
        folder=folder,
        timeout_seconds=_DOWNLOAD_SECONDS,
    )
    if answer.returncode != 0:
        raise SourceError(
            f"apt could not download {package} into {folder} ({_reason(answer)}). "
            "`sudo apt-get update` helps when the package lists are old."
        )


def last_line(text: str) -> str:
    """The last line that says something: tools end with the reason."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


def _reason(answer: subprocess.CompletedProcess[str]) -> str:
    """Why a tool failed; one that was killed, as for writing to a full disk, could not say."""
    if answer.returncode < 0:
        return f"ended by the signal {signal.Signals(-answer.returncode).name}"
    return last_line(answer.stderr)


def _query(system_root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return _run("dpkg-query", f"--admindir={system_root / 'var/lib/dpkg'}", *arguments)


def _run(
    tool: str, *arguments: str, folder: Path | None = None, timeout_seconds: int = _ASK_SECONDS
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - a list without a shell; package names are checked before they get here
            tool_command(tool, *arguments),
            cwd=folder,
            env=tool_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
            timeout=timeout_seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise SourceError(f"{tool} did not end within {timeout_seconds} s.") from error


def _newest_first(packages: Iterable[str]) -> list[str]:
    matches = [match for match in map(_PYTHON_PACKAGE.fullmatch, packages) if match is not None]
    matches.sort(key=lambda match: (int(match[1]), int(match[2])), reverse=True)
    return [match[0] for match in matches]
