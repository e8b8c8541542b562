"""The web application: one factory, no state outside of what it makes."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

import anyio
from fastapi import FastAPI

from livedocs.errors import LibraryMissingError, LibraryVersionError
from livedocs.library import snapshot
from livedocs.web.api import routes as api
from livedocs.web.assets import STATIC_FOLDER, STATIC_PREFIX, Assets, ImmutableFiles
from livedocs.web.building import routes as building
from livedocs.web.building.watch import BuildWatch
from livedocs.web.discovery import routes as discovery
from livedocs.web.entries import routes as entries
from livedocs.web.health import routes as health
from livedocs.web.health.checks import library_check, redis_check
from livedocs.web.health.replication import replication_checks
from livedocs.web.home import routes as home
from livedocs.web.home.opened import Opened, OpenedEntries
from livedocs.web.middleware import add_middleware
from livedocs.web.observation.observation import Observation
from livedocs.web.openapi import describe_problems
from livedocs.web.pages import Pages
from livedocs.web.problems import ErrorAnswers
from livedocs.web.reading import routes as reading
from livedocs.web.response_cache import SharedAnswers
from livedocs.web.search import routes as search
from livedocs.web.served import ServedLibrary

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from livedocs.settings import Settings
    from livedocs.web.library import Library


def create_app(settings: Settings) -> FastAPI:
    """Make the application that serves one library, as soon as there is one that this version can read.

    Args:
        settings: which library, and how long the home page is kept.

    Raises:
        LibraryError: the library is damaged; the message says what to do.
        AssetsMissingError: the front end was never built.
        SettingsError: the address of Redis is none.
    """
    parts = _Parts.of(settings)
    app = FastAPI(
        title="livedocs",
        version=version("livedocs"),
        description="Live search for documentation.",
        lifespan=parts.running,
        openapi_url=f"{api.PREFIX}/openapi.json",
        # Their assets come from elsewhere, and /docs/ is where documentation is read.
        docs_url=None,
        redoc_url=None,
        telemetry=parts.observation.telemetry,
    )
    app.state.library = parts.library
    app.state.pages = parts.pages
    app.state.answers = parts.answers
    app.state.build = parts.build
    app.state.observation = parts.observation
    _include_routes(app, parts, cache_seconds=settings.page_cache_seconds)
    errors = ErrorAnswers(parts.pages, parts.build)
    errors.install(app)
    describe_problems(app)
    add_middleware(app, settings, parts.library, parts.pages, parts.answers, refuse=errors.refuse)
    parts.observation.install(app, parts.library, parts.answers.cache, prefixes=[f"{STATIC_PREFIX}/"])
    return app


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the application is made of, besides its routes.

    Attributes:
        library: what is searched and read.
        assets: styles, scripts and icons.
        pages: render what is answered.
        answers: what was rendered, kept.
        build: how far the library's build is.
        opened: what people open, counted.
        observation: metrics, logs and traces.
    """

    library: Library
    assets: Assets
    pages: Pages
    answers: SharedAnswers
    build: BuildWatch
    opened: Opened
    observation: Observation

    @classmethod
    def of(cls, settings: Settings) -> _Parts:
        """Make them."""
        library = _library(settings)
        assets = Assets.load()
        pages = Pages(library, assets)
        redis_url = None if settings.redis_url is None else settings.redis_url.get_secret_value()
        return cls(
            library=library,
            assets=assets,
            pages=pages,
            answers=SharedAnswers(redis_url, version=lambda: pages.version),
            build=BuildWatch(library),
            opened=_opened(settings),
            observation=Observation(settings),
        )

    @asynccontextmanager
    async def running(self, _: FastAPI) -> AsyncGenerator[None]:
        """What goes on beside requests, from the start of the application to its end."""
        await self.library.load()
        async with self.observation.running(), anyio.create_task_group() as tasks:
            tasks.start_soon(self.library.follow)
            tasks.start_soon(self.build.follow)
            yield
            tasks.cancel_scope.cancel()
        await self.opened.dispose()
        await self.library.dispose()


def _library(settings: Settings) -> Library:
    if settings.database_url is not None:
        from livedocs.web.generations import PostgresLibrary  # noqa: PLC0415 - nothing else needs what it imports

        return PostgresLibrary(settings)
    with suppress(LibraryMissingError, LibraryVersionError):  # one that is being built is waited for
        snapshot.verify(settings.library_path)
    return ServedLibrary(settings.library_path, settings.models_folder)


def _opened(settings: Settings) -> Opened:
    if settings.database_url is not None:
        from livedocs.web.home.opened_in_database import OpenedInDatabase  # noqa: PLC0415 - as above

        return OpenedInDatabase(settings)
    return OpenedEntries(settings.library_path)


def _include_routes(app: FastAPI, parts: _Parts, *, cache_seconds: float) -> None:
    library, pages, searches = parts.library, parts.pages, parts.observation.searches
    checks = (library_check(library), *replication_checks(library), redis_check(parts.answers))
    for router in (
        home.router(library, pages, parts.opened, cache_seconds=cache_seconds),
        search.router(library, pages, searches, cache_seconds=cache_seconds),
        entries.router(library, pages, cache_seconds=cache_seconds),
        reading.router(library, pages),
        api.router(library, searches),
        discovery.router(library, pages, parts.assets, searches, cache_seconds=cache_seconds),
        building.router(library, pages, parts.build),
        health.router([check for check in checks if check is not None]),
    ):
        app.include_router(router)
    app.mount(STATIC_PREFIX, ImmutableFiles(directory=STATIC_FOLDER), name="static")
