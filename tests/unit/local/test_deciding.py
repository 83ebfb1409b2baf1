"""Whoever names no delivery by its number is told the numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.local.deciding import delivery_numbers
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from tests.builders import SPEND, declare, spend_file
from tests.unit.receive.test_intake import Town

LINE = "Acme,7,03/04/2018,10.00,Pens"


@pytest.fixture
def here(settings: Settings, tmp_path: Path) -> Settings:
    return replace(settings, repository=tmp_path / "checkout")


@pytest.fixture
def town(here: Settings, warehouse: Warehouse) -> Town:
    """One delivery is current, one is held, one was refused."""
    town = Town(declare(here.sources_folder, SPEND), here, warehouse)
    for name, lines in (("town_2018-04.csv", [LINE] * 5), ("TOWN_2018-04.csv", [LINE]), ("may.csv", [LINE] * 2)):
        town.put(name, spend_file(*lines))
        town.take_in()
        town.accept()
    assert [state for _, state in town.states()] == ["loaded", "held", "refused"]
    return town


def test_numbers_are_taken_as_they_are(here: Settings, warehouse: Warehouse) -> None:
    assert delivery_numbers(here, warehouse, "accept", ["7", "12"]) == [7, 12]


HELD = "There is 2 (town: TOWN_2018-04.csv, held)."
BOTH = "There are 2 (town: TOWN_2018-04.csv, held), 3 (town: may.csv, refused)."


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("decision", "named", "what"),
    [
        ("accept", [], f"No delivery is named. {HELD}"),
        ("refuse", [], f"No delivery is named. {BOTH}"),
        ("accept", ["town"], f"'town' is not the number of a delivery. {HELD}"),
        ("refuse", ["may.csv"], "'may.csv' is not the number of a delivery. There is 3 (town: may.csv, refused)."),
        ("refuse", ["2018-04"], f"'2018-04' is not the number of a delivery. {BOTH}"),
        ("accept", ["2", "TOWN_2018-04.csv"], f"'2 TOWN_2018-04.csv' is not the number of a delivery. {HELD}"),
        ("accept", ["-2"], f"'-2' is not the number of a delivery. {HELD}"),
    ],
)
def test_what_is_no_number_is_answered_with_the_numbers(
    here: Settings, warehouse: Warehouse, decision: str, named: list[str], what: str
) -> None:
    with pytest.raises(Refusal) as refused:
        delivery_numbers(here, warehouse, decision, named)  # type: ignore[arg-type]

    assert refused.value.what == what
    assert f"`star-warehouse {decision} NUMBER --reason …`" in refused.value.way_out


def test_where_nothing_waits_it_says_so(here: Settings, warehouse: Warehouse) -> None:
    declare(here.sources_folder, SPEND)

    with pytest.raises(Refusal, match="No delivery is named. None waits: there is nothing to accept"):
        delivery_numbers(here, warehouse, "accept", [])
