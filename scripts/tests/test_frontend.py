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


def test_a_build_leaves_only_what_the_front_end_made_in_the_served_folder(ready):
    statements = (
        "import frontend\n"
        "frontend.STAMP.write_text('another')\n"
        "frontend.install_modules = lambda: lambda *words: frontend.MANIFEST.write_text('{}')\n"
        "frontend.build()\n"
        "print(frontend.is_built(), [path.name for path in frontend.BUILT.iterdir()])"
    )
    assert ready.evaluate(statements) == "True ['manifest.json']"


@pytest.mark.parametrize(("answer", "version"), [("v20.11.0", 20), ("v9.1.0", 9), ("nonsense", 0), ("", 0)])
def test_the_major_version_of_node_is_read_from_its_answer(tmp_path, answer, version):
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho '{answer}'\n")
    node.chmod(0o755)
    assert frontend.node_version(str(node)) == version


def test_a_node_that_cannot_be_run_has_no_version(tmp_path):
    assert frontend.node_version(str(tmp_path / "node")) == 0
