import json
import shutil

import pytest

ASK = "import environment; print(environment.is_installed({lock!r}))"


def installed(checkout, lock="run") -> str:
    return checkout.evaluate(ASK.format(lock=lock))


def test_an_environment_with_its_stamp_is_up_to_date(ready):
    assert installed(ready) == "True"


def test_a_checkout_without_environment_is_not(checkout):
    assert installed(checkout) == "False"


def test_an_environment_without_stamp_was_interrupted_and_does_not_count(ready):
    (ready.root / ".venv/set-up.json").unlink()
    assert installed(ready) == "False"


@pytest.mark.parametrize("stamp", ["", "{", "[]", '{"colour": 1}'])
def test_a_damaged_stamp_does_not_count(ready, stamp):
    (ready.root / ".venv/set-up.json").write_text(stamp)
    assert installed(ready) == "False"


@pytest.mark.parametrize("file", ["requirements/run.lock", "packages/livedocs/pyproject.toml"])
def test_a_changed_lock_or_package_asks_for_an_install(ready, file):
    with (ready.root / file).open("a") as changed:
        changed.write("# changed\n")
    assert installed(ready) == "False"


def test_what_the_tests_need_includes_what_livedocs_runs_on(ready):
    assert installed(ready, "dev") == "False"
    ready.evaluate("import environment as e; e.Stamp(locks={'dev': e.wanted('dev')}).write()")
    assert installed(ready, "dev") == "True"
    assert installed(ready, "run") == "True"


def test_an_environment_does_not_survive_a_move(ready, tmp_path):
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in (".venv", "scripts", "requirements", "packages"):
        shutil.move(ready.root / name, moved / name)
    assert type(ready)(moved).evaluate(ASK.format(lock="run")) == "False"


def test_an_environment_of_another_python_does_not_count(ready):
    stamp = ready.root / ".venv/set-up.json"
    stamp.write_text(json.dumps(json.loads(stamp.read_text()) | {"python": "3.10"}))
    assert installed(ready) == "False"


def test_an_environment_whose_interpreter_is_gone_does_not_count(ready):
    python = ready.root / ".venv/bin/python"
    python.unlink()
    python.symlink_to("gone")
    assert installed(ready) == "False"


def test_an_install_that_fails_is_reported_and_leaves_no_stamp(checkout):
    (checkout.root / "requirements/run.lock").write_text(f"./missing-1-py3-none-any.whl --hash=sha256:{'0' * 64}\n")
    done = checkout.run("./run", "--version")
    assert done.returncode == 1
    assert "missing-1-py3-none-any.whl" in done.stderr
    assert "Traceback" not in done.stderr
    assert installed(checkout) == "False"
