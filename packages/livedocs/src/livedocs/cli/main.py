"""Where the ``livedocs`` command starts, and where every error becomes a message and an exit code.

Imports nothing else at first: processes that parse pages import this module, too.
"""

from __future__ import annotations

import logging
import os
import sys

logger = logging.getLogger(__name__)

# No array of a query is so large that processors should share it, and numpy's making threads for that is a sixth of the
# time a search in the shell takes. It reads this when it is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def main() -> None:
    """Run the command line in ``sys.argv``.

    Raises:
        SystemExit: always, with one of `livedocs.cli.exit_codes.ExitCode`.
    """
    sys.exit(run())


def run() -> int:
    """Run the command line in ``sys.argv`` and say how it went.

    Returns:
        One of `livedocs.cli.exit_codes.ExitCode`.
    """
    from livedocs.cli.app import app
    from livedocs.cli.exit_codes import ExitCode, exit_code_of
    from livedocs.errors import LivedocsError

    try:
        app(prog_name="livedocs")
    except LivedocsError as error:
        _say(str(error))
        return exit_code_of(error)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Exception:
        logger.exception("livedocs has a defect. Please report what you did together with these lines:")
        return ExitCode.DEFECT
    return ExitCode.OK


def _say(message: str) -> None:
    from rich.console import Console
    from rich.text import Text

    from livedocs.command import as_called

    Console(stderr=True).print(Text("Error: ", "bold red"), Text(as_called(message)), sep="", soft_wrap=True)


if __name__ == "__main__":
    main()
