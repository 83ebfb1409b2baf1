"""The time a delivery covers, read from the name of its file."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal

Cadence = Literal["month", "quarter", "year", "year_to_date", "snapshot", "edition"]

# The named groups a file name's pattern may have, and the cadence that each set means.
GROUPS: dict[frozenset[str], tuple[Cadence, ...]] = {
    frozenset({"year", "month"}): ("month", "year_to_date"),
    frozenset({"year", "month_name"}): ("month", "year_to_date"),
    frozenset({"year", "quarter"}): ("quarter",),
    frozenset({"fy_start", "fy_quarter"}): ("quarter",),
    frozenset({"from", "to"}): ("month", "quarter", "year", "year_to_date"),
    frozenset({"year_start", "year_end"}): ("year",),
    frozenset({"calendar_year"}): ("year",),
    frozenset({"as_at"}): ("snapshot", "edition"),
}

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip

_RANGES = {
    "month": "one whole month",
    "quarter": "one whole quarter",
    "year": "one whole financial year",
    "year_to_date": "a financial year to date",
}


@dataclass(frozen=True)
class Period:
    """The days one delivery covers.

    Attributes:
        key: ``2018-04`` for a month, ``2022-Q1`` for a quarter of the calendar, ``2024/25`` for a financial year, whole
            or to date, ``2019`` for a year of the calendar, ``2024-03-31`` for a snapshot or an edition.
        start: its first day; of a snapshot or an edition, the day it was taken.
        end: its last day, included.
    """

    key: str
    start: date
    end: date


def period_from_groups(groups: dict[str, str], cadence: Cadence) -> Period:
    """Make a period of the named groups that a file name gave.

    Raises:
        ValueError: with a sentence, when the groups are no period of that cadence.
    """
    if "as_at" in groups:
        day = _day(groups["as_at"])
        return Period(day.isoformat(), day, day)
    if "year_start" in groups:
        return _financial_year(int(groups["year_start"]), groups["year_end"])
    if "calendar_year" in groups:
        return _calendar_year(int(groups["calendar_year"]))
    if "quarter" in groups:
        return _quarter(int(groups["year"]), int(groups["quarter"]))
    if "fy_quarter" in groups:
        return _financial_quarter(int(groups["fy_start"]), int(groups["fy_quarter"]))
    if "from" in groups:
        return _range(_day(groups["from"]), _day(groups["to"]), cadence)
    number = _month_number(groups["month_name"]) if "month_name" in groups else int(groups["month"])
    month = _month(int(groups["year"]), number)
    return _year_to_date(month.end) if cadence == "year_to_date" else month


def _month(year: int, month: int) -> Period:
    if not 1 <= month <= 12:
        raise ValueError(f"{month} is not a month.")
    if year < 1:
        raise ValueError(f"{year} is not a year.")
    return Period(f"{year:04}-{month:02}", date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def _month_number(name: str) -> int:
    matches = [number for number, month in enumerate(_MONTHS, 1) if month.startswith(name.lower())]
    if len(name) < 3 or len(matches) != 1:
        raise ValueError(f"{name!r} is not the name of a month.")
    return matches[0]


def _financial_year(start: int, end: str) -> Period:
    following = f"{start + 1:04}"
    if end not in (following, following[2:]):
        raise ValueError(f"{start}-{end} is not a financial year; {start}-{following[2:]} would be one.")
    return Period(f"{start:04}/{following[2:]}", date(start, 4, 1), date(start + 1, 3, 31))


def _calendar_year(year: int) -> Period:
    first, last = _month(year, 1), _month(year, 12)
    return Period(f"{year:04}", first.start, last.end)


def _quarter(year: int, quarter: int) -> Period:
    if not 1 <= quarter <= 4:
        raise ValueError(f"{quarter} is not a quarter.")
    first, last = _month(year, 3 * quarter - 2), _month(year, 3 * quarter)
    return Period(f"{year:04}-Q{quarter}", first.start, last.end)


def _financial_quarter(start: int, quarter: int) -> Period:
    """A quarter of the financial year that begins in April of a year; its fourth is the next year's first."""
    if not 1 <= quarter <= 4:
        raise ValueError(f"{quarter} is not a quarter.")
    return _quarter(start + 1, 1) if quarter == 4 else _quarter(start, quarter + 1)


def _year_of(day: date) -> Period:
    start = day.year if day.month >= 4 else day.year - 1
    return _financial_year(start, f"{start + 1:04}")


def _year_to_date(last: date) -> Period:
    year = _year_of(last)
    return Period(year.key, year.start, last)


def _range(first: date, last: date, cadence: Cadence) -> Period:
    whole = {
        "month": lambda: _month(first.year, first.month),
        "quarter": lambda: _quarter(first.year, (first.month + 2) // 3),
        "year": lambda: _year_of(first),
        "year_to_date": lambda: _year_to_date(last),
    }[cadence]()
    if (first, last) != (whole.start, whole.end):
        # Overlapping ranges would count the same payments twice.
        raise ValueError(f"{first} to {last} is not {_RANGES[cadence]}; {whole.start} to {whole.end} would be.")
    return whole


def _day(text: str) -> date:
    if not re.fullmatch(r"\d{8}|\d{4}-\d{2}-\d{2}", text):
        raise ValueError(f"{text!r} is not a day written as 20180401 or 2018-04-01.")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a day of the calendar.") from error
