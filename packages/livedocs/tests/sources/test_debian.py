"""Debian packages: a system of our own, a repository of our own, and a real package through the machine's apt."""

import hashlib
import random
import shutil

import pytest

from livedocs.errors import SourceError
from livedocs.sources import debian as debian_source
from livedocs.sources import debian_tools
from livedocs.sources.debian import DownloadedPackageSource, InstalledPackageSource
from livedocs.sources.debian_copyright import licence_in_copyright
from livedocs.sources.debian_tools import PackageFile
from livedocs.sources.unpacking import UnpackLimits


@pytest.fixture
def downloaded(cache_folder):
    return DownloadedPackageSource("tiny-doc", cache_folder)


def test_a_package_tells_its_version_and_licence(debian, html_folder, downloaded):
    debian.publish(html_folder)
    debian.install(html_folder)
    for source in (downloaded, InstalledPackageSource("tiny-doc", debian.system_root)):
        with source.open() as documentation:
            assert documentation.origin == "Debian package tiny-doc 1:1.0-1"
            assert documentation.licence == "BSD-3-clause"
            assert documentation.original_url is None


def test_pythons_own_package_has_its_address_and_licence(debian, html_folder):
    debian.install(html_folder, name="python3.11-doc", version="3.11.2-6")
    with InstalledPackageSource("python3.11-doc", debian.system_root).open() as documentation:
        assert documentation.original_url == "https://docs.python.org/3.11/"
        assert documentation.licence == "Python Software Foundation License Version 2"


def test_links_of_a_package_become_files_or_nothing(debian, html_folder, downloaded):
    debian.publish(html_folder)
    with downloaded.open() as documentation:
        assert (documentation.root / "again.html").read_text() == (html_folder / "index.html").read_text()
        assert not any(path.is_symlink() for path in documentation.root.rglob("*"))
        assert not (documentation.root / "_static/jquery.js").exists()


@pytest.mark.parametrize("digest", ["SHA256", "SHA512"])
def test_a_second_build_downloads_nothing(debian, html_folder, downloaded, cache_folder, digest):
    debian.digest = digest
    debian.publish(html_folder)
    with downloaded.open():
        pass
    (package,) = (cache_folder / "debian").iterdir()
    before = package.stat()
    steps = []
    with downloaded.open(lambda step, *_: steps.append(step)):
        pass
    assert package.stat().st_ino == before.st_ino
    assert not any(step.startswith("Downloading") for step in steps)


def test_a_kept_package_that_was_altered_is_downloaded_again(debian, html_folder, downloaded, cache_folder):
    debian.publish(html_folder)
    with downloaded.open():
        pass
    (package,) = (cache_folder / "debian").iterdir()
    package.write_bytes(bytes(package.stat().st_size))
    with downloaded.open() as documentation:
        assert documentation.inventory_path.is_file()


def test_a_kept_package_without_a_known_digest_is_not_trusted(tmp_path):
    path = tmp_path / "tiny-doc_1_all.deb"
    path.write_bytes(b"")
    digest = hashlib.sha256(b"").hexdigest()
    assert debian_source._is_file_offered(path, PackageFile(path.name, 0, f"SHA256:{digest}"))
    assert not debian_source._is_file_offered(path, PackageFile(path.name, 0, f"MD5Sum:{digest}"))
    assert not debian_source._is_file_offered(path, PackageFile(path.name, 0, ""))


def test_a_newer_package_replaces_the_kept_one(debian, html_folder, downloaded, cache_folder):
    debian.publish(html_folder)
    with downloaded.open():
        pass
    debian.publish(html_folder, version="1:2.0-1")
    with downloaded.open() as documentation:
        assert documentation.origin == "Debian package tiny-doc 1:2.0-1"
    assert len(list((cache_folder / "debian").iterdir())) == 1


def test_the_kept_package_is_used_when_apt_knows_nothing(debian, html_folder, downloaded):
    package = debian.publish(html_folder)
    with downloaded.open():
        pass
    package.unlink()
    debian.renew_lists()
    steps = []
    with downloaded.open(lambda step, *_: steps.append(step)) as documentation:
        assert documentation.inventory_path.is_file()
    assert steps[0].startswith("Taking tiny-doc_1%3a1.0-1_all.deb of an earlier build: apt offers no package tiny-doc")


