import sys

import check
import debian
import pytest
import workspace


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(workspace, "ROOT", tmp_path)
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").write_text("2")
    return tmp_path


def test_a_fingerprint_does_not_depend_on_the_order_of_files(folder):
    a, b = folder / "a", folder / "b"
    assert workspace.fingerprint([a, b]) == workspace.fingerprint([b, a])


def test_a_fingerprint_changes_with_a_content_and_with_a_name(folder):
    a, b = folder / "a", folder / "b"
    before = workspace.fingerprint([a, b])
    b.write_text("3")
    changed = workspace.fingerprint([a, b])
    renamed = workspace.fingerprint([a, b.rename(folder / "c")])
    assert len({before, changed, renamed}) == 3


def test_a_command_that_fails_is_named_in_the_error():
    with pytest.raises(workspace.SetupError, match=r"status 3: .* -c raise SystemExit\(3\)"):
        workspace.call([sys.executable, "-c", "raise SystemExit(3)"])


def test_a_command_that_does_not_exist_is_named_in_the_error():
    with pytest.raises(workspace.SetupError, match="Could not run no-such-command"):
        workspace.call(["no-such-command"])
    assert not workspace.succeeds(["no-such-command"])


def test_a_machine_without_package_lists_is_recognised(tmp_path):
    (tmp_path / "partial").mkdir()
    assert not debian.has_package_lists(tmp_path)
    (tmp_path / "bookworm_main_binary-amd64_Packages.lz4").touch()
    assert debian.has_package_lists(tmp_path)


def test_a_check_that_ends_badly_has_failed():
    assert check.run("exit", [sys.executable, "-c", "raise SystemExit(1)"]).passed is False
    assert check.run("exit", [sys.executable, "-c", ""]).passed is True
