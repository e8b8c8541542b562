"""Values that are refused, with what to write instead."""

import pytest
from pydantic import ValidationError

from livedocs.settings import Settings


def test_proxies_are_a_list_of_addresses_and_networks():
    assert Settings(trusted_proxies="10.0.0.0/8, ::1").trusted_proxies == ("10.0.0.0/8", "::1")
    assert Settings(trusted_proxies="").trusted_proxies == ()
    with pytest.raises(ValidationError, match=r"proxy\.local is neither an address nor a network"):
        Settings(trusted_proxies="proxy.local")


def test_a_rate_says_how_many_requests_in_what_time():
    assert Settings(rate_limit="5/second").rate == (5, 1)
    assert Settings(rate_limit="").rate is None
    for wrong in ("5", "0/second", "5/day", "many/minute"):
        with pytest.raises(ValidationError, match="as 1200/minute"):
            Settings(rate_limit=wrong)


def test_replicas_are_a_list_of_addresses_and_what_is_none_is_not_repeated():
    assert [url.get_secret_value() for url in Settings(replica_urls="p://a/x, p://b/x").replica_urls] == [
        "p://a/x",
        "p://b/x",
    ]
    with pytest.raises(ValidationError, match="number 2 is no address; write %2C") as refused:
        Settings(replica_urls="postgresql://ada:one,two@replica/library")
    assert "two" not in str(refused.value)


def test_a_token_is_long_enough_or_unset():
    assert Settings(metrics_token="").metrics_token is None
    with pytest.raises(ValidationError, match="it has 5 characters; a token needs 16 or more"):
        Settings(metrics_token="short")
