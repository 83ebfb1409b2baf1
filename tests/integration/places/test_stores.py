"""Buckets and containers: folders that are none, and stores that are not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.settings import Settings
from tests.builders import SPEND, declare, spend_file
from tests.integration.places.conftest import LOCATION, RemoteTown
from tests.integration.places.shelves import VARIABLE, Shelf
from tests.servers.wire import Wire

APRIL = spend_file("Acme,7,03/04/2018,10.00,Pens")


@pytest.fixture(params=["s3", "azure"])
def store(request: pytest.FixtureRequest) -> Shelf:
    """Each store in turn, with nothing in it."""
    shelf: Shelf = request.getfixturevalue(request.param)
    shelf.clear()
    return shelf


@pytest.fixture
def town_at(
    store: Shelf,
    wire_to: Callable[[int], Wire],
    tmp_path: Path,
    settings: Settings,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[str], RemoteTown]:
    """Declare the town at a place of the store: what stands for the bucket or container is replaced."""
    wire = wire_to(store.port)
    monkeypatch.setenv(VARIABLE, store.variable(wire))

    def declare_at(place: str) -> RemoteTown:
        scheme = store.location(wire).partition("://")[0]
        location = f"{scheme}://town_place@{place}"
        source = declare(tmp_path, SPEND, (LOCATION, f"{LOCATION}location: '{location}'\n"))
        return RemoteTown(source, settings, warehouse)

    return declare_at


def test_a_folder_is_there_as_soon_as_it_holds_a_file(store: Shelf, town_at: Callable[[str], RemoteTown]) -> None:
    town = town_at("town/spend")
    assert town.take_in().counts == Counter()

    store.put("archive/town_2018-05.csv", APRIL)
    store.put("town_2018-04.csv", APRIL)
    assert town.take_in().counts == Counter(checking=1)
    assert town.states() == [("town_2018-04.csv", "checking")]


def test_a_store_that_is_not_there_is_told(town_at: Callable[[str], RemoteTown]) -> None:
    report = town_at("nowhere/spend").take_in()

    assert report.counts == Counter(waiting=1)
    assert report.refusals[0].what == "It is not there."


def test_files_may_lie_in_no_folder_at_all(store: Shelf, town_at: Callable[[str], RemoteTown]) -> None:
    store.put("town_2018-04.csv", APRIL)

    assert town_at("town").take_in().counts == Counter()
