"""What the exit codes of ``livedocs`` mean.

====  ==============================================================================================================
code  meaning
====  ==============================================================================================================
0     done
1     nothing was found: no hit, no such entry, no such docset
2     the command line, a setting or the query is wrong
3     the library, or the model that finds by meaning, cannot be used: missing, damaged, from another version, the
      library is being built by another process, or its database cannot be reached or refuses
4     no source could provide the documentation
5     the server cannot start: the address is in use, or the front end was never built
70    a defect in livedocs; a traceback says where
130   interrupted with Ctrl-C
====  ==============================================================================================================
"""

from __future__ import annotations

from enum import IntEnum

from livedocs.errors import (
    AddressError,
    AssetsMissingError,
    LibraryError,
    LivedocsError,
    ModelError,
    NotFoundError,
    QueryError,
    SettingsError,
    SourceError,
)


class ExitCode(IntEnum):
    """How a command ended."""

    OK = 0
    NOTHING_FOUND = 1
    USAGE = 2
    LIBRARY = 3
    SOURCE = 4
    SERVER = 5
    DEFECT = 70
    INTERRUPTED = 130


MEANINGS = {
    ExitCode.OK: "done",
    ExitCode.NOTHING_FOUND: "nothing found",
    ExitCode.USAGE: "wrong command line, setting or query",
    ExitCode.LIBRARY: "library or model missing, damaged, from another version or busy, or its database away",
    ExitCode.SOURCE: "no source could provide the documentation",
    ExitCode.SERVER: "server cannot start",
    ExitCode.DEFECT: "defect in livedocs",
    ExitCode.INTERRUPTED: "interrupted",
}
"""What ``livedocs --help`` says about each code."""

_CODES: dict[type[LivedocsError], ExitCode] = {
    NotFoundError: ExitCode.NOTHING_FOUND,
    QueryError: ExitCode.USAGE,
    SettingsError: ExitCode.USAGE,
    LibraryError: ExitCode.LIBRARY,
    ModelError: ExitCode.LIBRARY,
    SourceError: ExitCode.SOURCE,
    AssetsMissingError: ExitCode.SERVER,
    AddressError: ExitCode.SERVER,
}


def exit_code_of(error: LivedocsError) -> ExitCode:
    """The exit code for an error livedocs raised on purpose.

    >>> exit_code_of(NotFoundError("no such entry")).value
    1
    """
    return next(code for kind, code in _CODES.items() if isinstance(error, kind))
