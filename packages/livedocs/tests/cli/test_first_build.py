"""A server that starts before there is a library."""

import signal
from pathlib import Path

import httpx2
import pytest

from livedocs.library import progress
from livedocs.library.progress import Progress

NO_SOURCE = {"PATH": "/nowhere", "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
"""On such a machine Python's documentation cannot be had: no dpkg, no apt, no network."""

PATIENCE_SECONDS = 60
"""How long a busy machine may take until a build tells of a step."""

BUILDING = "shows how far the build is"


@pytest.fixture
def cut_off(empty, tmp_path):
    """A terminal on a machine on which Python's documentation cannot be had."""
    empty.variables.update(NO_SOURCE, LIVEDOCS_CACHE_FOLDER=str(tmp_path / "cache"))
    return empty


def test_a_server_without_a_library_takes_up_what_another_terminal_builds(empty, jinja_documentation):
    with empty.serving("serve", "--port", "0", said=BUILDING) as (process, url):
        assert httpx2.get(f"{url}/readyz").status_code == 503
        assert "There is no library to search yet" in httpx2.get(url).text
        assert empty("build", str(jinja_documentation.root)).returncode == 0
        assert process.stdout.readline() == f"livedocs is ready at {url}\n"
        assert httpx2.get(f"{url}/api/v1/search", params={"q": "Environment"}).json()["hits"]
    assert sorted(path.name for path in empty.library.parent.iterdir()) == ["library.sqlite", "library.sqlite.lock"]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_failed_first_build_is_said_on_the_page_and_by_the_exit_code_and_another_may_succeed(
    cut_off, jinja_documentation, workers
):
    with cut_off.serving("up", "--workers", workers, "--port", "0", said=BUILDING) as (process, url):
        with httpx2.stream("GET", f"{url}/build", timeout=PATIENCE_SECONDS) as stream:
            lines = stream.iter_lines()
            assert any("No source could provide" in line for line in lines)
            assert any("&#39;livedocs build PATH&#39;" in line for line in lines)
            assert cut_off("build", str(jinja_documentation.root)).returncode == 0
            assert any(line == "event: ready" for line in lines)
        assert httpx2.get(f"{url}/readyz").status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.wait() == 4


def test_while_a_library_is_built_nobody_else_begins(empty, jinja_documentation):
    empty.library.parent.mkdir()
    with progress.recorded(empty.library) as report:
        report("Parsing pages", 3, 9)
        refused = empty("build", str(jinja_documentation.root))
        assert (refused.returncode, "Another build is writing" in refused.stderr) == (3, True)
        with empty.serving("up", "--port", "0", said=BUILDING) as (process, url):
            assert "Parsing pages" in httpx2.get(url).text
            process.send_signal(signal.SIGINT)
            assert process.wait() == 130
        assert progress.read(empty.library) == Progress("Parsing pages", 3, 9)


@pytest.mark.parametrize(
    ("workers", "step", "told", "ends_with"),
    [
        ("1", "Parsing pages", signal.SIGINT, 130),
        ("1", "Looking for", signal.SIGTERM, -15),
        ("2", "Looking for", signal.SIGINT, 130),
    ],
)
def test_however_the_server_is_ended_the_build_ends_with_it(
    empty, python_documentation, workers, step, told, ends_with
):
    with empty.serving("up", "--workers", workers, "--port", "0", said=BUILDING) as (process, url):
        with httpx2.stream("GET", f"{url}/build", timeout=PATIENCE_SECONDS) as stream:
            lines = stream.iter_lines()
            assert any(step in line for line in lines)
            process.send_signal(told)
            assert not any(line == "event: ready" for line in lines)
        assert process.wait() == ends_with
    assert progress.read(empty.library).failure.startswith("The build was interrupted.")
    assert not empty.library.exists()


def test_a_place_that_cannot_be_written_is_named_before_anything_is_served(empty):
    done = empty.with_library(Path("/proc/livedocs/library.sqlite"))("up", "--port", "0")
    assert done.returncode == 3
    assert "LIVEDOCS_LIBRARY_PATH" in done.stderr
