"""Web servers to stand in front of livedocs in its tests: the machine's own, else Debian's, unpacked, not installed."""

import os
import shutil
from pathlib import Path

import debian
from workspace import CACHE, SetupError

FOLDER = CACHE / "proxies"
_PLACES = {"nginx": "usr/sbin/nginx", "caddy": "usr/bin/caddy"}


def proxy(name: str) -> Path:
    """Where a web server's program is.

    Raises:
        LookupError: it is not there; ``./test`` provides it.
    """
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    program = Path(found) if found else FOLDER / name / _PLACES[name]
    if not program.exists():
        raise LookupError(f"There is no {name}; ./test provides it.")
    return program


def provide_proxies() -> None:
    """Fetch those that are missing.

    Raises:
        SetupError: that is not possible here.
    """
    for name in _PLACES:
        try:
            proxy(name)
        except LookupError:
            _fetch(name)


def _fetch(name: str) -> None:
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if not debian.unpack(name, folder):
        raise SetupError(f"Debian's package {name} cannot be fetched here: install {name}.")
