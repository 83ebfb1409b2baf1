"""Rochdale: XLSX with three rows before the header and a totals row at the end, net."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tests.samples.layouts.workbook import Cell, Sheet, write_workbook
from tests.samples.lines import Line
from tests.samples.periods import MONTH_NAMES

HEADER = (
    "Dept", "Payee", "Payee ID", "Companies House No", "Post Code", "HQ Post Code", "Paid On", "Trans Ref", "Net £",
    "Narrative", "Category", "Category Code", "Agreement Ref",
)  # fmt: skip


def file_name(month: date) -> str:
    """``Rochdale Payments 2018-04.xlsx``."""
    return f"Rochdale Payments {month:%Y-%m}.xlsx"


def write(folder: Path, code: str, month: date, lines: list[Line]) -> None:
    """Write one month's file."""
    rows: list[Sequence[Cell]] = [
        ["Rochdale Borough Council: payments to suppliers (invented sample)"],
        [f"Period: {MONTH_NAMES[month.month - 1]} {month.year}"],
        [],
        HEADER,
        *map(_row, lines),
        ["Total", *[None] * 7, sum(line.pence for line in lines) / 100],
    ]
    write_workbook(folder / file_name(month), [Sheet("Payments", rows)])


def _row(line: Line) -> list[Cell]:
    vendor = line.vendor
    return [
        vendor.category.department, vendor.name, vendor.ref, vendor.company_number, vendor.remit_postcode,
        vendor.registered_postcode, line.day, line.document, line.pence / 100, line.purpose or "NA",
        line.category_label, line.category_code, line.contract_ref,
    ]  # fmt: skip
