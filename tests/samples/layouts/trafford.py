"""Trafford, internal extract: CSV in a ZIP, the LGA's field names, names cut at 35 characters, ``NA`` for nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tests.samples.layouts.text import delimited, plain
from tests.samples.lines import Line
from tests.samples.unreadable import with_unreadable

HEADER = (
    "OrganisationLabel", "OrganisationalUnit", "BeneficiaryName", "BeneficiaryOtherID", "BeneficiaryPostcode",
    "CompaniesHouseRegistrationNumber", "PaymentDate", "TransactionNumber", "Amount", "IrrecoverableVATAmount",
    "Purpose", "ProclassLabel", "ProclassCode", "InvoiceNumber", "VATRegistrationNumber", "ContractRef",
)  # fmt: skip

_NAME_LENGTH = 35
_PACKED_AT = (2024, 4, 15, 9, 0, 0)


def file_name(month: date) -> str:
    """``trafford-internal-2018-04.zip``."""
    return f"trafford-internal-{month:%Y-%m}.zip"


def write(folder: Path, code: str, month: date, lines: list[Line]) -> None:
    """Write one month's archive."""
    rows = with_unreadable(code, month, HEADER, [_row(line) for line in lines])
    member = ZipInfo(file_name(month).replace(".zip", ".csv"), date_time=_PACKED_AT)
    member.compress_type = ZIP_DEFLATED
    member.create_system = 3
    with ZipFile(folder / file_name(month), "w") as archive:
        archive.writestr(member, delimited([HEADER, *rows], ",", "\n").encode())


def _row(line: Line) -> list[str]:
    vendor = line.vendor
    return [
        "Trafford Council", vendor.category.department, (vendor.name or "NA")[:_NAME_LENGTH], vendor.ref or "NA",
        vendor.remit_postcode or "NA", vendor.company_number or "NA", line.day.isoformat(), line.document or "NA",
        plain(line.pence), "0.00", line.purpose or "NA", line.category_label or "NA", line.category_code or "NA",
        line.invoice or "NA", vendor.vat_number or "NA", line.contract_ref or "NA",
    ]  # fmt: skip
