"""Headers that keep untrusted documentation harmless, on every response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""For the app's own pages: only its own files, no inline script or style, no eval, no frame around it."""

SANDBOXED_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""For files of a documentation that a browser may open as a document of its own, such as SVG: nothing in them acts."""

SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


_POLICY = b"content-security-policy"


class SecurityHeaders:
    """ASGI middleware: adds the headers that the response does not set itself.

    It stands twice: behind the response cache, which so keeps answers with these headers, and in front of the cache for
    what comes from elsewhere, such as refusals and answers without a body.

    Args:
        app: the application.
        only_missing: whether an answer that names a policy has passed another of these, and is complete.
    """

    def __init__(self, app: ASGIApp, *, only_missing: bool = False) -> None:
        self.app = app
        self._only_missing = only_missing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete its response's headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start" and not (self._only_missing and _has_policy(message)):
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _has_policy(message: Message) -> bool:
    return _POLICY in dict(message["headers"])
