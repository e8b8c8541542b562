"""A type checker in strict mode infers what users rely on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_strict_type_checking_finds_what_usage_says_and_nothing_else(tmp_path):
    settings = {
        "typeCheckingMode": "strict",
        "include": [str(HERE / "usage.py")],
        "reportUnnecessaryTypeIgnoreComment": True,
    }
    project = tmp_path / "pyrightconfig.json"
    project.write_text(json.dumps(settings))
    command = [
        sys.executable,
        "-m",
        "basedpyright",
        "--project",
        str(project),
        "--pythonpath",
        sys.executable,
        "--outputjson",
    ]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    report = json.loads(outcome.stdout)
    assert report["summary"]["filesAnalyzed"] == 1
    assert [problem["message"] for problem in report["generalDiagnostics"]] == []
