"""Validators: any HTTP cache may keep a page as long as it asks whether the page still holds."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

from livedocs.web.assets import STATIC_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

VARY = "HX-Request-Type"
"""The request header that tells a fragment from a whole page; htmx 4 sends ``partial`` or ``full``."""

_UNVALIDATED = ("/healthz", "/readyz", "/metrics", "/build", f"{STATIC_PREFIX}/")
_NO_CACHE = (b"cache-control", b"no-cache")
_HOME = "/"
"""Depends on what people open, too: the response cache, which knows its content, gives it a validator."""


class Validators:
    """ASGI middleware: an ``ETag`` on every good answer, and 304 before any work when the client has it already.

    Everything that is served follows from the library, the app's own files and the request, so a hash over these is a
    validator, and no body need be made to compute it. It is a weak one: compressed and plain forms of a page share it.

    Args:
        app: the application.
        version: hash over the library and the app's own files as they are now.
    """

    def __init__(self, app: ASGIApp, version: Callable[[], str]) -> None:
        self.app = app
        self.version = version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 304, or pass the request on and name the validator of its answer."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or scope["path"].startswith(_UNVALIDATED):
            await self.app(scope, receive, send)
            return
        version = self.version()
        headers = Headers(scope=scope)
        tag = _tag(version, scope, headers)
        fields = {"ETag": f"W/{tag}", "Cache-Control": "no-cache", "Vary": VARY}
        is_validated = scope["path"] != _HOME
        if is_validated and tag in (
            held.strip().removeprefix("W/") for held in headers.get("if-none-match", "").split(",")
        ):
            await Response(status_code=304, headers=fields)(scope, receive, send)
            return

        async def send_with_validator(message: Message) -> None:
            if message["type"] == "http.response.start":
                response_headers = MutableHeaders(scope=message)
                named = {name.strip().lower() for name in response_headers.get("Vary", "").split(",")}
                if VARY.lower() not in named:
                    response_headers.add_vary_header(VARY)
                if is_validated and message["status"] == 200 and self.version() == version:
                    response_headers["ETag"] = fields["ETag"]
            await send(message)

        await self.app(scope, receive, send_with_validator)


class Revalidated:
    """ASGI middleware: has whoever keeps an answer ask whether it still holds, unless the answer says otherwise.

    It stands in front of the response cache, which takes that for a wish not to be kept.

    Args:
        app: the application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete its answer."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or scope["path"].startswith(_UNVALIDATED):
            await self.app(scope, receive, send)
            return

        async def send_revalidated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                if b"cache-control" not in dict(headers):
                    message["headers"] = [*headers, _NO_CACHE]
            await send(message)

        await self.app(scope, receive, send_revalidated)


def _tag(version: str, scope: Scope, headers: Headers) -> str:
    parts = (version, scope["path"], scope["query_string"], headers.get(VARY, ""))
    return f'"{hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]}"'
