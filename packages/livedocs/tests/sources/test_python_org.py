"""docs.python.org, played by a web server on this machine."""

import fcntl

import pytest

from livedocs.errors import SourceError
from livedocs.sources.python_org import PythonOrgSource

DAILY = "/3.13/archives/python-3.13-docs-html.zip"


@pytest.fixture
def packed(html_folder, tmp_path, pack_archive) -> bytes:
    return pack_archive(html_folder, tmp_path / "packed.zip").read_bytes()


@pytest.fixture
def source_of(site, cache_folder):
    def make(version: str) -> PythonOrgSource:
        return PythonOrgSource(version, cache_folder, docs_url=site.url, releases_url=f"{site.url}/releases")

    return make


def test_a_maintained_version_comes_from_its_daily_archive(site, packed, source_of):
    site.files[DAILY] = packed
    with source_of("3.13").open() as documentation:
        assert documentation.origin == f"{site.url}{DAILY}"
        assert documentation.original_url == "https://docs.python.org/3.13/"
        assert documentation.licence == "Python Software Foundation License Version 2"
        assert documentation.version is None
    assert [path for path, _ in site.requests] == [DAILY]


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("archives/python-3.9.25-docs-html.zip", "/3.9/archives/python-3.9.25-docs-html.zip"),
        ("{url}/ftp/python/doc/3.9.2/python-3.9.2-docs-html.tar.bz2", "/releases/3.9.2/python-3.9.2-docs-html.tar.bz2"),
    ],
)
def test_an_old_version_comes_from_where_its_download_page_says(site, packed, source_of, link, path):
    site.files["/3.9/download.html"] = f'<a href="{link.format(url=site.url)}">Download</a>'.encode()
    site.files[path] = packed
    with source_of("3.9").open() as documentation:
        assert documentation.origin == f"{site.url}{path}"
        assert documentation.original_url == "https://docs.python.org/3.9/"


def test_the_newest_stable_version_is_what_the_download_page_names(site, packed, source_of):
    site.files["/3/download.html"] = (
        b'<a href="archives/python-3.14-docs-html.tar.bz2">tar</a> <a href="archives/python-3.14-docs-html.zip">zip</a>'
    )
    site.files["/3/archives/python-3.14-docs-html.zip"] = packed
    with source_of("3").open() as documentation:
        assert documentation.origin.endswith(".zip")
        assert documentation.original_url == "https://docs.python.org/3.14/"


@pytest.mark.parametrize("suffix", ["tar.bz2", "zip"])
def test_a_release_comes_from_the_archives_of_releases(site, packed, source_of, suffix):
    site.files[f"/releases/3.13.1/python-3.13.1-docs-html.{suffix}"] = packed
    with source_of("3.13.1").open() as documentation:
        assert documentation.version == "3.13.1"
        assert documentation.original_url == "https://docs.python.org/3.13/"


def test_links_to_other_servers_are_not_followed(site, source_of):
    site.files["/3/download.html"] = b'<a href="http://elsewhere.invalid/python-3.14-docs-html.zip">Download</a>'
    with pytest.raises(SourceError, match="no documentation of Python 3 to download"), source_of("3").open():
        pass


def test_a_download_page_is_read_to_a_limit(site, packed, source_of):
    site.files["/3/archives/python-3.14-docs-html.zip"] = packed
    site.files["/3/download.html"] = bytes(3_000_000) + b'<a href="archives/python-3.14-docs-html.zip">zip</a>'
    with pytest.raises(SourceError, match="no documentation of Python 3 to download"), source_of("3").open():
        pass


@pytest.mark.parametrize("version", ["3.99", "3.13.99"])
def test_an_unknown_version_is_one_clear_error(source_of, version):
    with (
        pytest.raises(SourceError, match=rf"no documentation of Python {version} to download\. .*/download\.html says"),
        source_of(version).open(),
    ):
        pass


@pytest.mark.parametrize("version", ["3", "3.13", "3.13.1"])
def test_a_server_that_is_away_is_one_clear_error(cache_folder, version):
    away = "http://127.0.0.1:1"
    source = PythonOrgSource(version, cache_folder, docs_url=away, releases_url=away)
    with (
        pytest.raises(SourceError, match=r"http://127\.0\.0\.1:1/\S+ cannot be (read|downloaded): .") as raised,
        source.open(),
    ):
        pass
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize("version", ["", "4", "3.", "3.13.1.2", "three", "3.13/../..", "3.13\n", "-3", "3.1313"])
def test_what_is_no_version_is_refused_at_once(cache_folder, version):
    with pytest.raises(SourceError, match=r"is no version of Python\. Write 3, 3\.13 or 3\.13\.1\."):
        PythonOrgSource(version, cache_folder)


