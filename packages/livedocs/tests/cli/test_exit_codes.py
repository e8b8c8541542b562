import fcntl

import pytest

from livedocs import errors
from livedocs.cli import exit_codes, main
from livedocs.cli.exit_codes import MEANINGS, ExitCode, exit_code_of
from livedocs.command import as_called
from livedocs.sources.resolve import resolve


def test_every_code_is_documented_where_people_look(empty):
    help_text = " ".join(empty("--help").stdout.split())
    table = [line.split()[0] for line in (exit_codes.__doc__ or "").splitlines() if line[:1].isdigit()]
    assert table == [str(code.value) for code in ExitCode]
    assert list(MEANINGS) == list(ExitCode)
    for code, meaning in MEANINGS.items():
        assert f"{code.value} {meaning}" in help_text


def test_every_error_livedocs_raises_has_a_code():
    raised = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.LivedocsError)
    ]
    assert len(raised) > 5
    for kind in raised:
        if kind is not errors.LivedocsError:
            assert exit_code_of(kind.__new__(kind)) in {1, 2, 3, 4, 5}


@pytest.mark.parametrize("command", [["search", "x"], ["show", "x"], ["docsets"], ["remove", "x@1"]])
def test_without_a_library_every_command_says_how_to_get_one(empty, command):
    done = empty(*command)
    assert (done.returncode, done.stdout) == (3, "")
    assert str(empty.library) in done.stderr
    assert "livedocs build python" in done.stderr
    assert "Traceback" not in done.stderr


def test_advice_names_the_command_that_was_called(empty):
    assert "Build one with './run build python'." in empty("docsets", LIVEDOCS_COMMAND="./run").stderr
    assert "Build one with 'livedocs build python'." in empty("docsets").stderr


def test_advice_on_documentation_that_cannot_be_had_names_the_command_that_was_called(tmp_path, monkeypatch):
    monkeypatch.setenv("LIVEDOCS_COMMAND", "./run")
    assert as_called(resolve("python@3.99", cache_folder=tmp_path).remedy).endswith("an archive: './run build PATH'.")


def test_advice_on_standard_output_names_the_command_that_was_called(own_jinja, jinja_docset):
    as_typed = own_jinja("search", "get_templte", LIVEDOCS_COMMAND="./run").stdout.splitlines()[0]
    assert as_typed.endswith("""As typed: ./run search '"get_templte"'""")
    own_jinja("remove", jinja_docset)
    assert own_jinja("docsets", LIVEDOCS_COMMAND="./run").stdout.endswith(
        "Build something with './run build python'.\n"
    )


def damage_header(content: bytes) -> bytes:
    return b"not a database" + content[14:]


def cut_off(content: bytes) -> bytes:
    return content[:-5000]


def spoil_pages(content: bytes) -> bytes:
    return content[:4096] + b"\xff" * (len(content) - 4096)


def write_other_version(content: bytes) -> bytes:
    return content[:60] + (9999).to_bytes(4, "big") + content[64:]


@pytest.mark.parametrize("spoil", [damage_header, cut_off, spoil_pages, write_other_version])
@pytest.mark.parametrize("command", [["search", "Environment"], ["docsets"], ["show", "jinja2.Environment"]])
def test_a_library_that_cannot_be_read_is_named_with_the_remedy(own_jinja, spoil, command):
    own_jinja.library.write_bytes(spoil(own_jinja.library.read_bytes()))
    done = own_jinja(*command)
    assert (done.returncode, done.stdout) == (3, "")
    assert str(own_jinja.library) in done.stderr
    assert "livedocs build python" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_library_that_another_build_holds_is_left_alone(own_jinja, jinja_docset):
    before = own_jinja.library.read_bytes()
    with own_jinja.library.with_name("library.sqlite.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = own_jinja("remove", jinja_docset)
    assert done.returncode == 3
    assert "Another build" in done.stderr
    assert own_jinja.library.read_bytes() == before


def test_a_setting_that_makes_no_sense_is_named(empty):
    done = empty("docsets", LIVEDOCS_PORT="eight")
    assert done.returncode == 2
    assert "LIVEDOCS_PORT" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["LIVEDOCS_LIBRARY_PATH", "LIVEDOCS_CACHE_FOLDER"])
@pytest.mark.parametrize(
    ("value", "complaint"), [("", "empty"), ("~nobody-at-all/x", "~nobody-at-all is nobody's home")]
)
def test_a_path_that_leads_nowhere_is_named(empty, name, value, complaint):
    done = empty("docsets", **{name: value})
    assert done.returncode == 2
    assert name in done.stderr
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_that_are_no_text_are_refused_with_advice(empty):
    (empty.folder / ".env").write_bytes("LIVEDOCS_HOST=zürich".encode("latin-1"))
    done = empty("docsets")
    assert done.returncode == 2
    assert ".env" in done.stderr
    assert "UTF-8" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["frobnicate"], ["search"], ["search", "x", "--docset"], ["docsets", "--colour"], ["serve", "--port", "65536"]],
)
def test_a_wrong_command_line_is_refused(empty, arguments):
    done = empty(*arguments)
    assert (done.returncode, done.stdout) == (2, "")


def test_a_defect_is_logged_and_told_from_every_other_end(monkeypatch, caplog):
    def fail(prog_name: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("livedocs.cli.app.app", fail)
    assert main.run() == 70
    assert caplog.records[0].exc_info[0] is ZeroDivisionError


def test_production_is_refused_without_its_secrets(empty):
    done = empty("docsets", ENV="production", LIVEDOCS_DEBUG="true")
    assert done.returncode == 2
    assert "LIVEDOCS_DEBUG" in done.stderr
    assert "LIVEDOCS_METRICS_TOKEN" in done.stderr
    assert "Traceback" not in done.stderr
