"""Downloading one file over HTTP so that a cut connection costs nothing but the rest.

Bytes go to ``NAME.part``, beside it ``NAME.part.json`` with the validators (RFC 9110, section 8.8) the server sent. The
next attempt, now or in another run, asks for the rest with ``Range`` and ``If-Range`` (section 13.1.5); a server whose
file has changed answers with all of it, and the download begins again. Only a file of the announced size gets its
name, together with ``NAME.json``, by which a later download is answered ``304 Not Modified``.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import httpx2

from livedocs.errors import SourceError
from livedocs.sources.documentation import ReportProgress
from livedocs.sources.scratch import local_failure

_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")
_NOT_THERE = (403, 404, 410)


class NotThereError(SourceError):
    """The server answered that it has no such file."""


class _IncompleteError(Exception):
    """This attempt did not bring the whole file; what it brought is kept."""


class _StalePartError(Exception):
    """The server does not continue what was begun; it was thrown away."""


@dataclass(frozen=True, slots=True)
class DownloadLimits:
    """When to give up.

    Attributes:
        max_bytes: largest file that is downloaded.
        connect_seconds: how long a connection may take.
        silence_seconds: how long the server may send nothing.
    """

    max_bytes: int = 512 * 1024**2
    connect_seconds: float = 10.0
    silence_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class _Validators:
    """What the server said about a file, kept beside it."""

    url: str
    etag: str | None
    last_modified: str | None
    total_bytes: int | None

    @classmethod
    def of(cls, url: str, response: httpx2.Response) -> _Validators:
        length = response.headers.get("Content-Length", "")
        return cls(
            url=url,
            etag=response.headers.get("ETag"),
            last_modified=response.headers.get("Last-Modified"),
            total_bytes=int(length) if length.isdecimal() else None,
        )

    @classmethod
    def load(cls, path: Path, url: str) -> _Validators | None:
        """Read them; None when there are none, or those of another address."""
        try:
            validators = cls(**json.loads(path.read_bytes()))
        except (OSError, ValueError, TypeError):
            return None
        return validators if validators.url == url else None

    @property
    def strong(self) -> str | None:
        """What ``If-Range`` may carry: no weak entity tag."""
        if self.etag is not None and not self.etag.startswith("W/"):
            return self.etag
        return self.last_modified


class Download:
    """One file from one address.

    Args:
        client: does the requests; its time-outs hold.
        url: the address.
        target: where the complete file goes; its folder exists.
        limits: when to give up.
        report: told the bytes.
    """

    def __init__(
        self, client: httpx2.Client, url: str, target: Path, limits: DownloadLimits, report: ReportProgress
    ) -> None:
        self.client = client
        self.url = url
        self.target = target
        self.limits = limits
        self.report = report
        self._part = target.with_name(f"{target.name}.part")

    def run(self) -> None:
        """Download the file, or find that the one already there is the server's current one.

        An attempt that was cut off is followed by another as long as each brings something.

        Raises:
            NotThereError: the server has no such file.
            SourceError: it cannot be reached, answers with an error, or sends too much; also when another process
                downloads the same file, or the disk is full.
        """
        try:
            with _only_one_process(self.target):
                try:
                    self._attempt_repeatedly()
                except OSError:
                    self._discard_part()  # a full disk is not left full
                    raise
        except OSError as error:
            raise local_failure(f"{self.target.name} cannot be kept in", self.target.parent, error) from error

    def _attempt_repeatedly(self) -> None:
        had_bytes = _size(self._part)
        began_again = False
        while True:
            try:
                self._attempt()
            except _StalePartError as error:
                if began_again:
                    raise self._failed(error) from error
                began_again = True
                had_bytes = 0
            except (httpx2.HTTPError, _IncompleteError) as error:
                has_bytes = _size(self._part)
                if has_bytes <= had_bytes:
                    raise self._failed(error) from error
                had_bytes = has_bytes
            else:
                return

    def _failed(self, error: Exception) -> SourceError:
        reason = " ".join(str(error).split()) or type(error).__name__
        return SourceError(f"{self.url} cannot be downloaded: {reason}.")

    def _attempt(self) -> None:
        with self.client.stream("GET", self.url, headers=self._request_headers()) as response:
            match response.status_code:
                case 304 if self.target.exists():
                    return
                case 206:
                    self._append(response)
                case 200:
                    self._begin(response)
                case 416:
                    self._discard_part()
                    raise _StalePartError("the server does not continue the download")
                case status if status in _NOT_THERE:
                    raise NotThereError(f"{self.url} is not there (HTTP {status}).")
                case status:
                    raise SourceError(f"{self.url} answered HTTP {status} {response.reason_phrase}.")
        self._finish()

    def _request_headers(self) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity"}
        begun = _Validators.load(_beside(self._part), self.url)
        if begun is not None and begun.strong is not None and _size(self._part):
            return headers | {"Range": f"bytes={_size(self._part)}-", "If-Range": begun.strong}
        had = _Validators.load(_beside(self.target), self.url)
        if had is not None and self.target.exists():
            if had.etag is not None:
                headers["If-None-Match"] = had.etag
            if had.last_modified is not None:
                headers["If-Modified-Since"] = had.last_modified
        return headers

    def _begin(self, response: httpx2.Response) -> None:
        validators = _Validators.of(self.url, response)
        self._discard_part()
        _beside(self._part).write_text(json.dumps(asdict(validators)))
        with self._part.open("wb") as file:
            self._write(response, file, validators.total_bytes)

    def _append(self, response: httpx2.Response) -> None:
        begun = _Validators.load(_beside(self._part), self.url)
        content_range = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        fits = (
            begun is not None
            and content_range is not None
            and int(content_range[1]) == _size(self._part)
            and begun.total_bytes in (None, int(content_range[2]))
        )
        if not fits:
            self._discard_part()
            raise _StalePartError("the server continues another file than the one that was begun")
        with self._part.open("ab") as file:
            self._write(response, file, int(content_range[2]) if content_range else None)

    def _write(self, response: httpx2.Response, file: BinaryIO, total_bytes: int | None) -> None:
        if total_bytes is not None and total_bytes > self.limits.max_bytes:
            self._discard_part()
            raise SourceError(f"{self.url} has {total_bytes:,} bytes, more than the {self.limits.max_bytes:,} allowed.")
        done = file.tell()
        for chunk in response.iter_raw():
            file.write(chunk)
            done += len(chunk)
            if done > self.limits.max_bytes:
                self._discard_part()
                raise SourceError(f"{self.url} sends more than the {self.limits.max_bytes:,} bytes allowed.")
            self.report(f"Downloading {self.target.name}", done, total_bytes)
        if total_bytes is not None and done != total_bytes:
            raise _IncompleteError(f"{done:,} of {total_bytes:,} bytes came")
        file.flush()
        os.fsync(file.fileno())

    def _finish(self) -> None:
        self._part.replace(self.target)
        _beside(self._part).replace(_beside(self.target))

    def _discard_part(self) -> None:
        self._part.unlink(missing_ok=True)
        _beside(self._part).unlink(missing_ok=True)


def discard_download(target: Path) -> None:
    """Remove a downloaded file with what is kept beside it."""
    target.unlink(missing_ok=True)
    _beside(target).unlink(missing_ok=True)


def is_downloaded_file(path: Path) -> bool:
    """Whether a file of a download folder is a complete download."""
    return path.suffix not in {".part", ".json", ".lock"} and _beside(path).exists()


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


@contextmanager
def _only_one_process(target: Path) -> Generator[None]:
    with target.with_name(f"{target.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SourceError(
                f"Another process is downloading {target.name} into {target.parent}. Wait until it is done."
            ) from error
        yield
