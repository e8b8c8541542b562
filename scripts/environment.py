"""The workspace's own Python environment, ``.venv``: made, filled from the lock files, and known to be up to date.

A stamp inside the environment says what was installed. It is removed before anything changes and written last, so that
an interrupted set-up is recognised, and the environment made anew, by the next one. Packages are installed by pip and
not by something faster because pip follows the machine's own configuration (index, certificates, proxy).
"""

import json
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

import debian
from workspace import ROOT, SetupError, call, fingerprint, say, succeeds

Lock = Literal["run", "dev", "node"]
"""A file in ``requirements/``: what livedocs runs on, that and what its tests need, Node for building the front end."""

ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
STAMP = ENVIRONMENT / "set-up.json"
PACKAGES = (ROOT / "packages" / "fastapi-data", ROOT / "packages" / "livedocs")
DEBIAN_WHEELS = Path("usr/share/python-wheels")
PIP = (PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "-qq")


@dataclass(frozen=True)
class Stamp:
    """What an environment was made for and what was installed into it.

    Attributes:
        root: folder of the workspace; an environment does not work after a move.
        python: version of its interpreter, as ``3.11``.
        locks: for each lock that was installed, the fingerprint of what was asked for.
    """

    root: str = str(ROOT)
    python: str = "{}.{}".format(*sys.version_info[:2])
    locks: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def read(cls) -> "Stamp | None":
        """The environment's stamp; None when there is none or it was not written by this version."""
        try:
            return cls(**json.loads(STAMP.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def write(self) -> None:
        """Say that the environment is complete."""
        STAMP.write_text(json.dumps(asdict(self)))


def wanted(lock: Lock) -> str:
    """Fingerprint of everything that decides what installing a lock gives."""
    paths = [ROOT / "requirements" / f"{lock}.lock"]
    if lock != "node":
        paths += [package / "pyproject.toml" for package in PACKAGES]
    return fingerprint(paths)


def is_installed(lock: Lock) -> bool:
    """Whether the environment works here and holds what a lock asks for; ``dev`` includes ``run``."""
    stamp = Stamp.read()
    if stamp is None or not _is_usable(stamp):
        return False
    return any(stamp.locks.get(name) == wanted(name) for name in ((lock, "dev") if lock == "run" else (lock,)))


def _is_usable(stamp: Stamp) -> bool:
    return stamp.root == str(ROOT) and stamp.python == Stamp().python and PYTHON.exists()


def install(lock: Lock) -> None:
    """Bring the environment to what a lock asks for; made first when there is none, or none that works.

    Raises:
        SetupError: it could not be made, or a package could not be installed.
    """
    stamp = Stamp.read()
    if stamp is None or not _is_usable(stamp):
        say(f"Making a Python {Stamp().python} environment in .venv")
        _make()
        stamp = Stamp()
    STAMP.unlink(missing_ok=True)
    say(f"Installing what requirements/{lock}.lock names")
    # A lock is complete, but for what a package names without being needed: see [[tool.uv.dependency-metadata]].
    call([*PIP, "install", "--require-hashes", "--no-deps", "--use-pep517", "-r", f"requirements/{lock}.lock"])
    if lock != "node":
        editable = [word for package in PACKAGES for word in ("-e", package)]
        call([*PIP, "install", "--no-deps", "--no-build-isolation", *editable])
    Stamp(locks=stamp.locks | {lock: wanted(lock)}).write()


def _make() -> None:
    # The interpreter that runs this may be the one inside the environment that is about to be removed.
    python = Path(getattr(sys, "_base_executable", "") or sys.executable)
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    if not succeeds([python, "-c", "import venv"]):
        raise SetupError(f"{python} has no module venv. On Debian and Ubuntu: apt install python3-venv")
    if succeeds([python, "-c", "import ensurepip; ensurepip.version()"]):
        call([python, "-m", "venv", ENVIRONMENT])
    else:
        call([python, "-m", "venv", "--without-pip", ENVIRONMENT])
        _add_pip(python)


def _add_pip(python: Path) -> None:
    """Put pip into an environment made by a Python without ensurepip, as Debian's is without python3-venv."""
    with tempfile.TemporaryDirectory() as folder:
        wheel = _newest_wheel(Path("/")) or _fetched_wheel(Path(folder))
        if wheel is not None:
            # A wheel is a zip file that Python can run a package from: pip installs itself.
            call([PYTHON, wheel / "pip", "-qq", "install", "--no-deps", "--no-index", wheel])
        elif succeeds([python, "-m", "pip", "--version"]):
            call([python, "-m", "pip", "--python", PYTHON, "-qq", "install", "pip"])
        else:
            raise SetupError(
                f"{python} can install nothing: it has neither ensurepip nor pip, and Debian's package python3-pip-whl "
                "could not be fetched. On Debian and Ubuntu: apt install python3-venv"
            )


def _newest_wheel(root: Path) -> Path | None:
    """The pip that Debian's python3-pip-whl puts below a root folder."""
    return max((root / DEBIAN_WHEELS).glob("pip-*.whl"), default=None)


def _fetched_wheel(folder: Path) -> Path | None:
    return _newest_wheel(folder) if debian.unpack("python3-pip-whl", folder) else None
