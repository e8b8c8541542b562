"""``python -m fastapi_data.migrations``."""

from __future__ import annotations

import runpy
import sys

import pytest

from fastapi_data.migrations import __main__
from fastapi_data.migrations.__main__ import main


@pytest.fixture(autouse=True)
def _in_the_application(application, url, monkeypatch):
    monkeypatch.chdir(application.root)
    monkeypatch.setenv("DATABASE_URL", url)


def test_a_database_goes_from_nothing_to_what_the_models_say_and_back(application, capsys):
    def run(*arguments):
        assert main(["--folder", "new", *arguments]) == 0
        return capsys.readouterr().out

    assert "revision 'First tables'" in run("init", f"{application.module}:Base")
    assert run("current") == "The database is at base.\n"
    written = run("revision", "First tables")
    assert "_first_tables.py. Read it before you use it." in written
    assert run("upgrade").startswith("The database is at ")
    assert run("check") == "The database is as the models say.\n"
    assert run("downgrade", "base") == "The database is at base.\n"
    assert "_by_hand.py" in run("revision", "By hand", "--empty")


def test_what_alembic_refuses_is_said_on_standard_error(application, capsys):
    assert main(["--folder", str(application.folder), "upgrade", "nowhere"]) == 1
    assert "nowhere" in capsys.readouterr().err


def test_a_database_has_to_be_named(application, capsys, monkeypatch):
    monkeypatch.delenv("DATABASE_URL")
    assert main(["current"]) == 1
    assert "Set DATABASE_URL" in capsys.readouterr().err


def test_it_runs_as_a_module_and_its_exit_code_says_whether_it_did(application, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["migrations", "--folder", str(application.folder), "upgrade", "nowhere"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(__main__.__file__, run_name="__main__")
    assert caught.value.code == 1
