"""From what a person asks for to the sources that may have it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from livedocs.errors import FailedSource, NoSourceError, SourceError
from livedocs.sources import debian_tools
from livedocs.sources.archive import ARCHIVE_SUFFIXES, ArchiveSource
from livedocs.sources.debian import DownloadedPackageSource, InstalledPackageSource
from livedocs.sources.documentation import Documentation, ReportProgress, Source, ignore_progress
from livedocs.sources.folder import FolderSource
from livedocs.sources.python_org import PythonOrgSource

SPEC_FORMS = (
    "python, python@3.13, debian:PACKAGE (such as debian:python-flask-doc), a folder of built HTML, "
    f"or an archive of one ({', '.join(ARCHIVE_SUFFIXES)})"
)
"""What can be asked for, in words."""

_MINOR_VERSION = re.compile(r"\d+\.\d+")
_SHOWN_CHARACTERS = 200
_ANYWHERE = "Connect to the internet, or build from a folder or an archive: 'livedocs build PATH'."


@dataclass(frozen=True, slots=True)
class DocsetRequest:
    """A documentation that is wanted, and where to look for it.

    Attributes:
        wanted: in words.
        sources: in the order they are tried; never empty.
        remedy: what to do when all of them fail.
    """

    wanted: str
    sources: tuple[Source, ...]
    remedy: str


def resolve(spec: str, *, cache_folder: Path, system_root: Path = Path("/")) -> DocsetRequest:
    """Say where to look for what ``livedocs build SPEC`` asks for.

    - ``python``: what can be had soonest, the newest of it: the newest installed ``pythonX.Y-doc`` package, which
      needs no network; the newest one that apt offers, from a mirror near by; the newest stable version
      on docs.python.org.
    - ``python@3.13``: this version only: installed, on docs.python.org (newer than Debian's), offered by apt.
    - ``python@3.13.1``: exactly this release, which only docs.python.org tells apart. ``python@3``: the newest stable
      one there.
    - ``debian:PACKAGE``: the package, installed or offered by apt.
    - anything else: the path of a folder or an archive. A folder named ``python`` is written ``./python``.

    Args:
        spec: what is asked for.
        cache_folder: where downloads are kept between builds, and archives are unpacked for a while.
        system_root: the folder that the system's packages are installed in.

    Raises:
        SourceError: ``spec`` is none of these; the message lists the forms.
    """
    kind, _, argument = spec.partition(":")
    if kind == "debian":
        return _package_request(argument, cache_folder, system_root)
    name, at, version = spec.partition("@")
    if name == "python" and not at:
        return _python_request(cache_folder, system_root)
    if name == "python":
        return _python_version_request(version, cache_folder, system_root)
    return _path_request(spec, cache_folder)


@contextmanager
def open_first(
    request: DocsetRequest, report: ReportProgress = ignore_progress
) -> Generator[tuple[Documentation, tuple[FailedSource, ...]]]:
    """Open the first source that can be opened; its documentation's ``origin`` says which it was.

    Args:
        request: what is wanted, and where to look for it.
        report: told about downloads and unpacking.

    Yields:
        The documentation, and the sources that were tried before with the reasons why they failed.

    Raises:
        NoSourceError: none of several sources could be opened.
        SourceError: the only source could not be opened.
    """
    failures: list[FailedSource] = []
    with ExitStack() as stack:
        for source in request.sources:
            try:
                documentation = stack.enter_context(source.open(report))
            except SourceError as error:
                if len(request.sources) == 1:
                    raise
                failures.append(FailedSource(source.description, str(error)))
            else:
                yield documentation, tuple(failures)
                return
    raise NoSourceError(request.wanted, failures, remedy=request.remedy)


def _python_request(cache_folder: Path, system_root: Path) -> DocsetRequest:
    running = f"python{sys.version_info.major}.{sys.version_info.minor}-doc"
    installed = _first(partial(debian_tools.installed_python_packages, system_root), otherwise=running)
    offered = _first(debian_tools.known_python_packages, otherwise=running)
    return DocsetRequest(
        wanted="python",
        sources=(
            InstalledPackageSource(installed, system_root),
            DownloadedPackageSource(offered, cache_folder),
            PythonOrgSource("3", cache_folder),
        ),
        remedy=_ANYWHERE,
    )


def _first(packages: Callable[[], list[str]], *, otherwise: str) -> str:
    """The first package; ``otherwise`` stands for none, so that a failure of this way is told with its reason."""
    try:
        return next(iter(packages()), otherwise)
    except SourceError:
        return otherwise


def _python_version_request(version: str, cache_folder: Path, system_root: Path) -> DocsetRequest:
    official = PythonOrgSource(version, cache_folder)
    if _MINOR_VERSION.fullmatch(version) is None:
        return DocsetRequest(wanted=f"python@{version}", sources=(official,), remedy=_ANYWHERE)
    package = f"python{version}-doc"
    return DocsetRequest(
        wanted=f"python@{version}",
        sources=(
            InstalledPackageSource(package, system_root),
            official,
            DownloadedPackageSource(package, cache_folder),
        ),
        remedy=_ANYWHERE,
    )


def _package_request(package: str, cache_folder: Path, system_root: Path) -> DocsetRequest:
    return DocsetRequest(
        wanted=f"debian:{package}",
        sources=(InstalledPackageSource(package, system_root), DownloadedPackageSource(package, cache_folder)),
        remedy="Check the package's name with `apt-cache search`; `sudo apt-get update` renews the package lists.",
    )


def _path_request(spec: str, cache_folder: Path) -> DocsetRequest:
    shown = spec if len(spec) <= _SHOWN_CHARACTERS else f"{spec[:_SHOWN_CHARACTERS]}..."
    nothing = SourceError(f"{shown!r} is nothing that can be built. It can be {SPEC_FORMS}.")
    try:
        path = Path(spec).expanduser()
        exists, is_file = path.exists(), path.is_file()
    except RuntimeError as error:  # ~somebody who has no home here
        raise nothing from error
    except OSError as error:
        raise SourceError(f"{shown!r} cannot be looked for: {error.strerror}. It can be {SPEC_FORMS}.") from error
    is_archive = is_file or spec.endswith(ARCHIVE_SUFFIXES)
    if not spec.strip() or not (exists or is_archive or "/" in spec):
        raise nothing
    source = ArchiveSource(path, cache_folder) if is_archive else FolderSource(path)
    return DocsetRequest(wanted=spec, sources=(source,), remedy=_ANYWHERE)
