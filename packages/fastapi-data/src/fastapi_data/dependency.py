"""Sessions as FastAPI dependencies that end before the response starts."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from inspect import Parameter, Signature

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession


class SessionDependency:
    """What makes ``Depends(db)`` mean: a session that has ended before the first byte of the answer is sent.

    FastAPI closes a plain ``yield`` dependency after the response went out, so a commit that fails there would follow a
    200. A dependency with ``scope="function"`` ends before. Nobody should have to remember that in each route, so this
    object asks for such a dependency itself, in the signature FastAPI reads from it.

    Args:
        open_session: makes the context manager whose session a request gets; left when the route has returned, with
            the exception if it raised.
    """

    def __init__(self, open_session: Callable[[], AbstractAsyncContextManager[AsyncSession]]) -> None:
        async def session_of_request() -> AsyncGenerator[AsyncSession]:
            async with open_session() as session:
                yield session

        self.__signature__ = Signature(
            [
                Parameter(
                    "session",
                    Parameter.KEYWORD_ONLY,
                    default=Depends(session_of_request, scope="function"),
                    annotation=AsyncSession,
                )
            ]
        )

    async def __call__(self, *, session: AsyncSession) -> AsyncSession:
        """Hand the request's session to the route; called by FastAPI."""
        return session
