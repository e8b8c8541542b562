import shutil

import frontend
import pytest

BUILT = "print(__import__('frontend').is_built())"


def test_built_files_with_their_stamp_are_up_to_date(ready):
    assert ready.evaluate(BUILT) == "True"


@pytest.mark.parametrize("file", ["frontend/styles/app.css", "src/livedocs/web/templates/new.html"])
def test_a_new_source_or_template_asks_for_a_build(ready, file):
    path = ready.root / "packages/livedocs" / file
    path.parent.mkdir(parents=True)
    path.write_text("new")
    assert ready.evaluate(BUILT) == "False"


def test_installed_modules_are_no_source(ready):
    module = ready.root / "packages/livedocs/frontend/node_modules/esbuild/index.js"
    module.parent.mkdir(parents=True)
    module.write_text("installed")
    assert ready.evaluate(BUILT) == "True"


def test_missing_built_files_ask_for_a_build(ready):
    shutil.rmtree(ready.root / "packages/livedocs/src/livedocs/web/static")
    assert ready.evaluate(BUILT) == "False"


@pytest.mark.parametrize(("answer", "version"), [("v20.11.0", 20), ("v9.1.0", 9), ("nonsense", 0), ("", 0)])
def test_the_major_version_of_node_is_read_from_its_answer(tmp_path, answer, version):
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho '{answer}'\n")
    node.chmod(0o755)
    assert frontend.node_version(str(node)) == version


def test_a_node_that_cannot_be_run_has_no_version(tmp_path):
    assert frontend.node_version(str(tmp_path / "node")) == 0
