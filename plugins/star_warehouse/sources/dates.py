"""How a declared date format is written, so that only texts of exactly that form are read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime

# Stands among the date formats for the day number of a spreadsheet (its 1900 system): 43191 is 1 April 2018.
EXCEL_SERIAL = "excel_serial"
# No other day is one of a delivery.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)

# [0-9], for \d would take the digits of any script, of which no day is made.
_DIRECTIVES = {
    "%d": r"[0-9]{1,2}",
    "%m": r"[0-9]{1,2}",
    "%Y": r"[0-9]{4}",
    "%y": r"[0-9]{2}",
    "%b": "[A-Za-z]{3}",
    "%B": "[A-Za-z]+",
}
_FIXED_WIDTH = {"%d": r"[0-9]{2}", "%m": r"[0-9]{2}"}
_NUMBERS = {"%d", "%m", "%Y", "%y"}

# Each of its numbers could be the day, the month or the year.
_ANY_NUMBER_FIRST = date(2012, 11, 10)
# Shows which number is the day.
_EXAMPLE, _EXAMPLE_SERIAL = date(2024, 12, 31), "45657"


def tell_formats(formats: Sequence[str], *, from_cells: bool) -> str:
    """Say to people how days may be written: ``31/12/2024 (%d/%m/%Y)``.

    Args:
        formats: as a declaration lists them.
        from_cells: whether they come from a workbook, whose date cells need no format.
    """
    examples = {form: _EXAMPLE_SERIAL if form == EXCEL_SERIAL else _EXAMPLE.strftime(form) for form in formats}
    told = [f"{example} ({form})" for form, example in examples.items()]
    return " or ".join([*(["a date cell"] if from_cells else []), *told])


def date_pattern(date_format: str) -> str:
    """Make the regular expression of a date format such as ``%d/%m/%Y``; day and month may have one digit.

    ``excel_serial`` has five digits: the days from 18 May 1927 to 14 October 2173.

    Raises:
        ValueError: with a sentence, when it has other directives or not exactly one day, month and year.
    """
    if date_format == EXCEL_SERIAL:
        return r"[0-9]{5}"
    parts = re.findall(r"%.|[^%]+|%$", date_format)
    directives = [part for part in parts if part.startswith("%")]
    for part in directives:
        if part not in _DIRECTIVES:
            raise ValueError(f"{part!r} in {date_format!r} is not known; use {', '.join(_DIRECTIVES)}")
    if sorted(part[1].lower().replace("b", "m") for part in directives) != ["d", "m", "y"]:
        raise ValueError(f"{date_format!r} must have one day, one month and one year")
    # Beside other digits, one-digit days would be ambiguous: 2018111.
    beside = zip(["", *parts], parts, [*parts[1:], ""], strict=False)
    return "".join(
        _widths(before, after)[part] if part.startswith("%") else re.escape(part) for before, part, after in beside
    )


def read_otherwise(one: str, other: str) -> bool:
    """Say whether a text that one format reads may be another day by the other: 10/11/12 by %d/%m/%y and %y/%m/%d."""
    if EXCEL_SERIAL in (one, other):
        return False
    text = _ANY_NUMBER_FIRST.strftime(one)
    if not re.fullmatch(date_pattern(other), text):
        return False
    try:
        day = datetime.strptime(text, other).replace(tzinfo=UTC).date()
    except ValueError:
        return False
    return day != _ANY_NUMBER_FIRST and FIRST_DAY <= day <= LAST_DAY


def _widths(before: str, after: str) -> dict[str, str]:
    """How wide directives are between two other parts of a format."""
    is_beside_digit = {before, after} & _NUMBERS or before[-1:].isdecimal() or after[:1].isdecimal()
    return _DIRECTIVES | _FIXED_WIDTH if is_beside_digit else _DIRECTIVES
