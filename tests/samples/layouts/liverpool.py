"""Knowsley and St Helens: quoted fields with tabs between, ``1234.50CR`` for credits, the header again half-way."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.samples.layouts.text import delimited, plain
from tests.samples.lines import Line
from tests.samples.suppliers import Vendor
from tests.samples.unreadable import with_unreadable

HEADER = (
    "BODY", "SUPPLIER", "SUPPLIER_REF", "CRN", "REMIT_PC", "REG_PC", "PAID", "DOC", "AMOUNT_NET", "NARRATIVE",
    "CATEGORY", "CATEGORY_CODE", "CONTRACT", "CHARITY_NO",
)  # fmt: skip

_BODIES = {
    "knowsley": ("Knowsley Metropolitan Borough Council",) * 2,
    "st_helens": ("St Helens Borough Council", "St. Helens Borough Council"),
}


def file_name(code: str, month: date) -> str:
    """``knowsley_202310.txt``."""
    return f"{code}_{month:%Y%m}.txt"


def write(folder: Path, code: str, month: date, lines: list[Line]) -> None:
    """Write one month's file."""
    rows = with_unreadable(code, month, HEADER, [_row(code, line) for line in lines])
    half = len(rows) // 2
    text = delimited([HEADER, *rows[:half], HEADER, *rows[half:]], "\t", "\n", quote_all=True)
    (folder / file_name(code, month)).write_bytes(text.encode())


def _row(code: str, line: Line) -> list[str]:
    vendor = line.vendor
    return [
        _BODIES[code][line.day.day % 2], _name(vendor), vendor.ref or "", vendor.company_number or "",
        vendor.remit_postcode or "", vendor.registered_postcode or "", f"{line.day:%Y%m%d}", line.document or "",
        plain(abs(line.pence)) + ("CR" if line.pence < 0 else ""), line.purpose or "NA", line.category_label or "",
        line.category_code or "", line.contract_ref or "", vendor.charity_number or "",
    ]  # fmt: skip


def _name(vendor: Vendor) -> str:
    # Names pasted from elsewhere hold a blank that is none (U+00A0).
    if vendor.name and vendor.ref and vendor.ref.endswith("3"):
        return vendor.name.replace(" ", "\u00a0", 1)
    return vendor.name or ""
