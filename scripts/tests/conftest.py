import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from workspace import ROOT

BUILT = "packages/livedocs/src/livedocs/web/static"


@dataclass(frozen=True)
class Checkout:
    """A copy of the set-up scripts in a workspace of their own, so that they can be run for real."""

    root: Path

    def run(self, *command: str, **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.root, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, **options
        )

    def evaluate(self, statements: str) -> str:
        """Run statements with the copied scripts importable, and give back what they print."""
        done = self.run(sys.executable, "-c", statements, env={"PYTHONPATH": str(self.root / "scripts")})
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("tests", "__pycache__"))
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    for name in ("run", "test"):
        shutil.copy2(ROOT / name, tmp_path / name)
    for name in ("fastapi-data", "livedocs"):
        folder = tmp_path / "packages" / name
        folder.mkdir(parents=True)
        shutil.copy2(ROOT / "packages" / name / "pyproject.toml", folder)
    frontend = tmp_path / "packages" / "livedocs" / "frontend"
    frontend.mkdir()
    (frontend / "package.json").write_text("{}")
    (tmp_path / BUILT).mkdir(parents=True)
    return Checkout(tmp_path)


@pytest.fixture
def ready(checkout: Checkout) -> Checkout:
    """A checkout that is set up, with a `livedocs` that prints its arguments."""
    checkout.run(sys.executable, "-m", "venv", "--without-pip", ".venv")
    command = checkout.root / ".venv" / "bin" / "livedocs"
    command.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    command.chmod(0o755)
    checkout.evaluate(
        "import environment, frontend\n"
        "environment.Stamp(locks={'run': environment.wanted('run')}).write()\n"
        "frontend.MANIFEST.write_text('{}')\n"
        "frontend.CACHE.mkdir()\n"
        "frontend.STAMP.write_text(frontend.sources())\n"
    )
    return checkout
