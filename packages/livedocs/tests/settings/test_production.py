"""What production refuses."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from livedocs.settings import Settings
from livedocs.settings.effective import HIDDEN, effective, unknown

GOOD = "mK3rUq0zvYt1-b7Wc"


@pytest.fixture(autouse=True)
def nobodys_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_production_starts_with_a_good_secret_or_without_what_needs_one():
    assert Settings(environment="production", metrics_token=SecretStr(GOOD)).environment == "production"
    assert not Settings(environment="production", metrics=False).metrics


def test_production_names_everything_that_is_wrong_at_once():
    with pytest.raises(ValidationError) as refused:
        Settings(environment="production", debug=True)
    assert "LIVEDOCS_DEBUG" in str(refused.value)
    assert "LIVEDOCS_METRICS_TOKEN" in str(refused.value)


@pytest.mark.parametrize("secret", ["change_me_secret", "passwordpassword", "livedocs-token-1", "xxxxxxxxxxxxxxxx"])
def test_production_refuses_secrets_that_everybody_tries_first(secret: str):
    assert Settings(metrics_token=SecretStr(secret))  # good enough while developing
    with pytest.raises(ValidationError, match="everybody tries first") as refused:
        Settings(environment="production", metrics_token=SecretStr(secret))
    assert secret not in str(refused.value)


def test_a_secret_is_printed_as_hidden_with_its_source(monkeypatch: pytest.MonkeyPatch):
    Path(".env").write_text(f"LIVEDOCS_METRICS_TOKEN={GOOD}\nLIVEDOCS_PORT=1\n")
    monkeypatch.setenv("LIVEDOCS_PORT", "8001")
    monkeypatch.setenv("LIVEDOCS_WORKER", "2")
    settings = Settings()
    shown = {each.variable: (each.value, each.source) for each in effective(settings)}
    assert shown["LIVEDOCS_METRICS_TOKEN"] == (HIDDEN, ".env")
    assert shown["LIVEDOCS_PORT"] == ("8001", "environment")
    assert shown["LIVEDOCS_WORKERS"] == ("1", "default")
    assert GOOD not in repr(settings)
    assert list(unknown()) == ["LIVEDOCS_WORKER is no setting. Did you mean LIVEDOCS_WORKERS?"]


@pytest.mark.parametrize(
    "password", ["p%2Fw%40secret", "p/wsecret", "p#wsecret", "p?w=secret", "p@w:secret", "p,w/x@y?secret"]
)
def test_no_part_of_a_password_in_an_address_is_printed_however_it_is_written(password: str):
    settings = Settings(
        database_url=SecretStr(f"postgresql+asyncpg://ada:{password}@primary:5432/library?passwd=secret&ssl=require"),
        replica_urls=(SecretStr(f"postgresql+asyncpg://ada:{password}@replica/library"),),
        redis_url=SecretStr(f"redis://:{password}@cache:6379/0"),
    )
    shown = {each.variable: each.value for each in effective(settings)}
    assert shown["LIVEDOCS_DATABASE_URL"] == (
        f"postgresql+asyncpg://ada:{HIDDEN}@primary:5432/library?passwd={HIDDEN}&ssl=require"
    )
    assert shown["LIVEDOCS_REPLICA_URLS"] == f"postgresql+asyncpg://ada:{HIDDEN}@replica/library"
    assert shown["LIVEDOCS_REDIS_URL"] == f"redis://:{HIDDEN}@cache:6379/0"
