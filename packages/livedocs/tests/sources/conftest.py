"""A tiny documentation, and the real parts it is served by: archives, Debian packages, apt, an HTTP server."""

import hashlib
import io
import os
import re
import resource
import shutil
import stat
import subprocess
import tarfile
import threading
import zipfile
import zlib
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

INVENTORY_LINES = b"tiny.open py:function 1 api.html#$ -\nindex std:label -1 index.html Welcome\n"


def write_documentation(folder: Path) -> Path:
    """Write what `sphinx-build` writes, as far as sources look at it."""
    (folder / "_static").mkdir(parents=True)
    (folder / "index.html").write_text("<title>Tiny</title><h1>Welcome</h1>")
    (folder / "api.html").write_text("<title>API</title><dl><dt id='tiny.open'>tiny.open()</dt></dl>")
    (folder / "_static" / "tiny.css").write_text("p { color: black }")
    head = b"# Sphinx inventory version 2\n# Project: Tiny\n# Version: 1.0\n# The remainder is compressed using zlib.\n"
    (folder / "objects.inv").write_bytes(head + zlib.compress(INVENTORY_LINES))
    return folder


@pytest.fixture
def html_folder(tmp_path: Path) -> Path:
    return write_documentation(tmp_path / "html")


@pytest.fixture
def cache_folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def full_disk():
    """A disk on which no file grows beyond some bytes, for this process and those it starts."""

    @contextmanager
    def limited(max_bytes: int = 16_384):
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (max_bytes, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limited


@pytest.fixture
def workspace(cache_folder: Path) -> Path:
    """Where sources unpack; a test looks whether anything is left there."""
    folder = cache_folder / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def pack(folder: Path, target: Path, inside: str = "tiny-1.0-docs-html") -> Path:
    """Pack a folder as the name of the target says."""
    if target.suffix == ".zip":
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                archive.write(path, f"{inside}/{path.relative_to(folder)}")
        return target
    compression = {".bz2": "bz2", ".gz": "gz", ".tgz": "gz", ".xz": "xz", ".tar": ""}[target.suffix]
    with tarfile.open(target, f"w:{compression}") as archive:
        archive.add(folder, inside)
    return target


@pytest.fixture
def pack_archive() -> Callable[..., Path]:
    return pack


@pytest.fixture
def hostile_tar(tmp_path: Path) -> Callable[..., Path]:
    """Makes a .tar.gz of the given members, whatever they are called and say of themselves."""

    def make(*members: tuple[tarfile.TarInfo, bytes]) -> Path:
        target = tmp_path / "hostile.tar.gz"
        with tarfile.open(target, "w:gz") as archive:
            for member, content in members:
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        return target

    return make


@pytest.fixture
def hostile_zip(tmp_path: Path) -> Callable[..., Path]:
    """Makes a zip of the given names and contents; a mode makes a member a link or a device."""

    def make(*members: tuple[str, bytes, int]) -> Path:
        target = tmp_path / "hostile.zip"
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content, mode in members:
                member = zipfile.ZipInfo(name)
                member.compress_type = zipfile.ZIP_DEFLATED
                member.external_attr = (mode or stat.S_IFREG | 0o644) << 16
                archive.writestr(member, content)
        return target

    return make


@dataclass
class Site:
    """What the web server has, and how it misbehaves."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)
    last_modified: str | None = None
    supports_ranges: bool = True
    cuts: list[int] = field(default_factory=list)
    """How many bytes of the body each of the next answers sends before it hangs up."""
    announces_length: bool = True
    statuses: dict[str, int] = field(default_factory=dict)
    content_range: str | None = None
    range_bytes: int | None = None
    """The most that an answer to a range holds."""
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def requested(self, header: str) -> list[str | None]:
        return [headers.get(header) for _, headers in self.requests]


class SiteHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: ClassVar[Site]

    def handle(self) -> None:
        with suppress(ConnectionError):  # a client may hang up as soon as it has seen enough
            super().handle()

    def log_message(self, *arguments) -> None:
        pass

    def do_GET(self) -> None:
        site = self.site
        site.requests.append((self.path, dict(self.headers)))
        body, etag = site.files.get(self.path), site.etags.get(self.path)
        status = site.statuses.get(self.path, 200 if body is not None else 404)
        if body is None or status != 200:
            self.answer(status, {"Content-Length": "0"}, b"")
            return
        headers = {"ETag": etag} if etag else {}
        if site.last_modified:
            headers["Last-Modified"] = site.last_modified
        validators = {etag, site.last_modified} - {None}
        if {self.headers["If-None-Match"], self.headers["If-Modified-Since"]} & validators:
            self.answer(304, headers, b"")
            return
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers["Range"] or "")
        if wanted and site.supports_ranges and self.headers["If-Range"] in validators:
            begin = int(wanted[1])
            if begin >= len(body):
                self.answer(416, {"Content-Length": "0"}, b"")
                return
            end = min(len(body), begin + (site.range_bytes or len(body)))
            headers["Content-Range"] = site.content_range or f"bytes {begin}-{end - 1}/{len(body)}"
            status, body = 206, body[begin:end]
        if site.announces_length:
            headers["Content-Length"] = str(len(body))
        else:
            self.close_connection = True
        self.answer(status, headers, body)

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if body and self.site.cuts:
            body = body[: self.site.cuts.pop(0)]
            self.close_connection = True
        self.wfile.write(body)


@pytest.fixture
def site():
    site = Site()
    handler = type("Handler", (SiteHandler,), {"site": site})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        site.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield site
        server.shutdown()
        thread.join()


COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Tiny

Files: debian/*
Copyright: 2020 Somebody
License: GPL-2+

Files: *
Copyright: 2020 Somebody else
           2021 And others
License: BSD-3-clause
 Redistribution and use in source and binary forms ...
"""


def build_package(html: Path | None, target_folder: Path, name: str = "tiny-doc", version: str = "1:1.0-1") -> Path:
    """Build a real package that holds a folder of HTML."""
    tree = target_folder / f"{name}-tree"
    shutil.rmtree(tree, ignore_errors=True)
    documents = tree / "usr/share/doc" / name
    documents.mkdir(parents=True)
    (documents / "copyright").write_text(COPYRIGHT)
    if html is not None:
        shutil.copytree(html, documents / "html")
        (documents / "html/_static/jquery.js").symlink_to("/usr/share/javascript/jquery/jquery.js")
        (documents / "html/again.html").symlink_to("index.html")
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN/control").write_text(
        f"Package: {name}\nVersion: {version}\nArchitecture: all\n"
        "Maintainer: Nobody <nobody@example.org>\nDescription: tiny documentation\n"
    )
    target = target_folder / f"{name}_{version.replace(':', '%3a')}_all.deb"
    run("dpkg-deb", "--root-owner-group", "--build", tree, target)
    shutil.copy(tree / "DEBIAN/control", target.with_suffix(".control"))
    return target


