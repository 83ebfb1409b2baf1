"""How amounts, dates and delimited texts are written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from tests.samples.periods import MONTH_NAMES


def plain(pence: int) -> str:
    """``-123450`` → ``-1234.50``."""
    sign = "-" if pence < 0 else ""
    return f"{sign}{abs(pence) // 100}.{abs(pence) % 100:02d}"


def grouped(pence: int) -> str:
    """``-123450`` → ``1,234.50`` (without its sign)."""
    return f"{abs(pence) // 100:,}.{abs(pence) % 100:02d}"


def day_month_year(day: date) -> str:
    """``03/04/2018``."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def day_named_month(day: date) -> str:
    """``03-Apr-2018``, in English whatever the machine's language."""
    return f"{day.day:02d}-{MONTH_NAMES[day.month - 1][:3]}-{day.year}"


def delimited(rows: Iterable[Sequence[str]], delimiter: str, line_end: str, quote_all: bool = False) -> str:
    """Write rows as delimited text, quoted where needed or everywhere."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(
        buffer,
        delimiter=delimiter,
        lineterminator=line_end,
        quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
    )
    writer.writerows(rows)
    return buffer.getvalue()
