from pathlib import Path


def test_arguments_reach_livedocs_as_they_were_given(ready):
    done = ready.run("./run", "search", "two words", "", "--json")
    assert (done.returncode, done.stdout) == (0, "search\ntwo words\n\n--json\n")


def test_nothing_is_printed_when_nothing_has_to_be_set_up(ready):
    assert ready.run("./run", "--version").stderr == ""


def test_without_arguments_livedocs_is_brought_up(ready):
    assert ready.run("./run").stdout == "up\n"


def test_it_can_be_started_from_any_folder(ready, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (ready.root / ".venv/bin/livedocs").write_text("#!/bin/sh\npwd\n")
    assert ready.run("sh", "-c", 'cd elsewhere && "../run"').stdout.strip() == str(elsewhere.resolve())


def test_livedocs_is_told_how_it_was_called(ready):
    (ready.root / ".venv/bin/livedocs").write_text('#!/bin/sh\necho "$LIVEDOCS_COMMAND"\n')
    assert ready.run("./run").stdout == "./run\n"


def test_the_status_of_livedocs_is_the_status_of_run(ready):
    (ready.root / ".venv/bin/livedocs").write_text("#!/bin/sh\nexit 3\n")
    assert ready.run("./run").returncode == 3


def test_a_machine_without_python_is_told_what_to_install(checkout, tmp_path):
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "dirname").symlink_to(next(p for p in (Path("/usr/bin/dirname"), Path("/bin/dirname")) if p.exists()))
    done = checkout.run("/bin/sh", "./run", env={"PATH": str(programs)})
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "apt install python3" in done.stderr


def test_a_python_that_is_too_old_is_passed_over(ready, tmp_path):
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "python3").write_text("#!/bin/sh\nexit 1\n")
    (programs / "python3").chmod(0o755)
    done = ready.run("sh", "-c", 'root=. PATH="$PWD/programs:$PATH"; . scripts/python.sh; echo "$python"')
    assert done.stdout.strip() not in {"", "python3"}
