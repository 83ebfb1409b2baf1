"""The period that a file's name says."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from star_warehouse.refusal import Refusal
from star_warehouse.sources import Source
from star_warehouse.sources.period import period_from_groups
from tests.builders import SNAPSHOT, SPEND, declare

WORDS = r"(?P<month_name>[a-z]+) (?P<year>\d{4})"
RANGE = r"(?P<from>\d+)_(?P<to>\d+)"
QUARTER = r"(?P<year>\d{4})[ -]Q(?P<quarter>\d)"
FY_QUARTER = r"(?P<fy_start>\d{4})[^ ]* Q(?P<fy_quarter>\d)"
YEARS = r"(?P<year_start>\d+)-(?P<year_end>\d+)"
MONTH = r"town_(?P<year>\d{4})-(?P<month>\d{2})\.csv"


def named(folder: Path, pattern: str, example: str, every: str) -> Source:
    return declare(
        folder, SPEND, (MONTH, pattern), ("town_2018-04.csv", f"{example!r}"), ("every: month", f"every: {every}")
    )


@pytest.mark.parametrize(
    ("pattern", "every", "name", "key", "first", "last"),
    [
        (MONTH, "month", "town_2018-04.csv", "2018-04", date(2018, 4, 1), date(2018, 4, 30)),
        (MONTH, "month", "TOWN_2020-02.CSV", "2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        (WORDS, "month", "Dec 2018", "2018-12", date(2018, 12, 1), date(2018, 12, 31)),
        (WORDS, "month", "SEPT 2019", "2019-09", date(2019, 9, 1), date(2019, 9, 30)),
        (WORDS, "month", "may 2019", "2019-05", date(2019, 5, 1), date(2019, 5, 31)),
        (RANGE, "month", "20240201_20240229", "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        (r"(?P<from>.+) (?P<to>.+)", "month", "2023-01-01 2023-01-31", "2023-01", date(2023, 1, 1), date(2023, 1, 31)),
        (RANGE, "year", "20190401_20200331", "2019/20", date(2019, 4, 1), date(2020, 3, 31)),
        (RANGE, "quarter", "20190401_20190630", "2019-Q2", date(2019, 4, 1), date(2019, 6, 30)),
        (RANGE, "quarter", "20200101_20200331", "2020-Q1", date(2020, 1, 1), date(2020, 3, 31)),
        (RANGE, "year_to_date", "20190401_20190430", "2019/20", date(2019, 4, 1), date(2019, 4, 30)),
        (RANGE, "year_to_date", "20190401_20200115", "2019/20", date(2019, 4, 1), date(2020, 1, 15)),
        (MONTH, "year_to_date", "town_2020-02.csv", "2019/20", date(2019, 4, 1), date(2020, 2, 29)),
        (WORDS, "year_to_date", "April 2019", "2019/20", date(2019, 4, 1), date(2019, 4, 30)),
        (QUARTER, "quarter", "2022-Q1", "2022-Q1", date(2022, 1, 1), date(2022, 3, 31)),
        (QUARTER, "quarter", "2022 Q4", "2022-Q4", date(2022, 10, 1), date(2022, 12, 31)),
        (FY_QUARTER, "quarter", "2021-22 Q1", "2021-Q2", date(2021, 4, 1), date(2021, 6, 30)),
        (FY_QUARTER, "quarter", "2021-22 Q3", "2021-Q4", date(2021, 10, 1), date(2021, 12, 31)),
        (FY_QUARTER, "quarter", "2021 Q4", "2022-Q1", date(2022, 1, 1), date(2022, 3, 31)),
        (YEARS, "year", "2018-19", "2018/19", date(2018, 4, 1), date(2019, 3, 31)),
        (r"(?P<calendar_year>\d{4})", "year", "2019", "2019", date(2019, 1, 1), date(2019, 12, 31)),
        (YEARS, "year", "2022-2023", "2022/23", date(2022, 4, 1), date(2023, 3, 31)),
    ],
)  # fmt: skip
def test_a_name_says_its_period(
    tmp_path: Path, pattern: str, every: str, name: str, key: str, first: date, last: date
) -> None:
    period = named(tmp_path, pattern, name, every).period_of(name)

    assert (period.key, period.start, period.end) == (key, first, last)


def test_a_snapshot_is_its_day(tmp_path: Path) -> None:
    period = declare(tmp_path, SNAPSHOT).period_of("register_2024-03-31.csv")

    assert (period.key, period.start, period.end) == ("2024-03-31", date(2024, 3, 31), date(2024, 3, 31))


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("payments.csv", "does not say its period"),
        ("town_2018-04.csv.csv", "does not say its period"),
        ("town_2018-4.csv", "does not say its period"),
        ("town_2018-13.csv", "13 is not a month"),
        ("town_2018-00.csv", "0 is not a month"),
        ("town_2018-03.csv", "The period 2018-03 is not accepted here"),
        ("town_2024-04.csv", "delivers from 2018-04-01 to 2024-03-31"),
        ("town_2108-04.csv", "The period 2108-04 is not accepted here"),
    ],
)
def test_a_wrong_name_is_refused_with_an_example(tmp_path: Path, name: str, what: str) -> None:
    with pytest.raises(Refusal) as refusal:
        declare(tmp_path).period_of(name)

    assert refusal.value.where == f"town: {name}"
    assert what in refusal.value.what
    assert "town_2018-04.csv" in refusal.value.way_out or "Check the year" in refusal.value.way_out


@pytest.mark.parametrize(
    ("pattern", "every", "example", "name", "what"),
    [
        (YEARS, "year", "2023-24", "2023-34", "2023-24 would be one"),
        (YEARS, "year", "2023-24", "2023-25", "is not a financial year"),
        (WORDS, "month", "May 2019", "Ma 2019", "'Ma' is not the name of a month"),
        (WORDS, "month", "May 2019", "Mai 2019", "'Mai' is not the name of a month"),
        (RANGE, "month", "20180401_20180430", "20180401_20180531", "2018-04-01 to 2018-04-30 would"),
        (RANGE, "month", "20180401_20180430", "20180402_20180430", "is not one whole month"),
        (RANGE, "month", "20180401_20180430", "20180401_20180431", "not a day of the calendar"),
        (RANGE, "month", "20180401_20180430", "180401_180430", "is not a day written as"),
        (RANGE, "quarter", "20180401_20180630", "20180401_20180531", "is not one whole quarter; 2018-04-01 to 2018-06"),
        (RANGE, "quarter", "20180401_20180630", "20180501_20180731", "is not one whole quarter; 2018-04-01 to 2018-06"),
        (RANGE, "year_to_date", "20180401_20180630", "20180501_20180731", "is not a financial year to date; 2018-04"),
        (RANGE, "year_to_date", "20180401_20180630", "20180401_20190430", "2019-04-01 to 2019-04-30 would be"),
        (QUARTER, "quarter", "2022-Q1", "2022-Q5", "5 is not a quarter"),
        (FY_QUARTER, "quarter", "2022 Q1", "2022 Q0", "0 is not a quarter"),
        (RANGE, "year", "20180401_20190331", "20180101_20181231", "not one whole financial year"),
    ],
)  # fmt: skip
def test_what_is_no_period_is_refused(
    tmp_path: Path, pattern: str, every: str, example: str, name: str, what: str
) -> None:
    with pytest.raises(Refusal) as refusal:
        named(tmp_path, pattern, example, every).period_of(name)

    assert what in refusal.value.what


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_every_day_lies_in_the_month_its_name_says(day: date) -> None:
    period = period_from_groups({"year": f"{day.year}", "month": f"{day.month:02}"}, "month")

    assert period.start <= day <= period.end
    assert period.start.day == 1
    assert (period.end + timedelta(days=1)).day == 1
    assert period.key == f"{day:%Y-%m}"
