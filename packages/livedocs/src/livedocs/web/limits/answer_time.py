"""How long an answer may take."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import anyio
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from livedocs.web.problems import Refuse


class AnswerTime:
    """ASGI middleware: answers 503 when an answer does not begin in time, and gives up what was to make it.

    Args:
        app: the application.
        refuse: makes the answer.
        seconds: until the answer must have begun; it may then take as long as its reader.
    """

    def __init__(self, app: ASGIApp, *, refuse: Refuse, seconds: float) -> None:
        self.app = app
        self._refuse = refuse
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with anyio.move_on_after(self._seconds) as limit:

            async def send_in_time(message: Message) -> None:
                limit.deadline = math.inf
                await send(message)

            await self.app(scope, receive, send_in_time)
        if limit.cancelled_caught:
            detail = f"This took longer than {self._seconds:g} s. Ask again later, or for something simpler."
            headers = {"Retry-After": "5", "Cache-Control": "no-store"}
            await self._refuse(HTTPException(503, detail, headers=headers), scope, receive, send)
