"""What waits for somebody, and the alerts about it: one a thing, opened once, closed when mended."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.load import (
    Standing,
    concerns_of,
    decide,
    read_ledger,
    record_refused,
    record_seen,
    register_source,
    watch,
)
from star_warehouse.load.alerting import Alert
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Period, Source
from tests.builders import SNAPSHOT, SPEND, declare
from tests.settling import settle
from tests.unit.load.test_settling import APRIL, MAY, bring, file

TODAY = date(2018, 6, 1)


@pytest.fixture
def town(tmp_path: Path) -> Source:
    return declare(tmp_path)


def refused(warehouse: Warehouse, source: Source, name: str, reason: str = "It is empty.") -> int:
    with warehouse.connect(autocommit=True) as connection:
        register_source(connection, source)
        delivery_id = record_seen(connection, source, "inbox", file(name), "run-1")
        refusal = Refusal(reason, where=f"{source.id}: {name}", way_out="Send it again.")
        record_refused(connection, delivery_id, refusal)
    return delivery_id


def current(warehouse: Warehouse, source: Source, name: str, period: Period) -> int:
    delivery_id = bring(warehouse, source, name, period)
    settle(warehouse, delivery_id, "accept")
    return delivery_id


def concerns(warehouse: Warehouse, source: Source) -> list[str]:
    return [str(one) for one in concerns_of(read_ledger(warehouse, {source.id: source}).values())]


def test_everything_that_waits_for_somebody_is_told_in_a_line_of_its_own(warehouse: Warehouse, town: Source) -> None:
    one = refused(warehouse, town, "town_2018-04.csv")
    two = refused(warehouse, town, "april.csv", "The file's name does not say its period.")
    held = bring(warehouse, town, "town_2018-05.csv", MAY)
    settle(warehouse, held, "hold", "Twice the usual.", "Compare.")

    assert concerns(warehouse, town) == [
        f"delivery {held}, town: town_2018-05.csv: Twice the usual. It brings 1 line and £1.00, and would replace "
        f"nothing. Compare. To count it: `star-warehouse accept {held} --reason …`. To leave all as it is: "
        f"`star-warehouse refuse {held} --reason …`.",
        f"delivery {one}, town: town_2018-04.csv: It is empty. Send it again.",
        f"delivery {two}, town: april.csv: The file's name does not say its period. Send it again.",
    ]


def test_a_refusal_is_mended_by_its_files_next_or_by_another_file_of_the_period(
    warehouse: Warehouse, town: Source
) -> None:
    refused(warehouse, town, "town_2018-04.csv")
    newest = refused(warehouse, town, "town_2018-04.csv", "It is blue.")
    assert concerns(warehouse, town) == [f"delivery {newest}, town: town_2018-04.csv: It is blue. Send it again."]

    current(warehouse, town, "TOWN_2018-04.csv", APRIL)
    assert concerns(warehouse, town) == []

    # A later correction that is refused stands, though the period is current.
    refused(warehouse, town, "Town_2018-04.csv")
    assert len(concerns(warehouse, town)) == 1
    (ledger,) = read_ledger(warehouse, {"town": town}).values()
    assert [arrival.standing for arrival in ledger.arrivals] == [Standing.GREEN, Standing.REFUSED]


def test_what_a_person_set_aside_waits_for_nobody(warehouse: Warehouse, town: Source) -> None:
    one = refused(warehouse, town, "april.csv")

    decide(warehouse, one, "refuse", "Came under its right name.", "Ann")

    assert concerns(warehouse, town) == []


def test_a_withdrawn_delivery_is_alerted_as_refused_and_its_period_not_as_missing(
    warehouse: Warehouse, town: Source
) -> None:
    one = current(warehouse, town, "town_2018-04.csv", APRIL)
    decide(warehouse, one, "refuse", "It was a draft.", "Ann")

    withdrawn, overdue = watch(warehouse, {"town": town}, date(2018, 12, 1), "a")

    assert (withdrawn.kind, withdrawn.period_key, withdrawn.delivery_id) == ("refused", "2018-04", one)
    assert (overdue.kind, overdue.late_period_keys) == ("overdue", ["2018-10"])
    assert overdue.missing_period_keys == ["2018-09", "2018-08", "2018-07", "2018-06", "2018-05"]


def test_a_snapshot_refused_as_older_waits_for_nobody(warehouse: Warehouse, tmp_path: Path) -> None:
    register = declare(tmp_path, SNAPSHOT)
    current(warehouse, register, "register_2018-06-30.csv", Period("2018-06-30", date(2018, 6, 30), date(2018, 6, 30)))
    refused(warehouse, register, "register_2018-03-31.csv")
    assert concerns(warehouse, register) != [], "not accepted by the source, so its name says no period"
    refused(warehouse, register, "register_2018-05-31.csv")
    assert len(concerns(warehouse, register)) == 1


def test_a_part_year_file_covers_up_to_its_last_payment(warehouse: Warehouse, town: Source) -> None:
    year = Period("2018/19", date(2018, 4, 1), date(2019, 3, 31))
    current(warehouse, town, "year.csv", year)  # its one payment is of 1 April

    (ledger,) = read_ledger(warehouse, {"town": town}).values()

    assert [(one.start, one.end) for one in ledger.arrivals] == [(date(2018, 4, 1), date(2018, 4, 1))]


def rows(warehouse: Warehouse) -> list[tuple[object, ...]]:
    with warehouse.connect() as connection:
        return connection.execute(
            """
            select kind, source_id, late_period_keys, missing_period_keys, run_id, closed_at is null
            from ops.alert order by alert_id
            """
        ).fetchall()


def test_an_overdue_source_is_alerted_anew_only_when_a_period_is_newly_late_or_missing(
    warehouse: Warehouse, town: Source
) -> None:
    sources = {"town": town}
    assert watch(warehouse, sources, date(2018, 5, 20), "day-1") == []

    (late,) = watch(warehouse, sources, date(2018, 5, 21), "day-2")
    assert late == Alert("overdue", "town", None, None, "town: 1 period is late: 2018-04.", ["2018-04"], [])
    assert watch(warehouse, sources, date(2018, 5, 22), "day-3") == []

    # April has been late for 30 days on 19 June; May is due by the 20th.
    (missing,) = watch(warehouse, sources, date(2018, 6, 20), "day-4")
    assert missing.message == "town: 1 period is missing: 2018-04."
    (both,) = watch(warehouse, sources, date(2018, 6, 21), "day-5")
    assert both.message == "town: 1 period is late: 2018-05. 1 period is missing: 2018-04."
    assert rows(warehouse) == [
        ("overdue", "town", ["2018-04"], [], "day-2", False),
        ("overdue", "town", [], ["2018-04"], "day-4", False),
        ("overdue", "town", ["2018-05"], ["2018-04"], "day-5", True),
    ]


def test_the_alert_of_a_source_that_owes_less_says_so_silently_and_is_closed_when_it_owes_nothing(
    warehouse: Warehouse, town: Source
) -> None:
    sources = {"town": town}
    watch(warehouse, sources, date(2018, 6, 21), "day-1")

    current(warehouse, town, "town_2018-04.csv", APRIL)
    assert watch(warehouse, sources, date(2018, 6, 21), "day-2") == []
    assert rows(warehouse) == [("overdue", "town", ["2018-05"], [], "day-1", True)]

    current(warehouse, town, "town_2018-05.csv", MAY)
    assert watch(warehouse, sources, date(2018, 6, 21), "day-3") == []
    assert [row[-1] for row in rows(warehouse)] == [False]


def test_a_source_that_owes_much_names_the_newest_and_counts_the_rest(warehouse: Warehouse, town: Source) -> None:
    # Due 20 days after its end, missing 30 days later: on 1 December October is late.
    (alert,) = watch(warehouse, {"town": town}, date(2018, 12, 1), "day-1")
    assert alert.message == (
        "town: 1 period is late: 2018-10. 6 periods are missing: 2018-09, 2018-08, 2018-07, 2018-06, 2018-05, 2018-04."
    )

    (alert,) = watch(warehouse, {"town": town}, date(2030, 1, 1), "day-2")
    assert alert.message == (
        "town: 72 periods are missing: 2024-03, 2024-02, 2024-01, 2023-12, 2023-11, 2023-10 "
        "and 66 more back to 2018-04."
    )


def test_a_second_try_of_the_same_run_tells_the_same_again(warehouse: Warehouse, town: Source) -> None:
    first = watch(warehouse, {"town": town}, TODAY, "day-1")
    assert first
    assert watch(warehouse, {"town": town}, TODAY, "day-1") == first
    assert watch(warehouse, {"town": town}, TODAY, "day-2") == []


def test_refused_and_held_deliveries_are_alerted_and_a_mended_one_is_closed(warehouse: Warehouse, town: Source) -> None:
    current(warehouse, town, "town_2018-04.csv", APRIL)
    bad = refused(warehouse, town, "town_2018-05.csv")
    held = bring(warehouse, town, "Town_2018-04.csv", APRIL)
    settle(warehouse, held, "hold", "Odd.", "Look.")

    opened = watch(warehouse, {"town": town}, TODAY, "day-1")
    assert [(one.kind, one.period_key, one.delivery_id) for one in opened] == [
        ("refused", "2018-05", bad),
        ("held", "2018-04", held),
    ]
    assert opened[1].message.startswith(f"Held: delivery {held}, town: Town_2018-04.csv: Odd.")

    decide(warehouse, held, "accept", "Fine.", "Ann")
    current(warehouse, town, "town_2018-05.csv", MAY)
    assert watch(warehouse, {"town": town}, TODAY, "day-2") == []
    assert not any(row[-1] for row in rows(warehouse))

    # The same period going wrong anew is a new thing.
    refused(warehouse, town, "town_2018-05.csv")
    assert len(watch(warehouse, {"town": town}, TODAY, "day-3")) == 1


def test_a_refused_period_is_not_owed_as_well(warehouse: Warehouse, town: Source) -> None:
    refused(warehouse, town, "town_2018-04.csv")

    first, overdue = watch(warehouse, {"town": town}, date(2019, 1, 1), "day-1")

    assert first.kind == "refused"
    assert (overdue.late_period_keys, overdue.missing_period_keys[-1]) == (["2018-11"], "2018-05")


def test_a_period_of_no_source_any_more_is_closed(warehouse: Warehouse, town: Source, tmp_path: Path) -> None:
    watch(warehouse, {"town": town}, TODAY, "day-1")
    shorter = declare(tmp_path, SPEND, ("from: 2018-04-01", "from: 2018-05-01"))

    watch(warehouse, {"town": shorter}, TODAY, "day-2")

    assert [row[-1] for row in rows(warehouse)] == [False]
