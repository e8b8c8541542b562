"""Every command of the README, run as a reader would run it."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sphinx.cmd.build import main as build_with_sphinx

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PROMPT = re.compile(r"^\$ (.+?)(?:\s+#.*)?$", re.MULTILINE)
COMMANDS = [
    command for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL) for command in PROMPT.findall(block)
]
SERVED_AT = "http://127.0.0.1:8000"
NO_SOURCE = 4


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A reader's own library, so that nobody else's is touched."""
    folder = tmp_path_factory.mktemp("reader")
    return os.environ | {
        "LIVEDOCS_LIBRARY_PATH": str(folder / "library.sqlite"),
        "LIVEDOCS_CACHE_FOLDER": str(ROOT / ".cache" / "test-downloads"),
        "LIVEDOCS_PORT": "0",
    }


@pytest.fixture(scope="module")
def served(environment: dict[str, str]) -> Iterator[str]:
    """``./run`` as the README starts it; yields the address it prints."""
    assert COMMANDS[0] == "./run"
    with subprocess.Popen(["./run"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = next((line for line in process.stdout if line.startswith("livedocs is ready at ")), "")
        yield ready.rpartition(" ")[2].strip()
        process.send_signal(signal.SIGINT)
        process.stdout.read()
    assert process.returncode in {0, 130}


@pytest.fixture(scope="module")
def own_documentation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """HTML that Sphinx has built, for the path in the README."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    (source / "conf.py").write_text("project = 'Mine'\nversion = '1.0'\n")
    (source / "index.rst").write_text("Mine\n====\n\n.. py:function:: mine.work(hours)\n\n   Does some work.\n")
    assert build_with_sphinx(["-q", "-b", "html", str(source), str(built)]) == 0
    return built


def _run(command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(shlex.split(command), cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_second_command_is_the_one_that_runs_this_test() -> None:
    assert COMMANDS[1] == "./test"
    assert "exec ./test" in (ROOT / ".ci" / "run").read_text()


def test_every_command_of_the_tour_does_what_it_says(
    served: str, environment: dict[str, str], own_documentation: Path
) -> None:
    assert served.startswith("http://127.0.0.1:")
    outputs: dict[str, str] = {}
    for command in COMMANDS[2:]:
        there = command.replace("path/to/docs/_build/html", str(own_documentation)).replace(SERVED_AT, served)
        done = _run(there, environment)
        # Without a network docs.python.org cannot be reached; the command says so and ends with the code for it.
        allowed = {0, NO_SOURCE} if "python@3.13" in command else {0}
        assert done.returncode in allowed, f"{command}\n{done.stdout}{done.stderr}"
        outputs[command] = done.stdout
    found = json.loads(outputs["./run search --json --limit 3 walrus opertor"])
    assert found["corrected"] == "walrus operator"
    assert len(found["hits"]) == 3
    assert "Deserialize" in outputs["./run show json.loads"]
    answered = json.loads(outputs[f"curl '{SERVED_AT}/api/v1/search?q=json.dumps&limit=1'"])
    assert answered["hits"][0]["target"] == "library/json.html#json.dumps"


def test_the_picture_can_be_made_again(served: str, environment: dict[str, str], tmp_path: Path) -> None:
    assert "`search-wide-light.png`" in README
    assert served
    library = environment["LIVEDOCS_LIBRARY_PATH"]
    done = _run(f"{sys.executable} scripts/screenshots.py {library} {tmp_path}", environment)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "search-wide-light.png").read_bytes().startswith(b"\x89PNG")


def test_the_address_of_the_api_description_is_true(served: str) -> None:
    with urllib.request.urlopen(f"{served}/api/v1/openapi.json") as response:
        assert "/api/v1/search" in json.load(response)["paths"]


def test_every_query_of_the_table_finds_something_and_limits_it(served: str) -> None:
    table = README.partition("## What can be typed")[2].partition("\n\nWords with a colon")[0]
    found = {query: _hits(served, query) for query in re.findall(r"^\| `(.+?)` \|", table, re.MULTILINE)}
    assert len(found) > 5
    assert [query for query, hits in found.items() if not hits] == []
    assert {hit["kind"] for hit in found["kind:class path"]} == {"class"}
    assert all(hit["name"].startswith("asyncio") for hit in found["in:asyncio timeout"] if hit["kind"] != "section")
    assert found["python@3.11: open"] == found["docset:python open"]
    assert not any("zip" in hit["summary"].lower().split() for hit in found["file -zip"])


def _hits(served: str, query: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{served}/api/v1/docsets") as response:
        held = {docset["name"]: docset["version"] for docset in json.load(response)["docsets"]}
    python = f"python@{held['python']}"
    asked = urllib.parse.urlencode({"q": query.replace("python@3.11", python), "docset": python})
    with urllib.request.urlopen(f"{served}/api/v1/search?{asked}") as response:
        return json.load(response)["hits"]


def test_every_linked_file_exists() -> None:
    linked = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert [path for path in linked if not (ROOT / path).exists()] == []
