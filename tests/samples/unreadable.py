"""A handful of lines that do not read, beside the invented payments: none belongs to any of their sums."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

# By source and month: the column to spoil with its text; None cuts the line off after a few fields.
_SPOILT: dict[tuple[str, date], tuple[tuple[str, str | None], ...]] = {
    ("stockport", date(2019, 6, 1)): (("Payment Date", "31/06/2019"),),
    ("stockport", date(2021, 11, 1)): (("Net Amount", "see note"), ("Net Amount", "1.234,50")),
    ("trafford", date(2020, 2, 1)): (("Amount", "12.3.4"), ("PaymentDate", "2020-02-31")),
    ("trafford", date(2022, 10, 1)): (("Amount", None),),
    ("hmr_ccg", date(2019, 2, 1)): (("Date", "30/02/2019"),),
    ("st_helens", date(2023, 12, 1)): (("AMOUNT_NET", "12,5O.00"),),
}  # fmt: skip
_FIELDS_LEFT = 6


def with_unreadable(code: str, month: date, header: Sequence[str], rows: list[list[str]]) -> list[list[str]]:
    """Put this month's unreadable lines, spoilt copies of good ones, among the rows of a source."""
    found = list(rows)
    for number, (column, text) in enumerate(_SPOILT.get((code, month), ()), start=1):
        spoilt = list(rows[number * 20])
        if text is None:
            spoilt = spoilt[:_FIELDS_LEFT]
        else:
            spoilt[header.index(column)] = text
        found.insert(number * 40, spoilt)
    return found


def unreadable_count(code: str) -> int:
    """How many unreadable lines all files of a source hold together."""
    return sum(len(spoilt) for (source, _), spoilt in _SPOILT.items() if source == code)
