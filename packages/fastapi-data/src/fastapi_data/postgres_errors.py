"""What PostgreSQL and the way to it may say, as this package's errors.

Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from __future__ import annotations

from sqlalchemy.engine import ExceptionContext

from fastapi_data.errors import DatabaseUnavailableError, ReadOnlyDatabaseError, StatementTimeoutError

_READ_ONLY = "25006"
_CANCELED = "57014"
_AWAY = ("08", "53300", "57P01", "57P02", "57P03", "57P05")
"""Connection exceptions, too many connections, shutting down, crashed, starting up, idle for too long."""
_MISCONFIGURED = ("28", "3D000")
"""Not authorised, no such database."""


def unavailable(error: BaseException, address: str) -> DatabaseUnavailableError | None:
    """What to say when PostgreSQL could not be reached or went away.

    Args:
        error: what was raised by the driver or by the operating system.
        address: of the server, without a password.

    Returns:
        None when the error is about something else.
    """
    code = _code(error)
    if code.startswith(_MISCONFIGURED):
        return DatabaseUnavailableError(f"PostgreSQL at {address} refuses us: {error}.", transient=False)
    if code.startswith(_AWAY) or isinstance(error, OSError):
        return DatabaseUnavailableError(f"PostgreSQL at {address} cannot be reached: {_words(error)}.")
    return None


def explain(context: ExceptionContext, address: str, statement_timeout_seconds: float | None) -> None:
    """Raise this package's error where SQLAlchemy's would leave the reader guessing.

    Raises:
        DatabaseUnavailableError: the server went away.
        ReadOnlyDatabaseError: a session that only reads wrote.
        StatementTimeoutError: a statement took too long.
    """
    error = context.original_exception
    if not isinstance(error, Exception):
        return  # cancelled
    code = _code(error)
    if code == _READ_ONLY:
        raise ReadOnlyDatabaseError("This session only reads. Depend on the database itself to write.") from error
    if code == _CANCELED and statement_timeout_seconds is not None:
        raise StatementTimeoutError(statement_timeout_seconds) from error
    problem = unavailable(error, address)
    if problem is not None:
        context.is_disconnect = True
        raise problem from error
    if context.is_disconnect:
        raise DatabaseUnavailableError(f"The connection to PostgreSQL at {address} was lost.") from error


def _code(error: BaseException) -> str:
    return getattr(error, "sqlstate", None) or ""


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
