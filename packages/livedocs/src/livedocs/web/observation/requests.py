"""Each request: its id, its line in the log, its time, its span. Stands in front of everything else."""

from __future__ import annotations

import logging
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from livedocs.web.observation.logs import FIELDS
from livedocs.web.observation.request_ids import current, request_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from livedocs.web.observation.metrics import Metrics
    from livedocs.web.observation.tracing import Tracing

logger = logging.getLogger("livedocs.requests")

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
_UNROUTED = "(none)"
_FAILED = 500
_NEVER_ANSWERED = 499
"""What nginx logs when the client went away before it was answered."""


class Observers(NamedTuple):
    """Who is told of requests.

    Attributes:
        metrics: counts them; None: nobody does.
        tracing: names their spans; None: nobody traces.
        logs_requests: whether each has a line in the log.
        logs_queries: whether what was typed may stand there.
    """

    metrics: Metrics | None
    tracing: Tracing | None
    logs_requests: bool
    logs_queries: bool


class ObservedRequests:
    """ASGI middleware: names, times, logs and traces each request.

    Args:
        app: what answers.
        observers: who is told.
        templates: addresses of the application's routes.
        prefixes: beginnings of addresses that are no route's, each standing for itself: ``/static/``.
    """

    def __init__(
        self, app: ASGIApp, *, observers: Observers, templates: Sequence[str], prefixes: Sequence[str]
    ) -> None:
        self.app = app
        self._metrics, self._tracing, self._logs_requests, self._logs_queries = observers
        self._prefixes = tuple(prefixes)
        # Addresses without parameters are their own templates. They need not reach the router: a cache may answer.
        self._fixed = frozenset(template for template in templates if "{" not in template)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and tell of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = perf_counter()
        identity = request_id(scope["headers"])
        current.set(identity)  # for the rest of the task, which is this request's alone
        header = (b"x-request-id", identity.encode("ascii"))
        status = _NEVER_ANSWERED

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        if self._tracing is not None:
            self._tracing.identify_request(identity)
            if scope["path"] in self._fixed:
                self._tracing.name_request(self._method(scope), scope["path"])
        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            status = _FAILED
            raise
        finally:
            seconds = perf_counter() - started
            route = self._route(scope)
            if self._metrics is not None:
                self._metrics.answered(self._method(scope), route, status, seconds)
            if self._logs_requests:
                self._log(scope, route, status, seconds)

    def _method(self, scope: Scope) -> str:
        return scope["method"] if scope["method"] in _METHODS else "other"

    def _route(self, scope: Scope) -> str:
        path: str = scope["path"]
        if path in self._fixed:
            return path
        route = scope.get("route")
        if route is not None:
            return getattr(route, "path", _UNROUTED)
        return next((prefix for prefix in self._prefixes if path.startswith(prefix)), _UNROUTED)

    def _log(self, scope: Scope, route: str, status: int, seconds: float) -> None:
        if not logger.isEnabledFor(logging.INFO):
            return
        method, milliseconds = scope["method"], round(seconds * 1000, 2)
        path = route if route in self._fixed else quote(scope["path"])
        fields = {"method": method, "path": path, "route": route, "status": status, "milliseconds": milliseconds}
        if self._logs_queries and scope["query_string"]:
            fields["query"] = scope["query_string"].decode("ascii", "backslashreplace")
            path = f"{path}?{fields['query']}"
        # Made by hand: logger.info would look for the line of code it was called from.
        record = logger.makeRecord(
            logger.name,
            logging.INFO,
            __file__,
            0,
            "%s %s %d %.2f ms",
            (method, path, status, milliseconds),
            None,
            extra={FIELDS: fields},
        )
        logger.handle(record)
