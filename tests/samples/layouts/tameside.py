"""Tameside: cp1252 with semicolons, five lines before the header, ``(£1,234.50)`` for credits, a totals row."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from tests.samples.layouts.text import day_named_month, delimited, grouped
from tests.samples.lines import Line
from tests.samples.periods import month_end

HEADER = (
    "Service Area", "Vendor", "Vendor Code", "Reg. No.", "Vendor P/Code", "Date Paid", "Ref", "Net", "Gross",
    "Details", "Class", "Class Code", "Contract",
)  # fmt: skip


def file_name(month: date) -> str:
    """``tameside_20180401_20180430.csv``."""
    return f"tameside_{month:%Y%m%d}_{month_end(month):%Y%m%d}.csv"


def write(folder: Path, code: str, month: date, lines: list[Line]) -> None:
    """Write one month's file."""
    last = month_end(month)
    preamble = [
        "Tameside Metropolitan Borough Council",
        "Payments to suppliers in £ (invented sample)",
        f"Period: {day_named_month(month)} to {day_named_month(last)}",
        f"Run date: {day_named_month(last + timedelta(days=9))}",
        "",
    ]
    net = sum(line.pence for line in lines)
    gross = sum(line.pence + line.vat_pence for line in lines)
    totals = ["Grand total", *[""] * 6, _pounds(net), _pounds(gross), *[""] * 4]
    table = delimited([HEADER, *map(_row, lines), totals], ";", "\r\n")
    (folder / file_name(month)).write_bytes(("\r\n".join(preamble) + "\r\n" + table).encode("cp1252"))


def _row(line: Line) -> list[str]:
    vendor = line.vendor
    return [
        vendor.category.department, vendor.name or "", vendor.ref or "", vendor.company_number or "",
        vendor.remit_postcode or "NA", day_named_month(line.day), line.document or "", _pounds(line.pence),
        _pounds(line.pence + line.vat_pence), line.purpose or "NA", line.category_label or "",
        line.category_code or "", line.contract_ref or "",
    ]  # fmt: skip


def _pounds(pence: int) -> str:
    return f"(£{grouped(pence)})" if pence < 0 else f"£{grouped(pence)}"
