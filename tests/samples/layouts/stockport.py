"""Stockport: CSV with a byte order mark, day first, ``1,234.50-`` for credits, net and gross."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.samples.layouts.text import day_month_year, delimited, grouped
from tests.samples.lines import Line
from tests.samples.unreadable import with_unreadable

HEADER = (
    "Directorate", "Service", "Supplier Name", "Supplier No", "Company Reg No", "Supplier Postcode",
    "Registered Office Postcode", "Payment Date", "Document No", "Invoice Ref", "Net Amount", "VAT", "Gross Amount",
    "Description", "ProClass Code", "ProClass Description", "Contract Ref",
)  # fmt: skip


def file_name(month: date) -> str:
    """``stockport_spend_2018-04.csv``."""
    return f"stockport_spend_{month:%Y-%m}.csv"


def write(folder: Path, code: str, month: date, lines: list[Line]) -> None:
    """Write one month's file; its last line is blank."""
    rows = with_unreadable(code, month, HEADER, [_row(line) for line in lines])
    text = delimited([HEADER, *rows], ",", "\r\n") + "\r\n"
    (folder / file_name(month)).write_bytes(text.encode("utf-8-sig"))


def _row(line: Line) -> list[str]:
    vendor = line.vendor
    return [
        vendor.category.department, vendor.category.label.split(" - ")[0], vendor.name or "", vendor.ref or "",
        vendor.company_number or "NA", vendor.remit_postcode or "NA", vendor.registered_postcode or "",
        day_month_year(line.day), line.document or "NA", line.invoice or "", _trailing(line.pence),
        _trailing(line.vat_pence), _trailing(line.pence + line.vat_pence), line.purpose or "NA",
        line.category_code or "NA", line.category_label or "NA", line.contract_ref or "",
    ]  # fmt: skip


def _trailing(pence: int) -> str:
    return grouped(pence) + ("-" if pence < 0 else "")