def test_another_build_asks_only_whether_the_archive_is_current(site, packed, source_of):
    site.files[DAILY], site.etags[DAILY] = packed, '"one"'
    for _ in range(2):
        with source_of("3.13").open():
            pass
    assert site.requested("If-None-Match") == [None, '"one"']


@pytest.mark.parametrize(("status", "reason"), [(404, "no documentation of Python 3.13"), (503, "answered HTTP 503")])
def test_without_the_server_the_kept_archive_is_used_and_the_reason_told(site, packed, source_of, status, reason):
    site.files[DAILY] = packed
    with source_of("3.13").open():
        pass
    site.statuses[DAILY] = status
    steps = []
    with source_of("3.13").open(lambda step, *_: steps.append(step)) as documentation:
        assert documentation.origin == "docs.python.org, python-3.13-docs-html.zip of an earlier build"
    assert steps[0].startswith("Taking python-3.13-docs-html.zip of an earlier build: ")
    assert reason in steps[0]


def test_while_another_process_downloads_the_kept_archive_is_used(site, packed, source_of, cache_folder):
    site.files[DAILY] = packed
    with source_of("3.13").open():
        pass
    steps = []
    with (cache_folder / "docs.python.org/3.13/python-3.13-docs-html.zip.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with source_of("3.13").open(lambda step, *_: steps.append(step)) as documentation:
            assert documentation.inventory_path.is_file()
    assert "of an earlier build: Another process is downloading python-3.13-docs-html.zip" in steps[0]


def test_a_part_of_a_download_is_no_archive_to_fall_back_to(site, packed, source_of):
    site.files[DAILY], site.etags[DAILY] = packed, '"one"'
    site.cuts = [100, 0]
    for _ in range(2):
        with pytest.raises(SourceError, match="cannot be downloaded"), source_of("3.13").open():
            pass
        site.cuts = [0]


def test_a_new_archive_replaces_the_one_with_another_name(site, packed, source_of, cache_folder):
    for minor in ("14", "15"):
        site.files["/3/download.html"] = f'<a href="archives/python-3.{minor}-docs-html.zip">zip</a>'.encode()
        site.files[f"/3/archives/python-3.{minor}-docs-html.zip"] = packed
        with source_of("3").open():
            pass
    kept = {path.name for path in (cache_folder / "docs.python.org" / "3").glob("*.zip")}
    assert kept == {"python-3.15-docs-html.zip"}


def test_a_damaged_archive_is_not_kept(site, packed, source_of):
    site.files[DAILY] = packed[: len(packed) // 2]
    with (
        pytest.raises(SourceError, match=r"damaged or cut off .* build again to fetch it anew"),
        source_of("3.13").open(),
    ):
        pass
    site.files[DAILY] = packed
    with source_of("3.13").open() as documentation:
        assert documentation.inventory_path.is_file()


def test_a_cache_folder_that_cannot_be_written_is_one_clear_error(site, packed, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    source = PythonOrgSource("3.13", tmp_path / "file", docs_url=site.url)
    with pytest.raises(SourceError, match=r"The download cannot be kept in .*LIVEDOCS_CACHE_FOLDER"), source.open():
        pass


def test_a_full_disk_does_not_cost_the_download(site, html_folder, tmp_path, pack_archive, source_of, full_disk):
    (html_folder / "big.html").write_bytes(bytes(100_000))
    site.files[DAILY] = pack_archive(html_folder, tmp_path / "big.zip").read_bytes()
    site.etags[DAILY] = '"one"'
    with (
        full_disk(),
        pytest.raises(SourceError, match=r"was not unpacked into .*: File too large"),
        source_of("3.13").open(),
    ):
        pass
    with source_of("3.13").open():
        pass
    assert site.requested("If-None-Match") == [None, '"one"']


def test_an_archive_that_is_whole_is_kept_whatever_is_in_it(site, html_folder, tmp_path, pack_archive, source_of):
    (html_folder / "objects.inv").unlink()
    site.files[DAILY] = pack_archive(html_folder, tmp_path / "without.zip").read_bytes()
    site.etags[DAILY] = '"one"'
    for _ in range(2):
        with pytest.raises(SourceError, match=r"has no objects\.inv"), source_of("3.13").open():
            pass
    assert site.requested("If-None-Match") == [None, '"one"']
