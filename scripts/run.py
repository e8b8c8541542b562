"""What ``./run`` does: set up what is missing, then become ``livedocs`` with the arguments given."""

import os
import sys
from typing import NoReturn

from environment import ENVIRONMENT
from provision import provision
from workspace import SetupError


def main(arguments: list[str]) -> NoReturn:
    """Set up and hand over.

    Args:
        arguments: for ``livedocs``; ``up`` when there are none.

    Raises:
        SystemExit: something could not be set up.
    """
    try:
        provision("run")
    except SetupError as error:
        sys.exit(f"livedocs could not be set up. {error}")
    # Nothing is on PATH: what livedocs advises has to name this script.
    os.environ["LIVEDOCS_COMMAND"] = "./run"
    command = ENVIRONMENT / "bin" / "livedocs"
    os.execv(command, [str(command), *(arguments or ["up"])])


if __name__ == "__main__":
    main(sys.argv[1:])
