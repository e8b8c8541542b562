"""The table of settings says what the fields do, once."""

import re
from pathlib import Path

import pytest

from livedocs.settings import Settings
from livedocs.settings.effective import effective, fields, variable_of

ROOT = Path(__file__).resolve().parents[4]
ROW = re.compile(r"^\| `(ENV|LIVEDOCS_\w+)` \| (.+?) \| (.+) \|$", re.MULTILINE)
TABLE = ROW.findall((ROOT / "docs" / "settings.md").read_text("utf-8"))


def test_every_setting_stands_in_the_table_once_in_the_order_livedocs_config_prints():
    assert [variable for variable, _, _ in TABLE] == [variable_of(name) for name in fields()]
    assert set(fields()) == set(Settings.model_fields)


@pytest.mark.parametrize("path", ["README.md", "packages/livedocs/README.md", *(ROOT / "docs").glob("*.md")], ids=str)
def test_no_other_document_has_a_table_of_settings(path: str | Path):
    if Path(path).name != "settings.md":
        assert ROW.findall((ROOT / path).read_text("utf-8")) == []


def test_the_defaults_in_the_table_are_those_of_the_fields(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)  # away from anybody's .env
    for name in fields():
        monkeypatch.delenv(variable_of(name), raising=False)
    defaults = {each.variable: each.value for each in effective(Settings())}
    quoted = {variable: stated[1:-1] for variable, stated, _ in TABLE if re.fullmatch("`[^`]+`", stated)}
    assert quoted == {variable: defaults[variable] for variable in quoted}
    assert {defaults[variable] for variable, stated, _ in TABLE if stated == "none"} == {""}
