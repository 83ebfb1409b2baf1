"""Which periods are expected by a day, and how each of them stands."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from star_warehouse.load.punctuality import (
    Arrival,
    Expected,
    Standing,
    Window,
    expected_periods,
    first_day_of,
    month_standings,
    months_to_show,
    standing_of,
)
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Source
from tests.builders import REGISTER, SNAPSHOT, SPEND, declare

PATTERN = "town_(?P<year>\\d{4})-(?P<month>\\d{2})\\.csv"
YEARLY = (
    (PATTERN, "town_(?P<year_start>\\d{4})-(?P<year_end>\\d{2})\\.csv"),
    ("example: town_2018-04.csv", "example: town_2018-19.csv"),
    ("every: month", "every: year"),
)
QUARTERLY = (
    (PATTERN, "town_(?P<year>\\d{4})-q(?P<quarter>\\d)\\.csv"),
    ("example: town_2018-04.csv", "example: town_2018-q2.csv"),
    ("every: month", "every: quarter"),
)
TO_DATE = (("every: month", "every: year_to_date"),)


def keys(source: Source, today: date) -> list[str]:
    return [period.key for period in expected_periods(source, today)]


def period(source: Source, key: str, today: date = date(2030, 1, 1)) -> Expected:
    (found,) = (one for one in expected_periods(source, today) if one.key == key)
    return found


def test_months_are_expected_from_the_first_accepted_day_until_today_or_the_last(tmp_path: Path) -> None:
    town = declare(tmp_path)
    assert keys(town, date(2018, 6, 1)) == ["2018-04", "2018-05", "2018-06"]
    assert len(keys(town, date(2030, 1, 1))) == 72  # six years, to March 2024
    assert period(town, "2018-04") == Expected("2018-04", date(2018, 4, 1), date(2018, 4, 30), date(2018, 5, 20))
    late = declare(tmp_path, SPEND, ("from: 2018-04-01, to: 2024-03-31", "from: 2018-04-02, to: 2018-07-30"))
    assert keys(late, date(2030, 1, 1)) == ["2018-05", "2018-06"]


def test_quarters_and_years_are_expected_whole(tmp_path: Path) -> None:
    accepts = ("from: 2018-04-01, to: 2024-03-31", "from: 2018-05-01, to: 2020-03-31")
    quarterly = declare(tmp_path, SPEND, *QUARTERLY, accepts)
    assert keys(quarterly, date(2019, 2, 1)) == ["2018-Q3", "2018-Q4", "2019-Q1"]
    assert period(quarterly, "2018-Q4").end == date(2018, 12, 31)
    yearly = declare(tmp_path, SPEND, *YEARLY, accepts)
    assert keys(yearly, date(2025, 1, 1)) == ["2019/20"]
    assert period(yearly, "2019/20") == Expected("2019/20", date(2019, 4, 1), date(2020, 3, 31), date(2020, 4, 20))


def test_a_year_of_the_calendar_begins_in_january(tmp_path: Path) -> None:
    pattern = (PATTERN, "town_(?P<calendar_year>\\d{4})\\.csv")
    town = declare(tmp_path, SPEND, pattern, ("example: town_2018-04", "example: town_2019"), YEARLY[2])
    assert keys(town, date(2021, 1, 1)) == ["2019", "2020", "2021"]
    assert period(town, "2019") == Expected("2019", date(2019, 1, 1), date(2019, 12, 31), date(2020, 1, 20))
    assert town.period_of("town_2019.csv").key == "2019"


APRIL = date(2018, 4, 1), date(2018, 4, 30)


@pytest.mark.parametrize(
    ("today", "standing"),
    [
        (date(2018, 4, 30), Standing.OPEN),
        (date(2018, 5, 1), Standing.DUE),
        (date(2018, 5, 20), Standing.DUE),
        (date(2018, 5, 21), Standing.LATE),
        (date(2018, 6, 19), Standing.LATE),
        (date(2018, 6, 20), Standing.MISSING),
        (date(2024, 1, 1), Standing.MISSING),
    ],
)
def test_what_did_not_come_is_due_then_late_then_missing(tmp_path: Path, today: date, standing: Standing) -> None:
    # Due by the 20th of the month after; 30 days later is 19 June.
    town = declare(tmp_path)
    assert standing_of(town, period(town, "2018-04"), [], today) is standing


@pytest.mark.parametrize(
    ("came", "standing"),
    [
        (["green"], Standing.GREEN),
        (["green", "waiting", "refused"], Standing.GREEN),
        (["green", "held"], Standing.HELD),
        (["refused", "waiting"], Standing.WAITING),
        (["refused"], Standing.REFUSED),
        ([], Standing.MISSING),
    ],
)
def test_what_came_decides_before_the_calendar(tmp_path: Path, came: list[str], standing: Standing) -> None:
    town = declare(tmp_path)
    arrivals = [Arrival(Standing(one), *APRIL) for one in came]
    assert standing_of(town, period(town, "2018-04"), arrivals, date(2020, 1, 1)) is standing
    assert standing_of(town, period(town, "2018-05"), arrivals, date(2020, 1, 1)) is Standing.MISSING


def test_a_file_for_a_year_covers_its_months_up_to_its_last_payment(tmp_path: Path) -> None:
    town = declare(tmp_path, SPEND, *YEARLY)
    year = period(town, "2018/19")
    whole = [Arrival(Standing.GREEN, year.start, year.end)]
    part = [Arrival(Standing.GREEN, year.start, date(2018, 12, 2))]
    assert set(month_standings(town, year, whole, date(2020, 1, 1)).values()) == {Standing.GREEN}
    # Due by 20 April 2019: before, the rest of the year is in time; after, it is late, then missing.
    for today, rest in ((date(2019, 4, 20), Standing.DUE), (date(2019, 4, 21), Standing.LATE)):
        months = month_standings(town, year, part, today)
        assert list(months.values()) == [Standing.GREEN] * 9 + [rest] * 3
    assert standing_of(town, year, part, date(2019, 4, 21)) is Standing.LATE
    assert standing_of(town, year, part, date(2020, 1, 1)) is Standing.MISSING


def test_a_file_for_a_quarter_covers_three_months(tmp_path: Path) -> None:
    town = declare(tmp_path, SPEND, *QUARTERLY)
    quarter = period(town, "2018-Q2")
    arrivals = [Arrival(Standing.GREEN, quarter.start, quarter.end)]
    assert month_standings(town, quarter, arrivals, date(2020, 1, 1)) == {
        date(2018, 4, 1): Standing.GREEN,
        date(2018, 5, 1): Standing.GREEN,
        date(2018, 6, 1): Standing.GREEN,
    }


def test_a_year_to_date_is_expected_month_by_month_and_must_reach_each_ones_end(tmp_path: Path) -> None:
    town = declare(tmp_path, SPEND, *TO_DATE)
    assert keys(town, date(2018, 6, 15)) == ["2018-04", "2018-05", "2018-06"]
    came = [Arrival(Standing.GREEN, date(2018, 4, 1), date(2018, 6, 15))]
    stands = {key: standing_of(town, period(town, key), came, date(2019, 6, 1)) for key in ("2018-04", "2018-05")}
    assert set(stands.values()) == {Standing.GREEN}
    assert standing_of(town, period(town, "2018-06"), came, date(2019, 6, 1)) is Standing.MISSING
    assert standing_of(town, period(town, "2019-04"), came, date(2019, 6, 1)) is Standing.LATE


def test_a_snapshot_covers_every_month_before_it(tmp_path: Path) -> None:
    register = declare(tmp_path, SNAPSHOT)
    came = [Arrival(Standing.GREEN, date(2018, 6, 30), date(2018, 6, 30))]
    stands = [
        standing_of(register, period(register, f"2018-{month:02}"), came, date(2018, 12, 15)) for month in (4, 6, 7)
    ]
    # Of July it should have come by 28 November, 120 days later.
    assert stands == [Standing.GREEN, Standing.GREEN, Standing.LATE]


def test_an_edition_of_a_register_is_owed_for_each_half_year_and_covers_every_month_before_it(tmp_path: Path) -> None:
    charities = declare(tmp_path, REGISTER)
    assert keys(charities, date(2019, 10, 1)) == ["2018-09", "2019-03", "2019-09", "2020-03"]
    half = period(charities, "2018-09")
    assert half == Expected("2018-09", date(2018, 4, 1), date(2018, 9, 30), date(2018, 11, 9))

    old, fresh = (Arrival(Standing.GREEN, day, day) for day in (date(2018, 8, 1), date(2018, 10, 1)))
    # Of the half-year to September it should have come by 9 November, 40 days later.
    assert list(month_standings(charities, half, [old], date(2018, 11, 9)).values()) == (
        [Standing.GREEN] * 4 + [Standing.DUE] * 2
    )
    assert standing_of(charities, half, [old], date(2018, 11, 10)) is Standing.LATE
    assert standing_of(charities, half, [old, fresh], date(2018, 11, 10)) is Standing.GREEN
    assert standing_of(charities, period(charities, "2019-03"), [fresh], date(2019, 5, 10)) is Standing.DUE


TODAY = date(2024, 1, 31)


def shown(window: Window) -> tuple[list[str], list[str]]:
    return [f"{month:%Y-%m}" for month in window.months], [f"{month:%Y-%m}" for month in window.left_out]


@pytest.mark.parametrize(
    ("since", "count", "first", "last", "how_many"),
    [
        (None, None, "2023-01", "2023-12", 12),
        (None, 3, "2023-10", "2023-12", 3),
        (date(2023, 11, 20), None, "2023-11", "2023-12", 2),
        (date(2022, 4, 1), 6, "2022-04", "2022-09", 6),
        (date(2023, 11, 1), 6, "2023-11", "2023-12", 2),
    ],
)
def test_whole_months_are_shown_the_last_ones_or_from_one_on(
    since: date | None, count: int | None, first: str, last: str, how_many: int
) -> None:
    months, left_out = shown(months_to_show(since, count, date(2023, 12, 31), TODAY))

    assert (months[0], months[-1], len(months), left_out) == (first, last, how_many, [])


def test_no_month_that_is_not_over_is_shown() -> None:
    assert months_to_show(date(2024, 1, 1), None, None, TODAY) == Window(())


def test_where_nothing_came_lately_it_ends_with_the_newest_that_came_and_tells_the_others() -> None:
    months, left_out = shown(months_to_show(None, 3, date(2023, 4, 30), TODAY))
    assert (months, left_out[0], left_out[-1], len(left_out)) == (
        ["2023-02", "2023-03", "2023-04"], "2023-05", "2023-12", 8,
    )  # fmt: skip
    # What is missing behind a month that came, or where nothing ever came, is shown as ever.
    for newest in (date(2023, 10, 1), None):
        assert shown(months_to_show(None, 3, newest, TODAY)) == (["2023-10", "2023-11", "2023-12"], [])


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2023-04", date(2023, 4, 1)),
        ("2023-Q3", date(2023, 7, 1)),
        ("2023/24", date(2023, 4, 1)),
        ("2023", date(2023, 1, 1)),
        ("2023-05-17", date(2023, 5, 17)),
    ],
)
def test_a_person_names_a_period(text: str, day: date) -> None:
    assert first_day_of(text) == day


@pytest.mark.parametrize("text", ["", "23", "2023-13", "2023-Q5", "last year", "2023-02-30"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="is not a period"):
        first_day_of(text)


def test_missing_begins_thirty_days_after_late(tmp_path: Path) -> None:
    town = declare(tmp_path, SPEND, *YEARLY)
    year = period(town, "2018/19")
    assert standing_of(town, year, [], year.due + timedelta(days=30)) is Standing.LATE
    assert standing_of(town, year, [], year.due + timedelta(days=31)) is Standing.MISSING
