"""Documentation from Debian packages such as ``python3.11-doc`` and ``python-flask-doc``."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from livedocs.errors import SourceError
from livedocs.sources import debian_tools
from livedocs.sources.debian_copyright import licence_in_copyright
from livedocs.sources.documentation import Documentation, ReportProgress, ignore_progress
from livedocs.sources.documentation_root import find_documentation_root
from livedocs.sources.python_docs import PYTHON_LICENCE, python_docs_url
from livedocs.sources.scratch import local_failure, scratch_folder
from livedocs.sources.tar_unpacking import unpack_tar
from livedocs.sources.unpacking import UnpackError, UnpackFolder, UnpackLimits

# Debian policy, section 5.6.7: what a package may be called. No such name can be taken for an option.
_PACKAGE_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")
_PYTHON_PACKAGE = re.compile(r"python(\d+\.\d+)-doc")


@dataclass(frozen=True, slots=True)
class InstalledPackageSource:
    """A package that is installed on this machine, read where it is.

    Attributes:
        package: its name.
        system_root: the folder that the system is installed in.
    """

    package: str
    system_root: Path = Path("/")

    def __post_init__(self) -> None:
        _check_name(self.package)

    @property
    def description(self) -> str:
        """The source in words."""
        return f"Debian package {self.package} (installed)"

    @contextmanager
    def open(self, report: ReportProgress = ignore_progress) -> Generator[Documentation]:
        """Find the documentation among the package's files.

        Raises:
            SourceError: the package is not installed, or holds no documentation.
        """
        report(f"Looking for {self.package}", 0, None)
        version = debian_tools.installed_version(self.package, self.system_root)
        if version is None:
            raise SourceError(f"{self.package} is not installed.")
        listed = [
            path for path in debian_tools.installed_files(self.package, self.system_root) if path.name == "objects.inv"
        ]
        if not listed:
            raise SourceError(
                f"The package {self.package} has no objects.inv: it is not documentation built by Sphinx."
            )
        inventory = min(listed, key=lambda path: (len(path.parts), path))
        if not inventory.exists():
            raise SourceError(
                f"{inventory} is missing though the package is installed. Containers often leave documentation out "
                "(path-exclude in /etc/dpkg/dpkg.cfg.d)."
            )
        root = find_documentation_root(inventory.parent, f"the package {self.package}")
        yield _documentation(self.package, version, root, self.system_root)


@dataclass(frozen=True, slots=True)
class DownloadedPackageSource:
    """A package that apt downloads; it is not installed, so this needs no root.

    The package file is kept in the cache folder, and used again as long as apt would download the same one, or when
    apt cannot say.

    Attributes:
        package: its name.
        cache_folder: where package files are kept between builds, and unpacked for a while.
        limits: how much it may unpack to.
    """

    package: str
    cache_folder: Path
    limits: UnpackLimits = field(default_factory=UnpackLimits)

    def __post_init__(self) -> None:
        _check_name(self.package)

    @property
    def description(self) -> str:
        """The source in words."""
        return f"Debian package {self.package} (apt-get download)"

    @contextmanager
    def open(self, report: ReportProgress = ignore_progress) -> Generator[Documentation]:
        """Download the package if need be, and unpack it; what was unpacked is removed when the context ends.

        Raises:
            SourceError: apt cannot provide the package, it holds no documentation, or there is no room for what is in
                it.
        """
        package_file = self._obtain(report)
        with scratch_folder(self.cache_folder) as system_root:
            try:
                version = debian_tools.package_version(package_file)
                self._unpack(package_file, system_root, report)
            except OSError as error:
                raise local_failure(f"{package_file.name} was not unpacked into", self.cache_folder, error) from error
            except debian_tools.DamagedPackageError as error:
                package_file.unlink(missing_ok=True)
                raise SourceError(f"{error} The file was removed: build again to fetch it anew.") from error
            root = find_documentation_root(system_root, f"the package {self.package}")
            yield _documentation(self.package, version, root, system_root)

    def _obtain(self, report: ReportProgress) -> Path:
        folder = self.cache_folder / "debian"
        kept = sorted(folder.glob(f"{self.package}_*.deb"), key=lambda path: path.stat().st_mtime)
        try:
            offered = debian_tools.downloadable(self.package)
        except SourceError as error:
            if not kept:
                raise
            report(f"Taking {kept[-1].name} of an earlier build: {error}", 0, None)
            return kept[-1]
        package_file = folder / offered.name
        if not _is_file_offered(package_file, offered):
            self._download(package_file, offered.size_bytes, report)
        for other in kept:
            if other != package_file:
                other.unlink(missing_ok=True)
        return package_file

    def _download(self, package_file: Path, size_bytes: int, report: ReportProgress) -> None:
        step = f"Downloading {package_file.name}"
        report(step, 0, size_bytes)
        try:
            package_file.parent.mkdir(parents=True, exist_ok=True)
            with scratch_folder(self.cache_folder) as folder:
                debian_tools.download_package(self.package, folder)
                (folder / package_file.name).replace(package_file)
        except OSError as error:
            raise local_failure(f"{package_file.name} cannot be kept in", package_file.parent, error) from error
        report(step, size_bytes, size_bytes)

    def _unpack(self, package_file: Path, folder: Path, report: ReportProgress) -> None:
        target = UnpackFolder(folder, self.limits)
        step = f"Unpacking {package_file.name}"
        command = debian_tools.tool_command("dpkg-deb", "--fsys-tarfile", str(package_file))
        with (
            tempfile.TemporaryFile() as complaints,
            subprocess.Popen(  # noqa: S603 - a list without a shell, and a path of our own
                command, stdout=subprocess.PIPE, stderr=complaints, env=debian_tools.tool_environment()
            ) as process,
        ):
            assert process.stdout is not None
            reason = None
            try:
                unpack_tar(process.stdout, target, lambda: report(step, target.written_bytes, None))
            except UnpackError as error:
                process.kill()
                reason = str(error)
            except BaseException:
                process.kill()
                raise
            if process.wait() > 0:
                complaints.seek(0)
                reason = debian_tools.last_line(complaints.read().decode("utf-8", "replace"))
        if reason is not None:
            raise debian_tools.DamagedPackageError(f"{package_file.name} was not unpacked: {reason}.")


def _check_name(package: str) -> None:
    if _PACKAGE_NAME.fullmatch(package) is None:
        raise SourceError(f"{package!r} cannot be the name of a Debian package. Write for example python-flask-doc.")


def _is_file_offered(path: Path, offered: debian_tools.PackageFile) -> bool:
    if not path.is_file() or path.stat().st_size != offered.size_bytes:
        return False
    algorithm, _, digest = offered.digest.partition(":")
    if algorithm not in ("SHA256", "SHA512"):
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm.lower()).hexdigest() == digest


def _documentation(package: str, version: str, root: Path, system_root: Path) -> Documentation:
    python = _PYTHON_PACKAGE.fullmatch(package)
    copyright_file = system_root / "usr/share/doc" / package / "copyright"
    return Documentation(
        root=root,
        origin=f"Debian package {package} {version}",
        original_url=python_docs_url(python[1]) if python else None,
        licence=PYTHON_LICENCE if python else licence_in_copyright(copyright_file),
    )
