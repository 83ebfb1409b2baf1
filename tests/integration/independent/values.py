"""Cells to values: dates and money as each layout writes them. Money becomes whole pence, never a float."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache
from typing import Any

from tests.integration.independent.lines import Unreadable

NULLS = frozenset(("", "NA"))
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_PLAIN = re.compile(r"\d+(?:\.\d{1,2})?")
_GROUPED = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,2})?")


def text(cell: Any) -> str | None:
    """Read a cell as text without outer blanks; None when it is blank or ``NA``."""
    if cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    written = str(cell).strip()
    return None if written in NULLS else written


def pence(digits: str) -> int:
    """Turn ``1234.5`` or ``1,234.50`` into 123450."""
    pounds, _, rest = digits.replace(",", "").partition(".")
    return int(pounds) * 100 + int(rest.ljust(2, "0") if rest else 0)


def leading_minus(cell: Any) -> int | None:
    """Read ``-195.75`` as pence."""
    return _signed(cell, "-", "", _PLAIN)


def trailing_minus(cell: Any) -> int | None:
    """Read ``1,234.50-`` as pence."""
    return _signed(cell, "", "-", _GROUPED)


def trailing_cr(cell: Any) -> int | None:
    """Read ``1234.50CR`` as pence."""
    return _signed(cell, "", "CR", _PLAIN)


def pounds_in_brackets(cell: Any) -> int | None:
    """Read ``£1,234.50`` and ``(£1,234.50)`` as pence."""
    written = text(cell)
    if written is None:
        return None
    is_negative = written.startswith("(") and written.endswith(")")
    inner = written[1:-1] if is_negative else written
    digits = inner.removeprefix("£")
    if digits == inner or not _GROUPED.fullmatch(digits):
        raise Unreadable(f"{written!r} is no amount")
    return -pence(digits) if is_negative else pence(digits)


def workbook_money(cell: Any) -> int | None:
    """Read a workbook's number as pence, half a penny away from nought."""
    number = workbook_number(cell)
    return None if number is None else int((number * 100).quantize(Decimal(1), ROUND_HALF_UP))


def workbook_number(cell: Any) -> Decimal | None:
    """Read a workbook's number as it is shown there (its shortest decimal form)."""
    if cell is None or text(cell) is None:
        return None
    if isinstance(cell, bool):
        raise Unreadable(f"{cell!r} is no number")
    try:
        return Decimal(str(cell).strip())
    except InvalidOperation as error:
        raise Unreadable(f"{cell!r} is no number") from error


def workbook_date(cell: Any) -> dt.date | None:
    """Read a workbook's date."""
    if cell is None or text(cell) is None:
        return None
    if isinstance(cell, dt.datetime):
        return cell.date()
    raise Unreadable(f"{cell!r} is no date")


@cache
def day_month_year(cell: str) -> dt.date | None:
    """Read ``03/04/2018`` as 3 April 2018."""
    return _date(cell, r"(\d{2})/(\d{2})/(\d{4})", lambda day, month, year: (int(year), int(month), int(day)))


@cache
def iso_date(cell: str) -> dt.date | None:
    """Read ``2018-04-03``."""
    return _date(cell, r"(\d{4})-(\d{2})-(\d{2})", lambda year, month, day: (int(year), int(month), int(day)))


@cache
def compact_date(cell: str) -> dt.date | None:
    """Read ``20180403``."""
    return _date(cell, r"(\d{4})(\d{2})(\d{2})", lambda year, month, day: (int(year), int(month), int(day)))


@cache
def named_month_date(cell: str) -> dt.date | None:
    """Read ``03-Apr-2018``."""
    return _date(
        cell,
        r"(\d{2})-([A-Za-z]{3})-(\d{4})",
        lambda day, month, year: (int(year), _MONTHS.get(month.lower(), 0), int(day)),
    )


def _date(cell: str, pattern: str, order: Callable[[str, str, str], tuple[int, int, int]]) -> dt.date | None:
    written = text(cell)
    if written is None:
        return None
    match = re.fullmatch(pattern, written)
    if match is None:
        raise Unreadable(f"{written!r} is no date")
    first, second, third = match.groups()
    try:
        return dt.date(*order(first, second, third))
    except ValueError as error:
        raise Unreadable(f"{written!r} is no day of the calendar") from error


def _signed(cell: Any, before: str, after: str, pattern: re.Pattern[str]) -> int | None:
    written = text(cell)
    if written is None:
        return None
    digits = written.removeprefix(before).removesuffix(after)
    if not pattern.fullmatch(digits):
        raise Unreadable(f"{written!r} is no amount")
    return pence(digits) if digits == written else -pence(digits)
