"""Downloads over a real connection that is cut, resumed, refused and lied to."""

import fcntl
from pathlib import Path

import httpx2
import pytest

from livedocs.errors import SourceError
from livedocs.sources.documentation import ignore_progress
from livedocs.sources.download import Download, DownloadLimits, NotThereError, discard_download, is_downloaded_file

BODY = bytes(range(256)) * 4_000


@pytest.fixture
def target(tmp_path) -> Path:
    return tmp_path / "file.bin"


@pytest.fixture
def fetch(site, target):
    site.files.setdefault("/file.bin", BODY)
    site.etags.setdefault("/file.bin", '"one"')

    def run(report=ignore_progress, **limits) -> bytes:
        with httpx2.Client() as client:
            Download(client, f"{site.url}/file.bin", target, DownloadLimits(**limits), report).run()
        return target.read_bytes()

    return run


def kept_beside(target: Path) -> set[str]:
    return {path.name for path in target.parent.glob("file.bin*")} - {"file.bin.lock"}


def test_a_file_comes_whole_with_its_progress(fetch, target):
    steps = []
    assert fetch(lambda *step: steps.append(step)) == BODY
    assert steps[-1] == ("Downloading file.bin", len(BODY), len(BODY))
    assert kept_beside(target) == {"file.bin", "file.bin.json"}
    assert is_downloaded_file(target)


def test_a_cut_connection_is_continued_at_once(site, fetch):
    site.cuts = [300_000, 200_000]
    assert fetch() == BODY
    assert site.requested("Range") == [None, "bytes=300000-", "bytes=500000-"]
    assert site.requested("If-Range") == [None, '"one"', '"one"']


def test_a_download_that_ended_is_continued_by_the_next_run(site, fetch, target):
    site.cuts = [300_000, 0]
    with pytest.raises(SourceError, match="cannot be downloaded"):
        fetch()
    assert not target.exists()
    assert fetch() == BODY
    assert site.requested("Range")[-1] == "bytes=300000-"


def test_a_date_continues_a_download_when_the_tag_is_weak(site, fetch):
    site.etags["/file.bin"] = 'W/"weak"'
    site.last_modified = "Wed, 01 Jan 2025 00:00:00 GMT"
    site.cuts = [300_000]
    assert fetch() == BODY
    assert site.requested("If-Range")[-1] == site.last_modified


def test_without_a_validator_a_download_begins_again(site, fetch):
    site.etags.clear()
    site.cuts = [300_000]
    assert fetch() == BODY
    assert site.requested("Range") == [None, None]


def test_a_server_without_ranges_sends_all_again(site, fetch):
    site.supports_ranges = False
    site.cuts = [300_000]
    assert fetch() == BODY


def test_a_file_that_changed_meanwhile_is_not_mixed(site, fetch):
    site.cuts = [300_000, 0]
    with pytest.raises(SourceError):
        fetch()
    site.files["/file.bin"], site.etags["/file.bin"] = BODY[::-1], '"two"'
    assert fetch() == BODY[::-1]


@pytest.mark.parametrize(
    "content_range", [f"bytes 5-{len(BODY) - 1}/{len(BODY)}", "bytes 300000-300009/300010", "bytes 300000-9/*", "?"]
)
def test_a_server_that_continues_something_else_is_not_believed(site, fetch, target, content_range):
    site.cuts = [300_000]
    site.content_range = content_range
    assert fetch() == BODY
    assert site.requested("Range") == [None, "bytes=300000-", None]


def test_a_server_that_never_continues_right_is_given_up(site, fetch):
    site.cuts = [300_000, len(BODY), 300_000]
    site.content_range = "bytes 0-9/10"
    with pytest.raises(SourceError, match="continues another file"):
        fetch()


def test_a_server_may_continue_in_several_pieces(site, fetch):
    site.cuts = [300_000]
    site.range_bytes = 400_000
    assert fetch() == BODY
    assert site.requested("Range") == [None, "bytes=300000-", "bytes=700000-"]


