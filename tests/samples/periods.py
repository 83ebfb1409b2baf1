"""Months, financial years and working days."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_HOLIDAYS = ((1, 1), (12, 25), (12, 26))


def financial_year(day: date) -> int:
    """The calendar year in which the financial year of a day begins (2018 for 2018/19)."""
    return day.year if day.month >= 4 else day.year - 1


def month_end(first: date) -> date:
    """Last day of the month of a day."""
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def months(first: date, last: date) -> list[date]:
    """First days of the months from the month of ``first`` to that of ``last``, both included."""
    found = []
    month = first.replace(day=1)
    while month <= last:
        found.append(month)
        month = month_end(month) + timedelta(days=1)
    return found


def months_of_year(start_year: int) -> list[date]:
    """The twelve months of a financial year."""
    return months(date(start_year, 4, 1), date(start_year + 1, 3, 1))


def working_days(month: date) -> list[date]:
    """Mondays to Fridays of a month but Christmas and New Year's Day; suppliers are paid on these."""
    last = month_end(month)
    days = (month.replace(day=number) for number in range(1, last.day + 1))
    return [day for day in days if day.weekday() < 5 and (day.month, day.day) not in _HOLIDAYS]
