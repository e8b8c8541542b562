"""A type checker in strict mode accepts every example of the documentation."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parents[2]


def test_every_example_is_typed(save_page, tmp_path):
    pages = [PACKAGE / "README.md", *(PACKAGE / "docs").rglob("*.md")]
    roots = [tmp_path / str(number) for number, _ in enumerate(pages)]
    for page, root in zip(pages, roots, strict=True):
        root.mkdir()
        save_page(page, root)
    settings = {
        "typeCheckingMode": "strict",
        # Routes are used by their decorators.
        "reportUnusedFunction": False,
        "executionEnvironments": [{"root": str(root)} for root in roots],
    }
    project = tmp_path / "pyrightconfig.json"
    project.write_text(json.dumps(settings), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "basedpyright",
        "--project",
        project,
        "--pythonpath",
        sys.executable,
        "--outputjson",
    ]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    report = json.loads(outcome.stdout)
    assert report["summary"]["filesAnalyzed"] > len(pages) / 2
    assert [(problem["file"], problem["message"]) for problem in report["generalDiagnostics"]] == []
