"""Web servers: pages of links, addresses with the period in them, and servers that say little of their files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.settings import Settings
from tests.builders import SPEND, declare, spend_file
from tests.integration.places.conftest import LOCATION, RemoteTown
from tests.integration.places.shelves import VARIABLE, WebShelf
from tests.servers.web import Page, WebServer

APRIL = spend_file("Acme,7,03/04/2018,10.00,Pens")
MAY = spend_file("Acme,7,03/05/2018,20.00,Pens")
HTML = {"Content-Type": "text/html; charset=utf-8"}

TownAt = Callable[[str], RemoteTown]


@pytest.fixture
def site(web: WebShelf) -> WebServer:
    """A web server with nothing on it."""
    web.clear()
    return web.server


@pytest.fixture
def other_server() -> Iterator[WebServer]:
    """A second one."""
    server = WebServer()
    yield server
    server.close()


@pytest.fixture
def town_at(site: WebServer, tmp_path: Path, settings: Settings, warehouse: Warehouse) -> TownAt:
    """Declare the town at an address of the server."""

    def declare_at(address: str) -> RemoteTown:
        location = address if "://" in address else f"http://127.0.0.1:{site.port}{address}"
        change = (LOCATION, f"{LOCATION}location: '{location}'\n")
        until = ("to: 2024-03-31", "to: 2018-08-31")
        return RemoteTown(declare(tmp_path, SPEND, change, until), settings, warehouse)

    return declare_at


def methods(site: WebServer) -> Counter[str]:
    return Counter(method for method, _ in site.asked)


def test_each_period_is_asked_for_by_its_own_address(site: WebServer, town_at: TownAt) -> None:
    town = town_at("/spend/{year}/town_{year}-{month:02}.csv")
    site.put("/spend/2018/town_2018-04.csv", APRIL)

    assert town.take_in().counts == Counter(checking=1)
    assert {path for method, path in site.asked if method == "HEAD"} == {
        f"/spend/2018/town_2018-{month:02}.csv" for month in range(4, 9)
    }
    assert [path for method, path in site.asked if method == "GET"] == ["/spend/2018/town_2018-04.csv"]

    # What was not there yet comes with a later run; what is known is not fetched again.
    site.put("/spend/2018/town_2018-05.csv", MAY)
    site.asked.clear()
    assert town.take_in().counts == Counter(checking=1)
    assert [path for method, path in site.asked if method == "GET"] == ["/spend/2018/town_2018-05.csv"]
    site.asked.clear()
    assert town.take_in().counts == Counter()
    assert methods(site)["GET"] == 0


def test_the_name_of_a_file_may_follow_a_sharp(site: WebServer, town_at: TownAt) -> None:
    town = town_at("/download?from={from:%d%m%Y}&month={month_name:.3}#town_{year}-{month:02}.csv")
    site.put("/download?from=01042018&month=Apr", APRIL)

    assert town.take_in().counts == Counter(checking=1)

    assert town.states() == [("town_2018-04.csv", "checking")]


def test_links_are_decoded_followed_at_home_only_and_never_up(
    site: WebServer, other_server: WebServer, town_at: TownAt
) -> None:
    links = [
        "/data/town_2018%2D04.csv",
        "/data/town_2018%2D04.csv#again",
        "about.html",
        "/contact",
        "archive/",
        "..%2F..%2Ftown_2018-05.csv",
        "..%5Ctown_2018-06.csv",
        "town_2018-07.csv%0Aforged%20line.csv",
        f"http://127.0.0.1:{other_server.port}/town_2018-08.csv",
        "http://[bad/town_2018-08.csv",
        "mailto:clerk@example.org",
        "javascript:void(0)",
        "wrong name.csv",
    ]
    page = "".join(f'<p><A class="x" HREF="{link}">a file</A>' for link in links)
    site.pages["/spend"] = Page(f"<!-- <a href='town_2018-06.csv'> --> {page}".encode(), HTML)
    site.put("/data/town_2018-04.csv", APRIL)
    site.put("/wrong name.csv", MAY)
    for path in ("/town_2018-05.csv", "/town_2018-06.csv", "/town_2018-08.csv"):
        site.put(path, MAY)
        other_server.put(path, MAY)

    report = town_at("/spend").take_in()

    assert report.counts == Counter(checking=1, refused=1)
    assert report.refusals[0].what == "The file's name does not say its period."
    assert {path for _, path in site.asked} == {
        "/spend",
        "/data/town_2018-04.csv",
        "/town_2018-07.csv%0Aforged%20line.csv",
        "/wrong%20name.csv",
    }
    assert other_server.asked == []


def test_a_version_stands_in_for_the_time_that_is_not_told(site: WebServer, town_at: TownAt) -> None:
    town = town_at("/files/")
    site.put("/files/town_2018-04.csv", APRIL, None, ETag='"v1"')
    assert town.take_in().counts == Counter(checking=1)
    assert town.rows("select modified_at, etag from ops.delivery") == [(None, "v1")]

    site.asked.clear()
    assert town.take_in().counts == Counter()
    assert methods(site)["HEAD"] == 1

    # The same size, but not the same file.
    site.put("/files/town_2018-04.csv", APRIL.replace(b"10.00", b"20.00"), None, ETag='"v2"')
    assert town.take_in().counts == Counter(checking=1)


@pytest.mark.parametrize("has_length", [True, False])
def test_a_server_that_says_nothing_of_its_files_is_read_to_see_what_changed(
    has_length: bool, site: WebServer, town_at: TownAt
) -> None:
    town = town_at("/files/")
    page = site.put("/files/town_2018-04.csv", APRIL, None)
    page.has_length = has_length
    assert town.take_in().counts == Counter(checking=1)
    assert town.take_in().counts == Counter()
    assert town.waiting() == []

    page.body = APRIL.replace(b"10.00", b"20.00")
    assert town.take_in().counts == Counter(checking=1)
    assert len(town.states()) == 2


def test_a_server_without_head_is_asked_otherwise(site: WebServer, town_at: TownAt) -> None:
    site.put("/files/town_2018-04.csv", APRIL).takes_head = False

    assert town_at("/files/").take_in().counts == Counter(checking=1)


def test_a_body_that_is_shorter_than_was_said_is_dropped(site: WebServer, town_at: TownAt) -> None:
    town = town_at("/files/")
    page = site.put("/files/town_2018-04.csv", APRIL)
    real = page.body

    class Shrinking(dict[str, Page]):
        def get(self, path: str, default: object = None) -> Page | None:  # type: ignore[override]
            found = super().get(path)
            # Whole to whoever asks for its size, cut to whoever fetches it.
            if found is page:
                page.body = real if site.asked[-1][0] == "HEAD" else real[:20]
            return found

    site.pages = Shrinking(site.pages)
    report = town.take_in()
    site.pages = dict(site.pages)

    assert report.counts == Counter(waiting=1)
    assert report.refusals[0].what == f"The file ended after 20 of {len(APRIL)} bytes; none were kept."
    assert town.landed() == []


@pytest.mark.parametrize(
    ("status", "what"),
    [
        (500, "The server answered 500."),
        (401, "The server does not let us in."),
        (403, "The server does not let us in."),
        (418, "The server answered 418."),
        (404, "It is not there."),
    ],
)
def test_what_a_server_answers_is_told(status: int, what: str, site: WebServer, town_at: TownAt) -> None:
    town = town_at("/spend")
    site.pages["/spend"] = Page(status=status)

    report = town.take_in()

    assert report.counts == Counter(waiting=1)
    assert report.refusals[0].what == what
    assert report.refusals[0].where == f"town: {town.source.location}"


def test_one_file_that_the_server_cannot_give_is_no_missing_one(site: WebServer, town_at: TownAt) -> None:
    site.put("/town_2018-04.csv", APRIL)
    site.pages["/town_2018-05.csv"] = Page(status=503)

    report = town_at("/town_{year}-{month:02}.csv").take_in()

    assert [refusal.what for refusal in report.refusals] == ["The server answered 503."]


def test_a_password_goes_to_its_own_server_only(
    site: WebServer, other_server: WebServer, town_at: TownAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "http://town:web%20secret@127.0.0.1")
    town = town_at(f"http://town_place@127.0.0.1:{site.port}/files/")
    site.put("/files/town_2018-04.csv", APRIL)
    assert town.take_in().counts == Counter(checking=1)
    assert set(site.credentials) == {"Basic dG93bjp3ZWIgc2VjcmV0"}

    to = f"http://127.0.0.1:{other_server.port}/files/"
    site.pages["/files/"] = Page(status=302, headers={"Location": to})
    report = town.take_in()
    assert report.refusals[0].what == f"The server sends us on to http://127.0.0.1:{other_server.port}."
    assert other_server.asked == []

    monkeypatch.setenv(VARIABLE, "http://town:web%20secret@example.org")
    report = town.take_in()
    assert "is for example.org, and the location is at 127.0.0.1" in report.refusals[0].what


def test_a_page_may_send_on_within_its_server_but_not_for_ever(site: WebServer, town_at: TownAt) -> None:
    site.put("/files/town_2018-04.csv", APRIL)
    site.pages["/spend"] = Page(status=301, headers={"Location": "/files/"})
    assert town_at("/spend").take_in().counts == Counter(checking=1)

    site.pages["/files/"] = Page(status=302, headers={"Location": "/spend"})
    (refusal,) = town_at("/spend").take_in().refusals
    assert refusal.what == "The server sends us on more than 5 times."


def test_times_of_all_spellings_are_read(site: WebServer, town_at: TownAt) -> None:
    town = town_at("/files/")
    site.put("/files/town_2018-04.csv", APRIL, None, **{"Last-Modified": formatdate(1_700_000_000), "ETag": '"x"'})
    site.put("/files/town_2018-05.csv", MAY, None, **{"Last-Modified": "yesterday", "ETag": '"y"'})

    assert town.take_in().counts == Counter(checking=2)

    assert town.rows("select extract(epoch from modified_at)::bigint, etag from ops.delivery order by file_name") == [
        (1_700_000_000, None),
        (None, "y"),
    ]
