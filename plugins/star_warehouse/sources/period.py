"""The time a delivery covers, read from the name of its file."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal

Cadence = Literal["month", "year", "snapshot"]

# The named groups a file name's pattern may have, and the cadence that each set means.
GROUPS: dict[frozenset[str], tuple[Cadence, ...]] = {
    frozenset({"year", "month"}): ("month",),
    frozenset({"year", "month_name"}): ("month",),
    frozenset({"from", "to"}): ("month", "year"),
    frozenset({"year_start", "year_end"}): ("year",),
    frozenset({"as_at"}): ("snapshot",),
}

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


@dataclass(frozen=True)
class Period:
    """The days one delivery covers.

    Attributes:
        key: ``2018-04`` for a month, ``2024/25`` for a financial year, ``2024-03-31`` for a snapshot.
        start: its first day; of a snapshot, the day it was taken.
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
    if "from" in groups:
        return _range(_day(groups["from"]), _day(groups["to"]), cadence)
    if "month_name" in groups:
        return _month(int(groups["year"]), _month_number(groups["month_name"]))
    return _month(int(groups["year"]), int(groups["month"]))


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


def _range(first: date, last: date, cadence: Cadence) -> Period:
    whole = _month(first.year, first.month)
    if cadence == "year":
        start = first.year if first.month >= 4 else first.year - 1
        whole = _financial_year(start, f"{start + 1:04}")
    if (first, last) != (whole.start, whole.end):
        # Overlapping ranges would count the same payments twice.
        raise ValueError(
            f"{first} to {last} is not one whole {'financial year' if cadence == 'year' else 'month'}; "
            f"{whole.start} to {whole.end} would be."
        )
    return whole


def _day(text: str) -> date:
    if not re.fullmatch(r"\d{8}|\d{4}-\d{2}-\d{2}", text):
        raise ValueError(f"{text!r} is not a day written as 20180401 or 2018-04-01.")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a day of the calendar.") from error
