"""Settings from the environment and ``.env``: what is refused names its variable and shows no password."""

from __future__ import annotations

import logging
import traceback

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from fastapi_data import (
    Database,
    DatabaseSettings,
    DatabaseSettingsError,
    DatabaseUnavailableError,
    InMemoryDatabase,
    PostgresDatabase,
    SQLiteDatabase,
)

SECRET = "correct-horse-battery"
URL = f"postgresql://ada:{SECRET}@127.0.0.1:5432/shop"


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """Nothing is set, and the working directory holds no ``.env``."""
    monkeypatch.chdir(tmp_path)
    for variable in ("DATABASE_URL", "ENV"):
        monkeypatch.delenv(variable, raising=False)
    return monkeypatch


def refusal(prefix: str = "DATABASE_", **values) -> str:
    with pytest.raises(DatabaseSettingsError) as refused:
        DatabaseSettings(prefix, **values)
    told = "".join(traceback.format_exception(refused.value))
    assert SECRET not in told
    return str(refused.value)


def test_a_url_from_the_environment_makes_the_database(environment):
    environment.setenv("DATABASE_URL", URL)
    environment.setenv("DATABASE_POOL_MAX_SIZE", "7")
    environment.setenv("DATABASE_TLS", "require")
    settings = DatabaseSettings()
    assert settings.environment == "development"
    assert settings.options == {"pool_max_size": 7, "tls": "require"}
    database = Database.from_settings(settings)
    assert isinstance(database, PostgresDatabase)
    assert database._options.pool_max_size == 7


def test_parts_make_a_url_and_signs_in_a_password_need_no_escape(environment):
    for part, value in {"HOST": "db", "NAME": "shop", "USER": "ada", "PASSWORD": "p@ss/w:rd", "PORT": "5433"}.items():
        environment.setenv(f"DATABASE_{part}", value)
    address = DatabaseSettings().address
    assert (address.host, address.port, address.username, address.database) == ("db", 5433, "ada", "shop")
    assert address.password == "p@ss/w:rd"


def test_a_dotenv_file_is_read_and_the_environment_comes_before_it(environment, tmp_path):
    (tmp_path / ".env").write_text("ENV=production\nDATABASE_URL=sqlite:///from-file.db\nDATABASE_THREADS=2\nOTHER=1\n")
    settings = DatabaseSettings()
    assert (settings.environment, settings.threads) == ("production", 2)
    environment.setenv("DATABASE_URL", "sqlite:///from-environment.db")
    assert DatabaseSettings().address.database == "from-environment.db"
    assert DatabaseSettings(env_file="no such file").threads is None


def test_each_database_has_a_prefix(environment):
    environment.setenv("CATALOGUE_URL", "sqlite+memory:///catalogue.db")
    environment.setenv("ORDERS_URL", "sqlite:///orders.db")
    environment.setenv("ORDERS_BUSY_TIMEOUT_SECONDS", "1.5")
    catalogue = Database.from_settings(DatabaseSettings("CATALOGUE_"))
    orders = Database.from_settings(DatabaseSettings("ORDERS_"))
    assert isinstance(catalogue, InMemoryDatabase)
    assert isinstance(orders, SQLiteDatabase)
    assert orders._busy_timeout_seconds == 1.5


