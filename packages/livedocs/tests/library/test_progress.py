"""How far a build is, as another process sees it."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from livedocs.errors import SourceError
from livedocs.library import progress
from livedocs.library.progress import Progress

_BUILD = """
import sys
from pathlib import Path
from livedocs.library.progress import recorded

with recorded(Path(sys.argv[1])) as report:
    report("Parsing pages", 3, 9)
    print("parsing", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library.sqlite"


def test_without_a_build_nothing_is_known(library):
    assert progress.read(library) is None


def test_a_step_is_seen_at_once_and_nothing_is_left_at_the_end(library):
    with progress.recorded(library) as report:
        assert progress.read(library).step == "Looking at what is there"
        report("Parsing pages", 0, 9)
        assert progress.read(library) == Progress("Parsing pages", 0, 9)
        report("Writing the library", 0, None)
        assert progress.read(library) == Progress("Writing the library", 0, None)
    assert list(library.parent.iterdir()) == []


def test_what_failed_stays_with_its_reason_until_the_next_build(library, monkeypatch):
    monkeypatch.setenv("LIVEDOCS_COMMAND", "./run")
    with pytest.raises(SourceError), progress.recorded(library):
        raise SourceError("No network. Name a folder: 'livedocs build PATH'.")
    assert progress.read(library).failure == "No network. Name a folder: './run build PATH'."
    with progress.recorded(library):
        assert progress.read(library).failure == ""
    assert progress.read(library) is None


@pytest.mark.parametrize(("error", "words"), [(KeyboardInterrupt, "was interrupted"), (ZeroDivisionError, "terminal")])
def test_however_a_build_ends_it_is_said(library, error, words):
    with pytest.raises(error), progress.recorded(library):
        raise error
    assert words in progress.read(library).failure


def test_a_build_that_was_killed_is_told_from_one_that_runs(library):
    with subprocess.Popen(
        [sys.executable, "-c", _BUILD, str(library)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as building:
        building.stdout.readline()
        assert progress.read(library) == Progress("Parsing pages", 3, 9)
        building.kill()
        assert building.wait() == -signal.SIGKILL
    assert "stopped or killed" in progress.read(library).failure


def test_a_second_build_leaves_what_is_said_of_the_first(library):
    with progress.recorded(library) as first:
        first("Parsing pages", 3, 9)
        with progress.recorded(library) as second:
            second("Looking for it", 0, None)
            assert progress.read(library) == Progress("Parsing pages", 3, 9)
        assert progress.read(library) == Progress("Parsing pages", 3, 9)
    assert progress.read(library) is None


def test_a_link_to_the_library_leads_to_what_is_said_of_it(library, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.sqlite"
    link.symlink_to(library)
    with progress.recorded(link):
        assert progress.is_running(library)
        assert progress.is_running(link)


@pytest.mark.parametrize("content", ["", "{", "[]", json.dumps({"step": "x", "more": 1})])
def test_a_file_that_says_nothing_is_as_good_as_none(library, content):
    library.with_name("library.sqlite.progress").write_text(content)
    assert progress.read(library) is None


def test_a_place_that_cannot_be_written_does_not_stop_a_build(tmp_path):
    with progress.recorded(tmp_path / "nowhere" / "library.sqlite") as report:
        report("Parsing pages", 1, 2)
    assert list(tmp_path.iterdir()) == []