def test_a_package_that_apt_does_not_know_names_the_remedy(debian, downloaded):
    with pytest.raises(SourceError, match=r"apt offers no package tiny-doc .*`sudo apt-get update`"), downloaded.open():
        pass


def test_a_name_is_not_a_pattern(debian, html_folder, cache_folder):
    debian.publish(html_folder, name="tinyx1-doc")
    with (
        pytest.raises(SourceError, match="apt offers no package"),
        DownloadedPackageSource("tiny.1-doc", cache_folder).open(),
    ):
        pass


def test_a_package_that_vanished_from_the_repository_names_the_remedy(debian, html_folder, downloaded, cache_folder):
    debian.publish(html_folder).unlink()
    with (
        pytest.raises(SourceError, match=r"apt could not download tiny-doc into .*`sudo apt-get update`"),
        downloaded.open(),
    ):
        pass
    assert not list((cache_folder / "debian").iterdir())


def test_a_damaged_package_is_one_clear_error_and_is_not_kept(debian, html_folder, downloaded, cache_folder, workspace):
    package = debian.publish(html_folder)
    package.write_bytes(package.read_bytes()[:-200])
    debian.renew_lists()
    with pytest.raises(SourceError, match=r"tiny-doc_\S+ was not unpacked: .* build again"), downloaded.open():
        pass
    assert not list((cache_folder / "debian").iterdir())
    assert not list(workspace.iterdir())


def test_a_file_that_is_no_package_is_one_clear_error_and_is_not_kept(debian, html_folder, downloaded, cache_folder):
    debian.publish(html_folder).write_bytes(bytes(1000))
    debian.renew_lists()
    with pytest.raises(SourceError, match=r"tiny-doc_\S+ is no Debian package .* build again"), downloaded.open():
        pass
    assert not list((cache_folder / "debian").iterdir())


def test_a_build_that_is_interrupted_while_unpacking_leaves_nothing(debian, html_folder, downloaded, workspace):
    debian.publish(html_folder)

    def interrupt(step, *_):
        if step.startswith("Unpacking"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), downloaded.open(interrupt):
        pass
    assert not list(workspace.iterdir())


def test_a_cache_folder_that_cannot_be_written_is_one_clear_error(debian, html_folder, tmp_path):
    debian.publish(html_folder)
    (tmp_path / "file").write_text("not a folder")
    source = DownloadedPackageSource("tiny-doc", tmp_path / "file")
    with pytest.raises(SourceError, match=r"unpacked into|cannot be kept in"), source.open():
        pass


def test_a_full_disk_does_not_cost_the_package(debian, html_folder, downloaded, cache_folder, workspace, full_disk):
    (html_folder / "big.html").write_bytes(bytes(100_000))
    debian.publish(html_folder)
    with full_disk(), pytest.raises(SourceError) as raised, downloaded.open():
        pass
    assert f"was not unpacked into {cache_folder}: File too large." in str(raised.value)
    assert not list(workspace.iterdir())
    (package,) = (cache_folder / "debian").iterdir()
    assert package.stat().st_size > 0


def test_a_full_disk_while_downloading_names_the_folder_and_leaves_nothing(
    debian, html_folder, downloaded, cache_folder, workspace, full_disk
):
    (html_folder / "big.html").write_bytes(random.Random(1).randbytes(100_000))
    debian.publish(html_folder)
    with full_disk(), pytest.raises(SourceError) as raised, downloaded.open():
        pass
    assert f"apt could not download tiny-doc into {workspace}/" in str(raised.value)
    assert "SIGXFSZ" in str(raised.value)
    assert not list(workspace.iterdir())
    assert not list((cache_folder / "debian").iterdir())


def test_a_machine_that_loses_its_tools_keeps_the_package(debian, html_folder, downloaded, cache_folder, monkeypatch):
    debian.publish(html_folder)
    with downloaded.open():
        pass
    monkeypatch.setenv("PATH", str(cache_folder))
    with pytest.raises(SourceError, match="is not on this machine"), downloaded.open():
        pass
    assert list((cache_folder / "debian").iterdir())


