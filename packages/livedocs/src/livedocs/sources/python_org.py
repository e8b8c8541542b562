"""Python's documentation from docs.python.org.

Where the archives are (python/docsbuild-scripts and ``Doc/tools/extensions/archive_downloads.py`` of CPython):

- ``https://docs.python.org/3.13/archives/python-3.13-docs-html.zip``, rebuilt daily while a version is maintained;
- older versions name the last release instead, ``python-3.9.25-docs-html.zip``; the page ``download.html`` beside
  says which, and says which version ``https://docs.python.org/3/`` is;
- every release stays at ``https://www.python.org/ftp/python/doc/3.13.1/python-3.13.1-docs-html.zip``.

Each is also there as ``.tar.bz2``: a third smaller (8 instead of 13 MB), but every build would take three times as long
to unpack it.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version as installed_version
from pathlib import Path
from urllib.parse import urljoin

import httpx2

from livedocs.errors import SourceError
from livedocs.sources.archive import ArchiveSource, DamagedArchiveError
from livedocs.sources.documentation import Documentation, ReportProgress, ignore_progress
from livedocs.sources.download import (
    Download,
    DownloadLimits,
    NotThereError,
    discard_download,
    is_downloaded_file,
)
from livedocs.sources.python_docs import PYTHON_LICENCE, python_docs_url
from livedocs.sources.scratch import local_failure

_VERSION = re.compile(r"[23](\.\d{1,3}){0,2}")
_ARCHIVE_LINK = re.compile(r'href="([^"]*python-[0-9a-z.]+-docs-html\.(?:tar\.bz2|zip))"')
_ARCHIVE_NAME = re.compile(r"python-([0-9a-z.]+)-docs-html\.(?:tar\.bz2|zip)")
_MAX_PAGE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class PythonOrgSource:
    """The official HTML of one version of Python.

    The archive is kept in the cache folder. Another build asks the server whether it is still the current one, and uses
    it as it is when that cannot be found out.

    Attributes:
        version: ``3.13``: the newest of that minor version; ``3.13.1``: exactly this release; ``3``: the newest stable.
        cache_folder: where archives are kept between builds, and unpacked for a while.
        docs_url: where the documentation is, without a final ``/``.
        releases_url: where the archives of all releases are, without a final ``/``.
        limits: when to give a download up.
    """

    version: str
    cache_folder: Path
    docs_url: str = "https://docs.python.org"
    releases_url: str = "https://www.python.org/ftp/python/doc"
    limits: DownloadLimits = field(default_factory=DownloadLimits)

    def __post_init__(self) -> None:
        if _VERSION.fullmatch(self.version) is None:
            raise SourceError(f"{self.version!r} is no version of Python. Write 3, 3.13 or 3.13.1.")

    @property
    def description(self) -> str:
        """The source in words."""
        return f"docs.python.org, Python {self.version}"

    @contextmanager
    def open(self, report: ReportProgress = ignore_progress) -> Generator[Documentation]:
        """Download the archive if need be, and unpack it; the archive stays in the cache folder.

        Raises:
            SourceError: there is no such version, or it cannot be downloaded and is not in the cache folder either.
        """
        archive, origin = self._obtain(report)
        with ExitStack() as stack:
            try:
                documentation = stack.enter_context(ArchiveSource(archive, self.cache_folder).open(report))
            except DamagedArchiveError as error:
                discard_download(archive)
                raise SourceError(f"{error} The download was removed: build again to fetch it anew.") from error
            yield replace(
                documentation,
                origin=origin,
                version=self.version if self.version.count(".") == 2 else None,
                original_url=python_docs_url(_version_in_name(archive.name)),
                licence=PYTHON_LICENCE,
            )

    def _obtain(self, report: ReportProgress) -> tuple[Path, str]:
        """The archive and its origin in words."""
        folder = self.cache_folder / "docs.python.org" / self.version
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return self._download(folder, report)
        except OSError as error:
            raise local_failure("The download cannot be kept in", folder, error) from error
        except SourceError as error:
            kept = _kept_archive(folder)
            if kept is None:
                raise
            report(f"Taking {kept.name} of an earlier build: {error}", 0, None)
            return kept, f"docs.python.org, {kept.name} of an earlier build"

    def _download(self, folder: Path, report: ReportProgress) -> tuple[Path, str]:
        limits = self.limits
        with httpx2.Client(
            follow_redirects=True,
            headers={"User-Agent": f"livedocs/{installed_version('livedocs')}"},
            timeout=httpx2.Timeout(limits.silence_seconds, connect=limits.connect_seconds),
        ) as client:
            for url in self._addresses(client):
                target = folder / url.rpartition("/")[2]
                try:
                    Download(client, url, target, limits, report).run()
                except NotThereError:
                    continue
                for other in folder.glob("python-*-docs-html*"):
                    if not other.name.startswith(target.name):
                        other.unlink()
                return target, url
        raise SourceError(
            f"{self.docs_url} has no documentation of Python {self.version} to download. "
            f"{self.docs_url}/{self.version}/download.html says what there is."
        )

    def _addresses(self, client: httpx2.Client) -> Iterator[str]:
        """Where the archive may be, the likeliest first; later ones are looked up only when asked for."""
        match self.version.count("."):
            case 2:
                for suffix in ("zip", "tar.bz2"):
                    yield f"{self.releases_url}/{self.version}/python-{self.version}-docs-html.{suffix}"
            case 1:
                expected = f"{self.docs_url}/{self.version}/archives/python-{self.version}-docs-html.zip"
                yield expected
                yield from (url for url in self._linked_archives(client) if url != expected)
            case _:
                yield from self._linked_archives(client)

    def _linked_archives(self, client: httpx2.Client) -> list[str]:
        """The HTML archives that the version's download page links to, those in .zip first."""
        page_url = f"{self.docs_url}/{self.version}/download.html"
        try:
            with client.stream("GET", page_url) as response:
                if not response.is_success:
                    return []
                page = "".join(_first_characters(response))
        except httpx2.HTTPError as error:
            raise SourceError(f"{page_url} cannot be read: {error}.") from error
        # Pages of releases link to docs.python.org/ftp, which www.python.org serves (python/cpython issue 95290).
        moved = f"{self.docs_url}/ftp/python/doc/"
        links = (urljoin(page_url, link) for link in _ARCHIVE_LINK.findall(page))
        urls = (f"{self.releases_url}/{url.removeprefix(moved)}" if url.startswith(moved) else url for url in links)
        known = {url for url in urls if url.startswith((f"{self.docs_url}/", f"{self.releases_url}/"))}
        return sorted(known, key=lambda url: (not url.endswith(".zip"), url))


def _first_characters(response: httpx2.Response) -> Iterator[str]:
    taken = 0
    for text in response.iter_text():
        yield text
        taken += len(text)
        if taken > _MAX_PAGE_BYTES:
            return


def _kept_archive(folder: Path) -> Path | None:
    kept = [path for path in folder.glob("python-*-docs-html*") if is_downloaded_file(path)]
    return max(kept, key=lambda path: path.stat().st_mtime, default=None)


def _version_in_name(name: str) -> str:
    match = _ARCHIVE_NAME.fullmatch(name)
    return match[1] if match else ""
