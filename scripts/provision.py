"""Everything a checkout needs before livedocs, or its tests, can run."""

import fcntl
from typing import Literal

import environment
import frontend
from workspace import CACHE


def provision(lock: Literal["run", "dev"]) -> None:
    """Set up what is missing or out of date; silent, and some 50 ms, when nothing is.

    Args:
        lock: what the environment has to hold.

    Raises:
        SetupError: something could not be set up; the message says what to do.
    """
    if environment.is_installed(lock) and frontend.is_built():
        return
    CACHE.mkdir(exist_ok=True)
    # Two commands started at once set up one after the other; the second finds nothing left to do.
    with (CACHE / "set-up.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not environment.is_installed(lock):
            environment.install(lock)
        if not frontend.is_built():
            frontend.build()