def test_a_tool_that_hangs_is_given_up():
    with pytest.raises(SourceError, match="sleep did not end within 0 s"):
        debian_tools._run("sleep", "600", timeout_seconds=0)


def test_a_package_beyond_the_limits_is_refused(debian, html_folder, cache_folder, workspace):
    (html_folder / "big.html").write_bytes(bytes(1_000_000))
    debian.publish(html_folder)
    source = DownloadedPackageSource("tiny-doc", cache_folder, UnpackLimits(total_bytes=500_000))
    with pytest.raises(SourceError, match="unpacks to more than 500,000 bytes"), source.open():
        pass
    assert not list(workspace.iterdir())


def test_a_package_that_is_not_installed_says_so(debian):
    source = InstalledPackageSource("tiny-doc", debian.system_root)
    with pytest.raises(SourceError, match="tiny-doc is not installed"), source.open():
        pass


def test_a_removed_package_whose_settings_remain_is_not_installed(debian, html_folder):
    debian.install(html_folder)
    status = debian.status_path.read_text()
    debian.status_path.write_text(status.replace("install ok installed", "deinstall ok config-files"))
    source = InstalledPackageSource("tiny-doc", debian.system_root)
    with pytest.raises(SourceError, match="tiny-doc is not installed"), source.open():
        pass


def test_documentation_left_out_of_a_container_is_explained(debian, html_folder):
    debian.install(html_folder)
    shutil.rmtree(debian.system_root / "usr/share/doc/tiny-doc/html")
    source = InstalledPackageSource("tiny-doc", debian.system_root)
    with pytest.raises(SourceError, match="path-exclude"), source.open():
        pass


@pytest.mark.parametrize("name", ["", "-o", "--root=/", "Tiny-doc", "tiny doc", "a", "../tiny", "tiny-doc\n"])
def test_what_cannot_be_a_package_name_never_reaches_a_tool(cache_folder, name):
    for make in (InstalledPackageSource, lambda package: DownloadedPackageSource(package, cache_folder)):
        with pytest.raises(SourceError, match="cannot be the name of a Debian package"):
            make(name)


def test_a_machine_without_debians_tools_says_so(cache_folder, monkeypatch):
    monkeypatch.setenv("PATH", str(cache_folder))
    for source in (InstalledPackageSource("tiny-doc"), DownloadedPackageSource("tiny-doc", cache_folder)):
        with pytest.raises(SourceError, match=r"is not on this machine, which takes Debian"), source.open():
            pass


def test_a_real_package_comes_through_the_machines_apt(cache_folder, workspace):
    with DownloadedPackageSource("python-jinja2-doc", cache_folder).open() as documentation:
        assert documentation.inventory_path.stat().st_size > 1_000
        assert len(list(documentation.root.glob("*.html"))) > 10
    assert not list(workspace.iterdir())


@pytest.mark.parametrize(
    "text",
    [
        "This package was put together by somebody.\n\nLicense: in prose\n",
        "Format: https://example.org/another-format\n\nFiles: *\nLicense: MIT\n",
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: debian/*\nLicense: MIT\n",
        "",
    ],
)
def test_a_copyright_file_that_names_no_licence_gives_none(tmp_path, text):
    path = tmp_path / "copyright"
    path.write_text(text)
    assert licence_in_copyright(path) is None


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Redistribution and use in source and binary\n forms, with or without", "BSD-2-Clause"),
        (
            "Redistribution and use in source and binary forms.\n * The names of the contributors may not be used",
            "BSD-3-Clause",
        ),
        ("Permission is hereby granted, free of charge, to any person", "MIT"),
        ("Licensed under the Apache License, Version 2.0", "Apache-2.0"),
        ("PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2", "PSF-2.0"),
    ],
)
def test_a_well_known_licence_is_recognised_in_prose(tmp_path, words, name):
    path = tmp_path / "copyright"
    path.write_text(f"This package was put together by somebody.\n\nLicense:\n\n {words}\n")
    assert licence_in_copyright(path) == name


def test_a_missing_copyright_file_gives_no_licence(tmp_path):
    assert licence_in_copyright(tmp_path / "copyright") is None