def test_replicas_are_a_list_with_commas(environment):
    environment.setenv("DATABASE_URL", URL)
    environment.setenv("DATABASE_REPLICAS", f"postgresql://ada:{SECRET}@one/shop, postgresql://ada:{SECRET}@two/shop")
    settings = DatabaseSettings()
    assert SECRET not in repr(settings)
    database = Database.from_settings(settings)
    assert [replica.host for replica in database._replicas] == ["one", "two"]
    values = {"url": URL, "replicas": [f"postgresql://ada:{SECRET}@one/shop"]}
    assert len(DatabaseSettings("OTHER_", **values).options["replicas"]) == 1


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "Set DATABASE_URL, or DATABASE_HOST and DATABASE_NAME"),
        ({"HOST": "db"}, "Set DATABASE_URL, or DATABASE_HOST and DATABASE_NAME"),
        ({"URL": URL, "HOST": "db", "PASSWORD": SECRET}, "DATABASE_URL contradicts DATABASE_HOST, DATABASE_PASSWORD"),
        (
            {"URL": URL, "POOL_MAX_SZE": "3"},
            "DATABASE_POOL_MAX_SZE is not a setting.*Did you mean DATABASE_POOL_MAX_SI",
        ),
        ({"URL": URL, "COLOUR_OF_IT": "red"}, "DATABASE_COLOUR_OF_IT is not a setting.*The settings are DATABASE_APPL"),
        ({"URL": URL, "POOL_MAX_SIZE": SECRET}, "DATABASE_POOL_MAX_SIZE: Input should be a valid integer"),
        ({"URL": URL, "THREADS": "2"}, "DATABASE_THREADS: a PostgresDatabase has no such setting"),
        ({"URL": "sqlite:///a.db", "TLS": "require"}, "DATABASE_TLS: a SQLiteDatabase has no such setting"),
        ({"URL": SECRET}, "not a URL"),
        ({"URL": f"mysql://ada:{SECRET}@db/shop"}, "mysql://"),
        ({"URL": URL, "REPLICAS": SECRET}, "DATABASE_REPLICAS: .*not a URL"),
        ({"URL": URL, "REPLICAS": f"mysql://ada:{SECRET}@db/shop"}, "DATABASE_REPLICAS: mysql:// is not an address"),
        ({"URL": f"{URL}?colour=red"}, "DATABASE_URL: colour in the address"),
        ({"URL": f"{URL}?password={SECRET}"}, "DATABASE_URL: The address says password twice"),
        ({"URL": URL, "POOL_MIN_SIZE": "11"}, r"DATABASE_POOL_MIN_SIZE \(11\) must be at most DATABASE_POOL_MAX_SIZE"),
        ({"URL": URL, "POOL_MIN_SIZE": "3", "POOL_MAX_SIZE": "2"}, r"DATABASE_POOL_MAX_SIZE \(2\)"),
        ({"URL": f"{URL}?sslmode=disable", "TLS": "require"}, r"DATABASE_TLS \(require\) contradicts .* DATABASE_URL"),
        (
            {"URL": URL, "TLS": "require", "REPLICAS": f"{URL}?sslmode=disable"},
            "DATABASE_TLS .* contradicts sslmode in DATABASE_REPLICAS",
        ),
    ],
)
def test_what_cannot_be_right_names_the_variable(environment, variables, message):
    for name, value in variables.items():
        environment.setenv(f"DATABASE_{name}", value)
    with pytest.raises(DatabaseSettingsError, match=message) as refused:
        Database.from_settings(DatabaseSettings())
    assert SECRET not in "".join(traceback.format_exception(refused.value))


def test_a_typing_mistake_in_the_dotenv_file_is_found(tmp_path):
    (tmp_path / ".env").write_text(f"DATABASE_URL={URL}\nDATABASE_PASWORD={SECRET}\n")
    assert "DATABASE_PASWORD is not a setting of a database. Did you mean DATABASE_PASSWORD?" in refusal()


def test_a_typing_mistake_in_the_code_is_found():
    assert "Did you mean DATABASE_POOL_MAX_SIZE?" in refusal(url=URL, pool_max_sise=3)


def test_the_environment_has_two_names(environment):
    environment.setenv("ENV", "staging")
    assert refusal(url=URL).startswith("ENV: Input should be 'development' or 'production'")


@pytest.mark.parametrize(
    ("password", "message"), [("", "needs a password"), ("postgres", "everybody tries"), ("Ada", "everybody tries")]
)
def test_production_refuses_a_missing_or_well_known_password(environment, password, message):
    environment.setenv("ENV", "production")
    login = f"ada:{password}" if password else "ada"
    assert message in refusal(url=f"postgresql://{login}@db/shop")
    assert "DATABASE_PASSWORD" in refusal(host="db", name="shop", user="ada", password=password or None)
    assert "DATABASE_REPLICAS" in refusal(url=URL, replicas=f"postgresql://{login}@replica/shop")
    assert DatabaseSettings(url=URL).environment == "production"
    assert DatabaseSettings(url=f"postgresql://{login}@db/shop", environment="development").url is not None


def test_a_password_never_shows(environment):
    environment.setenv("DATABASE_URL", URL)
    settings = DatabaseSettings()
    database = Database.from_settings(settings)
    parts = DatabaseSettings("OTHER_", host="db", name="shop", password=SECRET)
    shown = [repr(settings), str(settings), settings.model_dump_json(), str(settings.address), repr(database)]
    shown += [repr(parts), str(parts.address)]
    assert all(SECRET not in text for text in shown)
    assert "127.0.0.1:5432/shop" in repr(database)


async def test_no_error_or_log_of_connecting_shows_the_password(caplog):
    caplog.set_level(logging.DEBUG)
    database = PostgresDatabase(f"postgresql://nobody:{SECRET}@127.0.0.1:9/shop", startup_timeout_seconds=0)
    with pytest.raises(DatabaseUnavailableError, match=r"127\.0\.0\.1:9/shop cannot be reached") as away:
        await database.setup()
    assert SECRET not in "".join(traceback.format_exception(away.value))
    assert SECRET not in caplog.text


async def test_no_error_of_a_statement_shows_the_password(postgres_url):
    database = PostgresDatabase(postgres_url.set(password=SECRET))

    async def fail(session: AsyncSession) -> None:
        await session.connection(execution_options={"isolation_level": "NO SUCH LEVEL"})

    async with database.lifespan(), database.session() as session:
        with pytest.raises(Exception, match="NO SUCH LEVEL") as failed:
            await fail(session)
    assert SECRET not in "".join(traceback.format_exception(failed.value))