def test_a_part_longer_than_the_file_is_thrown_away(site, fetch, target):
    site.cuts = [300_000, 0]
    with pytest.raises(SourceError):
        fetch()
    site.files["/file.bin"] = BODY[:200_000]
    assert fetch() == BODY[:200_000]


def test_a_part_without_its_record_is_thrown_away(fetch, target):
    target.with_name("file.bin.part").write_bytes(b"from somewhere else")
    assert fetch() == BODY


@pytest.mark.parametrize("record", [b"", b"[]", b'{"url": 1}', b"\xff"])
def test_a_damaged_record_is_as_good_as_none(fetch, target, record):
    target.with_name("file.bin.part").write_bytes(b"from somewhere else")
    target.with_name("file.bin.part.json").write_bytes(record)
    assert fetch() == BODY


def test_a_current_file_is_not_downloaded_again(site, fetch):
    fetch()
    assert fetch() == BODY
    assert site.requested("If-None-Match") == [None, '"one"']


def test_a_date_tells_that_a_file_is_current(site, fetch):
    site.etags.clear()
    site.last_modified = "Wed, 01 Jan 2025 00:00:00 GMT"
    fetch()
    assert fetch() == BODY
    assert site.requested("If-Modified-Since") == [None, site.last_modified]


def test_a_changed_file_is_downloaded_again(site, fetch):
    fetch()
    site.files["/file.bin"], site.etags["/file.bin"] = b"new", '"two"'
    assert fetch() == b"new"


def test_a_failed_renewal_leaves_the_file_as_it_was(site, fetch, target):
    fetch()
    site.files["/file.bin"], site.etags["/file.bin"] = BODY[::-1], '"two"'
    site.cuts = [300_000, 0]
    with pytest.raises(SourceError):
        fetch()
    assert target.read_bytes() == BODY


def test_a_file_of_unknown_length_is_taken_to_its_end(site, fetch):
    site.announces_length = False
    assert fetch() == BODY


@pytest.mark.parametrize("announces_length", [True, False])
def test_a_file_beyond_the_limit_is_refused(site, fetch, target, announces_length):
    site.announces_length = announces_length
    with pytest.raises(SourceError, match="1,023,999"):
        fetch(max_bytes=len(BODY) - 1)
    assert kept_beside(target) == set()


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_file_that_is_not_there_says_so(site, fetch, status):
    site.statuses["/file.bin"] = status
    with pytest.raises(NotThereError, match=rf"/file\.bin is not there \(HTTP {status}\)"):
        fetch()


@pytest.mark.parametrize("status", [304, 500, 503])
def test_an_answer_that_is_no_file_is_one_line(site, fetch, status):
    site.statuses["/file.bin"] = status
    with pytest.raises(SourceError, match=f"answered HTTP {status}") as raised:
        fetch()
    assert len(str(raised.value).splitlines()) == 1


def test_a_server_that_is_away_is_one_line(target):
    with httpx2.Client() as client, pytest.raises(SourceError, match="cannot be downloaded") as raised:
        Download(client, "http://127.0.0.1:1/file.bin", target, DownloadLimits(), ignore_progress).run()
    assert len(str(raised.value).splitlines()) == 1


def test_two_processes_do_not_write_one_file(fetch, target):
    with target.with_name("file.bin.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(SourceError, match=r"Another process is downloading file\.bin"):
            fetch()
    assert fetch() == BODY


def test_a_discarded_download_leaves_no_record(fetch, target):
    fetch()
    discard_download(target)
    assert kept_beside(target) == set()


def test_a_full_disk_names_the_folder_and_is_not_left_full(fetch, target, full_disk):
    with full_disk(), pytest.raises(SourceError) as raised:
        fetch()
    assert f"file.bin cannot be kept in {target.parent}: File too large." in str(raised.value)
    assert kept_beside(target) == set()
    assert fetch() == BODY


def test_a_renewal_on_a_full_disk_leaves_the_file_as_it_was(site, fetch, target, full_disk):
    fetch()
    site.files["/file.bin"], site.etags["/file.bin"] = BODY[::-1], '"two"'
    with full_disk(), pytest.raises(SourceError, match="File too large"):
        fetch()
    assert target.read_bytes() == BODY
    assert is_downloaded_file(target)
