"""The application, on whichever database it is given."""

from fastapi import FastAPI

from articles.routes import articles_router
from fastapi_data import Database, health_router, install_error_handlers


def create_app(db: Database) -> FastAPI:
    """The application.

    Args:
        db: has the tables; set up when the application starts.
    """
    app = FastAPI(title="Articles", lifespan=db.lifespan)
    install_error_handlers(app)
    app.include_router(health_router(db))
    app.include_router(articles_router(db), prefix="/api/v1/articles", tags=["articles"])
    return app
