"""The period that a file's name says, found without a declaration; the days in the file decide between two readings."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest

from star_warehouse.onboard.naming import best_naming, naming_for, namings
from star_warehouse.sources.period import period_from_groups

MARCH_22 = Counter({date(2022, 1, 5): 3, date(2022, 3, 31): 4})
JULY_21 = Counter({date(2021, 7, 5): 3, date(2021, 9, 30): 4})


@pytest.mark.parametrize(
    ("name", "days", "key", "cadence"),
    [
        ("town_2018-04.csv", Counter({date(2018, 4, 3): 1}), "2018-04", "month"),
        ("town 201804.csv", Counter(), "2018-04", "month"),
        ("town 04-2018.csv", Counter(), "2018-04", "month"),
        ("Spend_April_2018.csv", Counter(), "2018-04", "month"),
        ("2018 Sept spend.csv", Counter(), "2018-09", "month"),
        ("spend_20180401_20180430.csv", Counter(), "2018-04", "month"),
        ("spend 2018-04-01 to 2018-06-30.csv", Counter(), "2018-Q2", "quarter"),
        ("spend 20180401-20181130.csv", Counter(), "2018/19", "year_to_date"),
        ("spend-2018-19.csv", Counter(), "2018/19", "year"),
        ("spend 2018-2019.csv", Counter(), "2018/19", "year"),
        ("spend 2011-12.csv", Counter({date(2011, 5, 1): 1, date(2012, 1, 1): 1}), "2011/12", "year"),
        ("spend 2011-12.csv", Counter({date(2011, 12, 1): 9}), "2011/12", "year"),
        ("spend 2019.csv", Counter({date(2019, 2, 1): 5}), "2019", "year"),
        ("2021-Q4.csv", MARCH_22, "2022-Q1", "quarter"),
        ("2021 Q3.csv", JULY_21, "2021-Q3", "quarter"),
        ("Q4 2021-22.csv", MARCH_22, "2022-Q1", "quarter"),
        ("Q2_2021.csv", JULY_21, "2021-Q3", "quarter"),
        ("spend_2018-06.csv", Counter({date(2018, 4, 1): 5, date(2018, 5, 1): 5, date(2018, 6, 1): 5}), "2018/19",
         "year_to_date"),
    ],
)  # fmt: skip
def test_a_name_says_its_period(name: str, days: Counter[date], key: str, cadence: str) -> None:
    naming, _ = best_naming(name, days, is_snapshot=False)

    assert naming is not None
    assert (naming.period.key, naming.cadence) == (key, cadence)
    match = re.fullmatch(naming.pattern, name, re.IGNORECASE)
    assert match is not None
    assert period_from_groups(match.groupdict(), naming.cadence) == naming.period


def test_late_lines_do_not_make_another_period_of_a_month() -> None:
    days = Counter({date(2018, 4, 3): 9, date(2018, 3, 31): 1})

    naming, outside = best_naming("town_2018-04.csv", days, is_snapshot=False)

    assert naming is not None
    assert (naming.cadence, outside) == ("month", 1)


def test_a_register_is_of_a_day() -> None:
    naming, _ = best_naming("register_2024-03-31.csv", Counter(), is_snapshot=True)

    assert naming is not None
    assert naming.pattern == r"register_(?P<as_at>\d{4}-\d{2}-\d{2})\.csv"


def test_the_rest_of_a_name_is_taken_as_it_is() -> None:
    naming, _ = best_naming("spend (v1.2) [final] 2018-04.csv", Counter(), is_snapshot=False)

    assert naming is not None
    assert naming.pattern == r"spend \(v1\.2\) \[final\] (?P<year>\d{4})-(?P<month>\d{2})\.csv"


@pytest.mark.parametrize("name", ["NCC164467.csv", "payments.csv", "spend_2018-13.csv.bak1", "2018-25.csv"])
def test_what_is_no_period_is_not_taken_for_one(name: str) -> None:
    assert not [naming for naming in namings(name) if naming.cadence != "year"]


@pytest.mark.parametrize(
    ("days", "example", "cadence"),
    [
        (Counter({date(2018, 4, 3): 1}), "payments_2018-04.csv.gz", "month"),
        (MARCH_22, "payments_2022-Q1.csv.gz", "quarter"),
        (Counter({date(2018, 4, 3): 1, date(2018, 12, 3): 1}), "payments_2018-12.csv.gz", "year_to_date"),
    ],
)
def test_a_name_without_a_period_gets_one_by_the_days_in_the_file(
    days: Counter[date], example: str, cadence: str
) -> None:
    naming = naming_for("payments.csv.gz", days, [], is_snapshot=False)

    assert (naming.example, naming.cadence) == (example, cadence)
    assert re.fullmatch(naming.pattern, example)


def test_a_register_without_a_day_gets_the_last_one_that_was_past() -> None:
    naming = naming_for("register.csv", {}, [date(2015, 3, 1), date(2014, 1, 1)], is_snapshot=True)

    assert naming.example == "register_2015-03-01.csv"
