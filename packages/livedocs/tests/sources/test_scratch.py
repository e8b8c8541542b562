"""Folders of one build, and what is left of builds that were killed."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from livedocs.errors import SourceError
from livedocs.sources.scratch import scratch_folder

HOLD = """
import sys
from pathlib import Path
from livedocs.sources.scratch import scratch_folder

with scratch_folder(Path(sys.argv[1])) as folder:
    (folder / "big.html").write_text("unpacked")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other_process(cache_folder):
    """Another process in the middle of a build, with the folder it uses."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, cache_folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def test_a_folder_is_empty_and_goes_with_all_that_is_in_it(cache_folder, workspace):
    with scratch_folder(cache_folder) as folder:
        assert not list(folder.iterdir())
        (folder / "deeper").mkdir()
        (folder / "deeper/file").write_text("content")
    assert not list(workspace.iterdir())


def test_what_a_killed_process_left_is_removed_by_the_next(other_process, cache_folder, workspace):
    process, left = other_process
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (left / "big.html").exists()
    with scratch_folder(cache_folder) as folder:
        assert not left.exists()
        assert [path for path in workspace.iterdir() if path != folder.parent] == []


def test_what_another_process_uses_is_left_alone(other_process, cache_folder):
    _, used = other_process
    with scratch_folder(cache_folder):
        assert (used / "big.html").read_text() == "unpacked"
    assert (used / "big.html").exists()


def test_a_folder_without_a_lock_is_what_a_killed_process_left(cache_folder, workspace):
    (workspace / "abandoned/content").mkdir(parents=True)
    with scratch_folder(cache_folder):
        assert not (workspace / "abandoned").exists()


def test_a_cache_folder_that_cannot_be_made_names_it_and_the_setting(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with (
        pytest.raises(SourceError, match=r"unpacked into \S+/file: Not a directory\..* LIVEDOCS_CACHE_FOLDER"),
        scratch_folder(tmp_path / "file"),
    ):
        pass
