"""The two CCGs: the NHS's CSV in cp1252, gross only."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.samples.layouts.text import day_month_year, delimited, plain
from tests.samples.lines import Line
from tests.samples.partners import BY_CODE
from tests.samples.periods import MONTH_NAMES
from tests.samples.unreadable import with_unreadable

HEADER = (
    "Department Family", "Entity", "Date", "Expense Type", "Expense Area", "Supplier", "Supplier Number",
    "Supplier Company No", "Supplier Site Postcode", "Transaction Number", "Gross Amount", "Description",
)  # fmt: skip

_FILE_PREFIX = {"hmr_ccg": "HMR_CCG", "trafford_ccg": "Trafford_CCG"}


def file_name(code: str, month: date) -> str:
    """``HMR_CCG_Spend_Apr_2018.csv``."""
    return f"{_FILE_PREFIX[code]}_Spend_{MONTH_NAMES[month.month - 1][:3]}_{month.year}.csv"


def write(folder: Path, code: str, month: date, lines: list[Line]) -> None:
    """Write one month's file."""
    entity = BY_CODE[code].label
    rows = with_unreadable(code, month, HEADER, [_row(entity, line) for line in lines])
    (folder / file_name(code, month)).write_bytes(delimited([HEADER, *rows], ",", "\r\n").encode("cp1252"))


def _row(entity: str, line: Line) -> list[str]:
    vendor = line.vendor
    return [
        "Department of Health and Social Care", entity, day_month_year(line.day), line.category_label or "",
        vendor.category.department, vendor.name or "", vendor.ref or "", vendor.company_number or "",
        vendor.remit_postcode or "", line.document or "", plain(line.pence), line.purpose or "",
    ]  # fmt: skip
