"""What people open, counted in the database of the library."""

import socket
from datetime import date, timedelta

from livedocs.library.listing import Place
from livedocs.settings import Settings
from livedocs.web.home.opened_in_database import OpenedInDatabase

TEMPLATE = Place("jinja", "3.1.x", "api.html", "jinja2.Template")
LOADER = Place("jinja", "3.1.x", "api.html", "jinja2.BaseLoader")


class Calendar:
    """Tells a day, and goes on when told to."""

    day = date(2026, 1, 1)

    def __call__(self) -> date:
        return self.day


async def test_processes_count_together_and_counts_end_after_thirty_days(settings, anyio_backend):
    today = Calendar()
    one, other = (OpenedInDatabase(settings, today) for _ in range(2))
    assert await one.most(5) == []
    await one.count(LOADER)
    await other.count(LOADER)
    today.day += timedelta(days=20)
    await other.count(TEMPLATE)
    assert await one.most(5) == [LOADER, TEMPLATE]
    assert await other.most(1) == [LOADER]
    today.day += timedelta(days=10)
    assert await one.most(5) == [TEMPLATE]
    await one.dispose()
    await other.dispose()


async def test_while_the_database_is_away_nothing_is_counted_and_nothing_fails(anyio_backend):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"postgresql://ada@127.0.0.1:{nobody.getsockname()[1]}/library"
        opened = OpenedInDatabase(Settings(database_url=url))
        await opened.count(TEMPLATE)
        assert await opened.most(5) == []
        await opened.dispose()


async def test_what_the_database_could_not_even_hold_is_no_entry(settings, publish, running, jinja_library):
    await publish(jinja_library)
    async with running(settings) as (_, client):
        for entry in (
            "jinja/3.1.x/api.html%00#jinja2.Template",
            "jinja/3.1.x/api.html#%00",
            "jinja%00/1/%FF#%ED%B3%BF",
        ):
            answer = await client.post("/opened", data={"entry": entry}, headers={"Sec-Fetch-Site": "same-origin"})
            assert answer.status_code == 404
