"""What ``./test`` does: set up, then every check and every test; with arguments: only pytest, with them."""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass

import debian
import frontend
from environment import ENVIRONMENT
from provision import provision
from proxies import provide_proxies
from workspace import ROOT, SetupError, call, say

BIN = ENVIRONMENT / "bin"
CHECKS = {
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet"],
    "lint": [str(BIN / "ruff"), "check", "--quiet"],
    "types": [str(BIN / "basedpyright")],
    "layers": [str(BIN / "lint-imports"), "--no-logo"],
}
"""What is checked before the tests run, by the name it has in the summary."""

COVERAGE = ["--cov", "--cov-report=term-missing", "--cov-fail-under=99.5"]
"""Every branch of fastapi-data is tested; the rest is room for lines that run only when tasks meet in one order."""

PROCESSES = ["-n", "auto", "--maxprocesses", "4", "--dist", "loadfile"]
"""One process for each core; the tests of a file stay together, because they share what they set up."""


@dataclass(frozen=True)
class Outcome:
    """How one check went.

    Attributes:
        name: of the check.
        passed: whether its command ended well.
        seconds: how long it took.
    """

    name: str
    passed: bool
    seconds: float

    def __str__(self) -> str:
        return f"{'passed' if self.passed else 'FAILED'}  {self.name} ({self.seconds:.1f} s)"


def run(name: str, command: list[str]) -> Outcome:
    """Run one check and let it print what it has to say."""
    say(f"\n== {name}")
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, check=False)
    return Outcome(name, done.returncode == 0, time.monotonic() - started)


def check_frontend() -> Outcome:
    """Check the front end's own sources with its own ``npm run check``."""
    say("\n== front end")
    started = time.monotonic()
    try:
        frontend.install_modules()("run", "--silent", "check")
    except SetupError as error:
        say(str(error))
        return Outcome("front end", False, time.monotonic() - started)
    return Outcome("front end", True, time.monotonic() - started)


def provide_real_parts() -> None:
    """Provide what the tests run against and no lock file can name: a browser, PgBouncer, proxies, and package lists.

    Raises:
        SetupError: it could not be had.
    """
    if debian.may_install() and not debian.has_package_lists():
        debian.refresh_package_lists()
    if not shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin") and debian.may_install():
        debian.install("pgbouncer")
    provide_proxies()
    if shutil.which("chromium"):
        return
    if debian.may_install():
        debian.install("chromium")
    else:
        call([BIN / "playwright", "install", "chromium"])


def main(arguments: list[str]) -> int:
    """Set up and run the checks and the tests.

    Args:
        arguments: for pytest; when there are any, nothing else is run.

    Returns:
        0 when everything passed.
    """
    try:
        provision("dev")
        provide_real_parts()
    except SetupError as error:
        say(f"The tests could not be set up. {error}")
        return 1
    outcomes = [] if arguments else [*(run(name, command) for name, command in CHECKS.items()), check_frontend()]
    say("".join(f"\n{outcome}" for outcome in outcomes))
    # Last, so that the output ends with pytest's own summary.
    outcomes.append(run("tests", [str(BIN / "pytest"), *(arguments or [*PROCESSES, *COVERAGE])]))
    return not all(outcome.passed for outcome in outcomes)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
