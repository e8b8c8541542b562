"""``python -m articles``: migrate the database of the environment, then serve."""

import asyncio
import os
from pathlib import Path

import uvicorn

from articles.application import create_app
from fastapi_data import Database, DatabaseSettings
from fastapi_data.migrations import upgrade

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def main() -> None:
    """Serve until interrupted."""
    settings = DatabaseSettings()
    asyncio.run(upgrade(settings, MIGRATIONS))
    app = create_app(Database.from_settings(settings))
    uvicorn.run(app, host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ.get("PORT", "8002")))


if __name__ == "__main__":
    main()
