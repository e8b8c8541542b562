"""What an address may say after its question mark."""

from __future__ import annotations

import ssl
from urllib.parse import quote

import pytest
from sqlalchemy import make_url, text

from fastapi_data import DatabaseSettingsError, DatabaseUnavailableError, PostgresDatabase
from fastapi_data.postgres_options import PostgresOptions
from fastapi_data.postgres_parameters import driver_arguments, postgres_url


def arguments(parameters: str, **options: object) -> dict[str, object]:
    url, given = driver_arguments(postgres_url(f"postgresql://db/shop?{parameters}"), PostgresOptions(**options))
    return dict(url.query) | given


async def test_what_libpq_knows_reaches_the_server(postgres_url):
    said = {
        "application_name": "the shop",
        "options": "-csearch_path=somewhere",
        "connect_timeout": "5",
        "channel_binding": "prefer",
        "target_session_attrs": "read-write",
        "sslmode": "prefer",
        "sslnegotiation": "postgres",
    }
    database = PostgresDatabase(postgres_url.update_query_dict(said))
    async with database.lifespan(), database.session() as session:
        assert await session.scalar(text("SHOW application_name")) == "the shop"
        assert await session.scalar(text("SHOW search_path")) == "somewhere"


def test_a_timeout_of_the_address_comes_before_the_option():
    assert arguments("connect_timeout=5", connect_timeout_seconds=7)["timeout"] == 5
    assert arguments("connect_timeout=0")["timeout"] is None
    assert arguments("", connect_timeout_seconds=7)["timeout"] == 7


async def test_a_certificate_authority_in_the_address_is_used(postgres_url, tmp_path):
    broken = tmp_path / "root certificates.pem"
    broken.write_text("none")
    url = make_url(f"postgresql://ada@127.0.0.1:9/shop?sslmode=verify-full&sslrootcert={quote(str(broken))}")
    with pytest.raises((DatabaseUnavailableError, ssl.SSLError), match=r"(?i)certificate"):
        await PostgresDatabase(url, startup_timeout_seconds=0).setup()


def test_the_authorities_of_the_system_are_those_python_trusts():
    assert arguments("sslrootcert=system")["ssl"] is True
    assert "dsn" not in arguments("sslrootcert=system&sslmode=verify-full")
    own = ssl.create_default_context()
    assert arguments("sslrootcert=system", tls=own)["ssl"] is own


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ("colour=red", "colour in the address of a database is not supported"),
        ("sslpassword=secret", "sslpassword in the address of a database is not supported"),
        ("channel_binding=require", "channel_binding=require: the driver cannot"),
        ("sslmode=always", "sslmode in the address must be one of disable, allow"),
        ("sslmode=require&sslmode=disable", "sslmode twice"),
        ("sslrootcert=system&sslmode=require", "sslrootcert=system needs sslmode=verify-full"),
        ("sslrootcert=system&sslcert=a.crt", "sslcert and sslrootcert=system"),
        ("connect_timeout=soon", "connect_timeout in the address must be a whole number"),
        ("dbname=other", "says dbname twice"),
    ],
)
def test_what_the_driver_cannot_do_is_refused_by_name(parameters, message):
    with pytest.raises(DatabaseSettingsError, match=message) as refused:
        PostgresDatabase(f"postgresql://db/shop?{parameters}")
    assert "secret" not in str(refused.value)


def test_a_login_behind_the_question_mark_is_a_login_and_does_not_show():
    url = PostgresDatabase("postgresql://db?user=ada&password=correct-horse&dbname=shop").url
    assert (url.username, url.password, url.database) == ("ada", "correct-horse", "shop")
    assert "correct-horse" not in str(url)
    with pytest.raises(DatabaseSettingsError, match="says password twice") as refused:
        PostgresDatabase("postgresql://ada:one-secret@db/shop?password=another-secret")
    assert "secret" not in str(refused.value)
