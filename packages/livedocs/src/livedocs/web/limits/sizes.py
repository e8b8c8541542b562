"""How large a request may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from livedocs.web.problems import Refuse


class RequestSizes:
    """ASGI middleware: refuses long addresses and large bodies before anything reads them.

    Args:
        app: the application.
        refuse: makes the answer.
        max_target_bytes: of path and query together.
        max_head_bytes: of path, query and headers together; the server itself gives up longer heads that come in parts.
        max_body_bytes: of a body, whose length must be stated: no route needs one.
    """

    def __init__(
        self, app: ASGIApp, *, refuse: Refuse, max_target_bytes: int, max_head_bytes: int, max_body_bytes: int
    ) -> None:
        self.app = app
        self._refuse = refuse
        self._max_target_bytes = max_target_bytes
        self._max_head_bytes = max_head_bytes
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        problem = self._problem(scope) if scope["type"] == "http" else None
        if problem is None:
            await self.app(scope, receive, send)
        else:
            await self._refuse(problem, scope, receive, send)

    def _problem(self, scope: Scope) -> HTTPException | None:
        head_bytes = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        if head_bytes > self._max_target_bytes:
            return HTTPException(414, f"Path and query may take {self._max_target_bytes} bytes together.")
        for name, value in scope["headers"]:
            head_bytes += len(name) + len(value)
            if name == b"transfer-encoding":
                return HTTPException(411, "State the length of the body (Content-Length), or send none.")
            if name == b"content-length" and not (value.isdigit() and int(value[:19]) <= self._max_body_bytes):
                # What is left of the body is not read, so the connection cannot be used for another request.
                return HTTPException(
                    413, f"A body may take {self._max_body_bytes} bytes.", headers={"Connection": "close"}
                )
        if head_bytes > self._max_head_bytes:
            return HTTPException(431, f"Path, query and headers may take {self._max_head_bytes} bytes together.")
        return None
