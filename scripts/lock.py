#!/usr/bin/env python3
"""Compiles ``requirements/*.lock`` from the ``pyproject.toml`` files; run it after changing a dependency.

``scripts/lock.py`` keeps every pin that still fits; ``scripts/lock.py --upgrade`` takes the newest of everything. The
locks are requirement files, exact and with hashes, because those name no index: each machine uses its own.
"""

import sys

from environment import ENVIRONMENT, PACKAGES
from workspace import ROOT, SetupError, call, say

LOCKS = {
    "dev": ["pyproject.toml", "--group", "dev"],
    "run": ["pyproject.toml", "--group", "build", "--constraints", "requirements/dev.lock"],
    "node": ["--group", "pyproject.toml:node", "--constraints", "requirements/dev.lock"],
}
"""What each lock is compiled from; the later ones agree with the first."""


def main(arguments: list[str]) -> int:
    """Compile every lock.

    Args:
        arguments: further options for ``uv pip compile``.

    Returns:
        1 when that failed.
    """
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--quiet"]
    for package in PACKAGES:
        options += ["--no-emit-package", package.name]
    try:
        for name, inputs in LOCKS.items():
            say(f"Compiling requirements/{name}.lock")
            output = ["--output-file", f"requirements/{name}.lock", "--custom-compile-command", "scripts/lock.py"]
            call([ENVIRONMENT / "bin" / "uv", "pip", "compile", *inputs, *options, *output, *arguments], folder=ROOT)
    except SetupError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
