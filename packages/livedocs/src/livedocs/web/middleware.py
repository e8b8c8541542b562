"""What every request passes on its way to a route, and every answer on its way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from livedocs.web.head import HeadRequests
from livedocs.web.library import OneLibrary
from livedocs.web.limits.answer_time import AnswerTime
from livedocs.web.limits.rates import RateLimit
from livedocs.web.limits.sizes import RequestSizes
from livedocs.web.security import SecurityHeaders
from livedocs.web.validators import Revalidated, Validators

if TYPE_CHECKING:
    from fastapi import FastAPI

    from livedocs.settings import Settings
    from livedocs.web.library import Library
    from livedocs.web.pages import Pages
    from livedocs.web.problems import Refuse
    from livedocs.web.response_cache import SharedAnswers


def add_middleware(
    app: FastAPI, settings: Settings, library: Library, pages: Pages, answers: SharedAnswers, *, refuse: Refuse
) -> None:
    """Put everything between the server and the routes that does not only observe.

    Behind the response cache stands what makes an answer whole, so that it is kept with its headers and a hit passes
    none of it; in front of the cache only what each request must pass, whoever answers it.

    Args:
        app: gets it.
        settings: name the limits.
        library: that is served.
        pages: know the version of all that is served.
        answers: keep what was rendered.
        refuse: answers for those that let a request not through.
    """
    # Each runs outside of those added before it.
    app.add_middleware(AnswerTime, refuse=refuse, seconds=settings.request_timeout_seconds)
    app.add_middleware(Validators, version=lambda: pages.version)
    app.add_middleware(OneLibrary, library=library)
    app.add_middleware(SecurityHeaders)
    answers.cache.install(app)
    library.after_swap(answers.forget)
    app.add_middleware(Revalidated)
    if settings.rate is not None:
        redis_url = None if settings.redis_url is None else settings.redis_url.get_secret_value()
        app.add_middleware(RateLimit, refuse=refuse, rate=settings.rate, redis_url=redis_url)
    app.add_middleware(
        RequestSizes,
        refuse=refuse,
        max_target_bytes=settings.max_target_bytes,
        max_head_bytes=settings.max_head_bytes,
        max_body_bytes=settings.max_body_bytes,
    )
    app.add_middleware(SecurityHeaders, only_missing=True)
    app.add_middleware(HeadRequests)