def run(*command: object) -> None:
    subprocess.run([str(word) for word in command], check=True, capture_output=True)


@dataclass
class Debian:
    """A package repository that apt really reads, and a system that packages are installed in."""

    folder: Path
    digest: str = "SHA256"

    def __post_init__(self) -> None:
        for name in ("repository", "state/lists/partial", "cache/archives/partial", "system/var/lib/dpkg/info"):
            (self.folder / name).mkdir(parents=True)
        self.status_path.write_text("")
        (self.folder / "sources.list").write_text(f"deb [trusted=yes] file:{self.repository} ./\n")
        self.configuration_path.write_text(
            f'Dir::State "{self.folder}/state";\nDir::State::status "{self.status_path}";\n'
            f'Dir::Cache "{self.folder}/cache";\nDir::Etc::sourcelist "{self.folder}/sources.list";\n'
            'Dir::Etc::sourceparts "/dev/null";\nDir::Etc::parts "/dev/null";\nDir::Etc::main "/dev/null";\n'
            f'APT::Sandbox::User "{os.environ.get("USER", "root")}";\n'
        )

    @property
    def repository(self) -> Path:
        return self.folder / "repository"

    @property
    def system_root(self) -> Path:
        return self.folder / "system"

    @property
    def status_path(self) -> Path:
        return self.system_root / "var/lib/dpkg/status"

    @property
    def configuration_path(self) -> Path:
        return self.folder / "apt.conf"

    def publish(self, html: Path | None, name: str = "tiny-doc", version: str = "1:1.0-1") -> Path:
        """Make a package that apt offers."""
        package = build_package(html, self.repository, name, version)
        self.renew_lists()
        return package

    def renew_lists(self) -> None:
        """Do what `apt-get update` does on a real system."""
        stanzas = []
        for package in sorted(self.repository.glob("*.deb")):
            control = package.with_suffix(".control").read_text()
            digest = hashlib.new(self.digest, package.read_bytes()).hexdigest()
            stanzas.append(
                f"{control}Filename: ./{package.name}\nSize: {package.stat().st_size}\n{self.digest}: {digest}\n"
            )
        (self.repository / "Packages").write_text("\n".join(stanzas))
        run("apt-get", "update")

    def install(self, html: Path | None, name: str = "tiny-doc", version: str = "1:1.0-1") -> None:
        """Enter a package into the system's database, with its files."""
        package = build_package(html, self.folder, name, version)
        run("dpkg-deb", "--extract", package, self.system_root)
        listing = subprocess.run(["dpkg-deb", "--fsys-tarfile", package], check=True, capture_output=True).stdout
        with tarfile.open(fileobj=io.BytesIO(listing)) as archive:
            names = [f"/{member.name.removeprefix('./')}" for member in archive if member.name != "."]
        (self.system_root / f"var/lib/dpkg/info/{name}.list").write_text("/.\n" + "".join(f"{n}\n" for n in names))
        with self.status_path.open("a") as status:
            status.write(
                f"Package: {name}\nStatus: install ok installed\nVersion: {version}\nArchitecture: all\n"
                "Maintainer: Nobody <nobody@example.org>\nDescription: tiny documentation\n\n"
            )


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Debian:
    debian = Debian(tmp_path / "debian")
    monkeypatch.setenv("APT_CONFIG", str(debian.configuration_path))
    return debian
