"""Invented deliveries of any size, and the declaration of the feed they belong to."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

DECLARATION = """\
id: bench
title: Invented Council, payments to suppliers
kind: spend
partner: bench
extract: published
vat_basis: net
accepts: {from: 1980-01-01}
file_name:
  pattern: 'bench_(?P<year>\\d{4})-(?P<month>\\d{2})\\.csv'
  example: bench_2024-04.csv
cadence: {every: month, late_after_days: 20}
format: {type: csv, delimiter: ','}
date_formats: ['%Y-%m-%d']
null_tokens: [NA]
tolerance: {rejected_pct: 1}
tables:
  spend_line:
    columns:
      organisation: [OrganisationLabel]
      department: [OrganisationalUnit]
      supplier_name: [BeneficiaryName]
      supplier_ref: [BeneficiaryOtherID]
      remit_postcode: [BeneficiaryPostcode]
      company_number: [CompaniesHouseRegistrationNumber]
      payment_date: [PaymentDate]
      transaction_number: [TransactionNumber]
      amount_net_gbp: [Amount]
      vat_irrecoverable_gbp: [IrrecoverableVATAmount]
      purpose: [Purpose]
      category_label: [ProclassLabel]
      category_code: [ProclassCode]
      invoice_number: [InvoiceNumber]
      vat_number: [VATRegistrationNumber]
      contract_ref: [ContractRef]
"""

WORKBOOK_DECLARATION = (
    DECLARATION.replace("format: {type: csv, delimiter: ','}\ndate_formats: ['%Y-%m-%d']", "format: {type: xlsx}")
    .replace(".csv", ".xlsx")
    .replace("  spend_line:\n", "  spend_line:\n    sheet: Payments\n")
)

HEADER = (
    "OrganisationLabel", "OrganisationalUnit", "BeneficiaryName", "BeneficiaryOtherID", "BeneficiaryPostcode",
    "CompaniesHouseRegistrationNumber", "PaymentDate", "TransactionNumber", "Amount", "IrrecoverableVATAmount",
    "Purpose", "ProclassLabel", "ProclassCode", "InvoiceNumber", "VATRegistrationNumber", "ContractRef",
)  # fmt: skip

_WORKBOOK_COLUMNS = (1, 2, 3, 4, 6, 7, 8, 10)
# As in a real ledger: one name in twenty has a comma, so that it is quoted, and one line in ten thousand does not read.
_QUOTED_EVERY, _UNREADABLE_EVERY = 20, 10_000


def write_csv(path: Path, line_count: int, first_day: date = date(2024, 4, 1), seed: int = 7) -> None:
    """Write a delivery of so many payments of one month."""
    source = random.Random(seed)
    # The same in every month, as a ledger's are.
    names = random.Random(7)
    suppliers = [_supplier(number, names) for number in range(3_000)]
    days = [(first_day + timedelta(day)).isoformat() for day in range(28)]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(HEADER) + "\r\n")
        for number in range(line_count):
            name, ref, postcode, company = suppliers[int(source.random() * 3_000)]
            pence = int(source.random() * 5_000_000) - 300_000
            day = "no day" if number % _UNREADABLE_EVERY == 9_999 else days[number % 28]
            sign, pence = ("-", -pence) if pence < 0 else ("", pence)
            category = number % 60
            cells = (
                *("Invented Council", f"Unit {number % 97}", name, ref, postcode, company, day),
                *(str(5_100_000_000 + number // 3), f"{sign}{pence // 100}.{pence % 100:02}", "0.00"),
                *(f"Invented purpose {number % 199}", f"Invented category {category}", f"{category:06}"),
                *(f"INV{number:07}", "NA", "NA"),
            )
            file.write(",".join(cells) + "\r\n")


def _supplier(number: int, source: random.Random) -> tuple[str, str, str, str]:
    name = f"Invented Supplier {number} {source.choice(('Ltd', 'Limited', 'CIC', 'PLC'))}"
    if number % _QUOTED_EVERY == 0:
        name = f'"{name}, Stockport"'
    postcode = f"M{source.randint(1, 40)} {source.randint(1, 9)}{source.choice('ABD')}{source.choice('EFG')}"
    return name, f"{number:08}", postcode, f"ZZ{number:06}"


def write_months(folder: Path, count: int, line_count: int) -> None:
    """Write so many monthly deliveries, from January 1980 on."""
    for number in range(count):
        month = date(1980 + number // 12, number % 12 + 1, 1)
        write_csv(folder / f"bench_{month:%Y-%m}.csv", line_count, month, seed=number)


def write_workbook(path: Path, line_count: int) -> None:
    """Write a delivery as a workbook of eight columns: texts, dates in date cells, amounts in number cells."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("Payments")
    day_format = book.add_format({"num_format": "dd/mm/yyyy"})
    source = random.Random(7)
    suppliers = [_supplier(number, source) for number in range(3_000)]
    sheet.write_row(0, 0, [HEADER[column] for column in _WORKBOOK_COLUMNS])
    for number in range(1, line_count + 1):
        name, ref, postcode, _ = suppliers[number % 3_000]
        sheet.write_string(number, 0, f"Unit {number % 97}")
        sheet.write_string(number, 1, name)
        sheet.write_string(number, 2, ref)
        sheet.write_string(number, 3, postcode)
        sheet.write_datetime(number, 4, date(2024, 4, 1 + number % 28), day_format)
        sheet.write_string(number, 5, str(5_100_000_000 + number))
        sheet.write_number(number, 6, source.randint(-30_000, 5_000_000) / 100)
        sheet.write_string(number, 7, f"Invented purpose {number % 199}")
    book.close()


def workbook_declaration() -> str:
    """The declaration that fits these workbooks."""
    absent = {HEADER[column] for column in range(len(HEADER)) if column not in _WORKBOOK_COLUMNS}
    lines = WORKBOOK_DECLARATION.splitlines(keepends=True)
    return "".join(line for line in lines if not any(f"[{header}]" in line for header in absent))
