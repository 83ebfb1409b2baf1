"""What becomes of the deliveries that are not simply the next month: each outcome is defined, from file to ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.load import decide
from star_warehouse.receive import deliver
from star_warehouse.settings import Settings
from tests.builders import SPEND, declare, spend_file
from tests.settling import settle
from tests.unit.receive.test_intake import Town

Make = Callable[..., Town]
APRIL = "Acme,7,03/04/2018,10.00,Pens"
MAY = "Acme,7,03/05/2018,20.00,Pens"
JUNE = "Acme,7,03/06/2018,30.00,Pens"
TO_DATE = ("every: month", "every: year_to_date")


@pytest.fixture
def make(tmp_path: Path, settings: Settings, warehouse: Warehouse) -> Make:
    def made(*changes: tuple[str, str]) -> Town:
        return Town(declare(tmp_path, SPEND, *changes), settings, warehouse)

    return made


def came(town: Town, name: str, *lines: str) -> Counter[str]:
    """Deliver a file, take it in and carry out the verdict that its checks passed."""
    town.put(name, spend_file(*lines))
    counts = town.take_in().counts
    town.accept()
    return counts


def test_a_year_to_date_file_replaces_last_months_shorter_one_and_never_goes_back(make: Make) -> None:
    town = make(TO_DATE)
    came(town, "town_2018-04.csv", APRIL)
    came(town, "town_2018-06.csv", APRIL, MAY, JUNE)
    assert [state for _, state in town.states()] == ["superseded", "loaded"]
    assert town.rows("select period_key, period_start_date::text, period_end_date::text from ops.delivery") == [
        ("2018/19", "2018-04-01", "2018-04-30"),
        ("2018/19", "2018-04-01", "2018-06-30"),
    ]

    # Refused before it is read, for its name says it all.
    assert came(town, "town_2018-05.csv", APRIL, MAY) == Counter(refused=1)
    ((reason, way_out),) = town.rows("select reason, way_out from ops.delivery where state = 'refused'")
    assert reason == (
        "town: town_2018-05.csv: The file goes to 2018-05-31 and is older than the current one of 2018/19, "
        "town_2018-06.csv, which goes to 2018-06-30."
    )
    assert way_out == "Nothing needs to be done; the newer one stays current."
    assert town.rows("select sum(amount_net_gbp) from raw.spend_line join ops.delivery using (delivery_id) "
                     "where state = 'loaded'") == [(Decimal("60.00"),)]  # fmt: skip


def test_an_older_year_to_date_file_that_waits_beside_the_newer_one_comes_first(make: Make) -> None:
    town = make(TO_DATE)
    town.put("town_2018-06.csv", spend_file(APRIL, MAY, JUNE))
    town.put("town_2018-05.csv", spend_file(APRIL, MAY))
    town.take_in()
    town.accept()

    assert dict(town.states()) == {"town_2018-06.csv": "loaded", "town_2018-05.csv": "superseded"}


def test_a_held_year_to_date_file_is_not_forgotten_when_an_earlier_month_is_corrected(make: Make) -> None:
    town = make(TO_DATE)
    came(town, "town_2018-05.csv", *[APRIL] * 4, MAY)
    came(town, "town_2018-06.csv", JUNE)
    assert [state for _, state in town.states()] == ["loaded", "held"]

    came(town, "Town_2018-05.csv", *[APRIL] * 5, MAY)
    assert [state for _, state in town.states()] == ["superseded", "held", "loaded"]

    # What reaches as far as the held one takes its place too.
    came(town, "Town_2018-06.csv", *[APRIL] * 5, MAY, JUNE)
    assert [state for _, state in town.states()] == ["superseded", "superseded", "superseded", "loaded"]


def test_a_month_after_the_feed_went_yearly_is_refused(make: Make, tmp_path: Path) -> None:
    town = make()
    came(town, "town_2018-04.csv", APRIL)
    came(town, "town_2018-05.csv", MAY)
    town.source = declare(
        tmp_path, SPEND, ("(?P<month>\\d{2})", "(?P<year_end>\\d{2})"), ("?P<year>", "?P<year_start>"),
        ("town_2018-04.csv", "town_2018-19.csv"), ("every: month", "every: year"),
    )  # fmt: skip

    came(town, "town_2018-19.csv", APRIL, MAY, JUNE)
    assert [state for _, state in town.states()] == ["loaded", "loaded", "held"]
    assert decide(town.warehouse, 3, "accept", "They deliver years now.", "Ann").state == "loaded"
    assert [state for _, state in town.states()] == ["superseded", "superseded", "loaded"]

    town.source = declare(tmp_path)
    came(town, "town_2018-06.csv", JUNE)
    assert town.states()[-1] == ("town_2018-06.csv", "refused")


def test_a_file_that_shrinks_by_half_is_held_until_a_person_decides(make: Make) -> None:
    town = make()
    came(town, "town_2018-04.csv", *[APRIL] * 5)
    came(town, "Town_2018-04.csv", *[APRIL] * 3)
    assert [state for _, state in town.states()] == ["superseded", "loaded"]

    came(town, "TOWN_2018-04.csv", APRIL)
    assert [state for _, state in town.states()] == ["superseded", "loaded", "held"]
    assert town.waiting() == []

    # The whole month comes after all: it takes the place of both.
    came(town, "town_2018-04.CSV", *[APRIL] * 4)
    assert [state for _, state in town.states()] == ["superseded", "superseded", "superseded", "loaded"]


def test_held_bytes_under_another_name_are_a_repeat(make: Make) -> None:
    town = make()
    came(town, "town_2018-04.csv", *[APRIL] * 5)
    came(town, "Town_2018-04.csv", APRIL)

    assert came(town, "TOWN_2018-04.csv", APRIL) == Counter(repeat=1)
    assert town.rows("select repeat_of, reason from ops.delivery where state = 'repeat'") == [
        (2, "The same bytes came before, as Town_2018-04.csv (delivery 2).")
    ]


def test_a_correction_of_a_final_period_is_held_but_a_first_file_is_not(make: Make) -> None:
    town = make(("late_after_days: 20", "late_after_days: 20, final_after_days: 90"))
    came(town, "town_2018-04.csv", APRIL)
    came(town, "Town_2018-04.csv", APRIL, APRIL)

    assert [state for _, state in town.states()] == ["loaded", "held"]
    ((reason,),) = town.rows("select reason from ops.delivery where state = 'held'")
    assert reason.startswith("2018-04 has been final since 2018-07-29, 90 days after its end.")


def test_the_same_bytes_twice_in_one_listing_and_two_takers_at_once(make: Make) -> None:
    town = make()
    for name in ("town_2018-04.csv", "TOWN_2018-04.csv", "Town_2018-04.csv"):
        town.put(name, spend_file(APRIL))

    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(town.take_in, ["one", "two"]))

    assert sum((report.counts for report in reports), Counter()) == Counter(checking=1, repeat=2)
    town.accept()
    assert sorted(state for _, state in town.states()) == ["loaded", "repeat", "repeat"]
    assert town.rows("select count(*) from raw.spend_line") == [(1,)]


def test_two_verdicts_at_once_leave_one_current(make: Make) -> None:
    town = make()
    for number, name in enumerate(("town_2018-04.csv", "Town_2018-04.csv", "TOWN_2018-04.csv", "town_2018-04.CSV"), 2):
        town.put(name, spend_file(*[APRIL] * number))
    pending = town.take_in().delivery_ids
    with ThreadPoolExecutor(len(pending)) as pool:
        list(pool.map(lambda number: settle(town.warehouse, number, "accept"), pending))

    assert len(pending) == 4
    assert Counter(state for _, state in town.states())["loaded"] == 1


def test_what_was_refused_by_mistake_is_delivered_again_and_accepted(make: Make, tmp_path: Path) -> None:
    town = make()
    came(town, "town_2018-04.csv", *[APRIL] * 5)
    original = tmp_path / "as it came" / "TOWN_2018-04.csv"
    original.parent.mkdir()
    original.write_bytes(spend_file(APRIL))
    deliver(town.source, [original], town.settings)
    town.take_in()
    town.accept()
    assert "deliver the same file again" in str(decide(town.warehouse, 2, "refuse", "Oops.", "Ann"))
    assert town.waiting() == [], "what lies where it lay is not looked at again"

    deliver(town.source, [original], town.settings)
    assert town.waiting() == [original.name]
    town.take_in()
    town.accept()

    assert [state for _, state in town.states()] == ["loaded", "refused", "held"]
    ((reason,),) = town.rows("select reason from ops.delivery where delivery_id = 3")
    assert "The same bytes came as delivery 2, which Ann refused: Oops." in reason
    assert decide(town.warehouse, 3, "accept", "It is right.", "Ann").replaced == ("town_2018-04.csv",)
    assert [state for _, state in town.states()] == ["superseded", "refused", "loaded"]


def test_a_file_withdrawn_by_a_person_does_not_come_back_with_a_new_declaration(make: Make, tmp_path: Path) -> None:
    town = make()
    came(town, "town_2018-04.csv", APRIL)
    decide(town.warehouse, 1, "refuse", "It was a draft.", "Ann")

    town.source = declare(tmp_path, SPEND, ("late_after_days: 20", "late_after_days: 25"))

    assert town.waiting() == []
