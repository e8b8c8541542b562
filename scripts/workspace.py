"""What the set-up scripts share: where things are, how to run commands, how to know that nothing has changed.

Everything in this folder runs on a bare Python 3.11 and its standard library, because it is there before anything is
installed; all but ``screenshots.py``, which needs the finished environment and is no part of the set-up.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
"""What the set-up remembers between runs, and what is served to nobody."""
STDERR = 2


class SetupError(Exception):
    """Something the set-up needs is not there; the message says what to do about it."""


def say(message: str) -> None:
    """Tell the person what is being done; on stderr, because stdout belongs to the command that follows."""
    print(message, file=sys.stderr, flush=True)


def call(command: Sequence[str | Path], *, folder: Path = ROOT, variables: Mapping[str, str] | None = None) -> None:
    """Run a command that has to succeed; what it prints goes to stderr.

    Args:
        command: the program and its arguments.
        folder: where to run it.
        variables: environment variables to set for it.

    Raises:
        SetupError: it could not be started or failed.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            cwd=folder,
            env=os.environ | dict(variables or {}),
            stdin=subprocess.DEVNULL,
            stdout=STDERR,
            check=False,
        )
    except OSError as error:
        raise SetupError(f"Could not run {words[0]}: {error}") from error
    if done.returncode != 0:
        raise SetupError(f"This command failed with status {done.returncode}: {' '.join(words)}")


def succeeds(command: Sequence[str | Path], *, folder: Path = ROOT) -> bool:
    """Whether a command can be run in a folder and ends well; what it prints is dropped."""
    try:
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def fingerprint(paths: Iterable[Path]) -> str:
    """A hash over the names and contents of files; the same for the same files in any order.

    Args:
        paths: files below the workspace's root.

    Returns:
        Hexadecimal sha256.
    """
    digest = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
