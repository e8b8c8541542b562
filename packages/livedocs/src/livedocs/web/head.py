"""``HEAD``: whatever can be fetched can be asked about, as RFC 9110 (section 9.3.2) wants of a general server."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadRequests:
    """ASGI middleware: answers ``HEAD`` with the headers ``GET`` would have and no body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask for the whole response and send its beginning."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        is_answered = False

        async def send_without_body(message: Message) -> None:
            # The rest of a stream would have to be waited for, and there may be no end of it.
            nonlocal is_answered
            if not is_answered:
                is_answered = message["type"] == "http.response.body"
                await send({"type": message["type"]} if is_answered else message)

        asked = {**scope, "method": "GET"}
        await self.app(asked, receive, send_without_body)
        if "route" in asked:  # for whoever wants to know what answered
            scope["route"] = asked["route"]
