"""What the fixtures of fastapi-data need to know about this application."""

from pathlib import Path

import pytest
from fastapi import FastAPI

from articles.application import create_app
from fastapi_data import Database


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def migrations() -> Path:
    return Path(__file__).parents[1] / "migrations"


@pytest.fixture
def app(database: Database) -> FastAPI:
    return create_app(database)
