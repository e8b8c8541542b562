"""The process of the first build: ``livedocs build python``, and a word on what becomes of the server if that fails.

Imports nothing else at first, as `livedocs.cli.main`: processes that parse pages import this module, too.
"""

from __future__ import annotations

import sys

from livedocs.cli.main import run


def main() -> None:
    """Build.

    Raises:
        SystemExit: always, with one of `livedocs.cli.exit_codes.ExitCode`.
    """
    from livedocs.cli.exit_codes import ExitCode

    sys.argv[1:] = ["build", "python"]
    code = run()
    if code not in (ExitCode.OK, ExitCode.INTERRUPTED):
        sys.stderr.write("The server goes on, and takes up a library as soon as one is built. Ctrl-C ends it.\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
