"""The six layouts of the spend extracts, typed from their description and not from the feeds' declarations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.integration.independent import values
from tests.integration.independent.records import Record, delimited_records, sheet_records, zipped_records


@dataclass(frozen=True)
class SpendLayout:
    """How one partner writes its extract.

    Attributes:
        records: opens a file as records.
        header_at: position of the header record, from 1; what stands before it is preamble.
        columns: our name for a column to the name in the header.
        read_date, read_money: turn a cell into a date or whole pence, None when blank.
        totals: what the first column of a totals row says, lower case.
    """

    partner: str
    records: Callable[[Path], Iterator[Record]]
    header_at: int
    columns: dict[str, str]
    read_date: Callable[[Any], dt.date | None]
    read_money: Callable[[Any], int | None]
    totals: str | None = None


def _columns(**columns: str) -> dict[str, str]:
    return columns


_STOCKPORT = SpendLayout(
    partner="stockport",
    records=partial(delimited_records, encoding="utf-8-sig", delimiter=","),
    header_at=1,
    columns=_columns(
        department="Directorate",
        supplier_name="Supplier Name",
        supplier_ref="Supplier No",
        company_number="Company Reg No",
        remit_postcode="Supplier Postcode",
        registered_postcode="Registered Office Postcode",
        payment_date="Payment Date",
        transaction_number="Document No",
        net="Net Amount",
        vat="VAT",
        gross="Gross Amount",
        purpose="Description",
        category_label="ProClass Description",
    ),
    read_date=values.day_month_year,
    read_money=values.trailing_minus,
)

_ROCHDALE = SpendLayout(
    partner="rochdale",
    records=partial(sheet_records, sheet="Payments"),
    header_at=4,
    columns=_columns(
        department="Dept",
        supplier_name="Payee",
        supplier_ref="Payee ID",
        company_number="Companies House No",
        remit_postcode="Post Code",
        registered_postcode="HQ Post Code",
        payment_date="Paid On",
        transaction_number="Trans Ref",
        net="Net £",
        purpose="Narrative",
        category_label="Category",
    ),
    read_date=values.workbook_date,
    read_money=values.workbook_money,
    totals="total",
)

_TRAFFORD = SpendLayout(
    partner="trafford",
    records=partial(zipped_records, encoding="utf-8", delimiter=","),
    header_at=1,
    columns=_columns(
        department="OrganisationalUnit",
        supplier_name="BeneficiaryName",
        supplier_ref="BeneficiaryOtherID",
        company_number="CompaniesHouseRegistrationNumber",
        remit_postcode="BeneficiaryPostcode",
        payment_date="PaymentDate",
        transaction_number="TransactionNumber",
        net="Amount",
        vat="IrrecoverableVATAmount",
        purpose="Purpose",
        category_label="ProclassLabel",
    ),
    read_date=values.iso_date,
    read_money=values.leading_minus,
)

_TAMESIDE = SpendLayout(
    partner="tameside",
    records=partial(delimited_records, encoding="cp1252", delimiter=";"),
    header_at=6,
    columns=_columns(
        department="Service Area",
        supplier_name="Vendor",
        supplier_ref="Vendor Code",
        company_number="Reg. No.",
        remit_postcode="Vendor P/Code",
        payment_date="Date Paid",
        transaction_number="Ref",
        net="Net",
        gross="Gross",
        purpose="Details",
        category_label="Class",
    ),
    read_date=values.named_month_date,
    read_money=values.pounds_in_brackets,
    totals="grand total",
)


def _nhs(partner: str) -> SpendLayout:
    return SpendLayout(
        partner=partner,
        records=partial(delimited_records, encoding="cp1252", delimiter=","),
        header_at=1,
        columns=_columns(
            department="Expense Area",
            supplier_name="Supplier",
            supplier_ref="Supplier Number",
            company_number="Supplier Company No",
            remit_postcode="Supplier Site Postcode",
            payment_date="Date",
            transaction_number="Transaction Number",
            gross="Gross Amount",
            purpose="Description",
            category_label="Expense Type",
        ),
        read_date=values.day_month_year,
        read_money=values.leading_minus,
    )


def _merseyside(partner: str) -> SpendLayout:
    return SpendLayout(
        partner=partner,
        records=partial(delimited_records, encoding="utf-8", delimiter="\t"),
        header_at=1,
        columns=_columns(
            supplier_name="SUPPLIER",
            supplier_ref="SUPPLIER_REF",
            company_number="CRN",
            remit_postcode="REMIT_PC",
            registered_postcode="REG_PC",
            payment_date="PAID",
            transaction_number="DOC",
            net="AMOUNT_NET",
            purpose="NARRATIVE",
            category_label="CATEGORY",
            charity_number="CHARITY_NO",
        ),
        read_date=values.compact_date,
        read_money=values.trailing_cr,
    )


SPEND_LAYOUTS = {
    "stockport": _STOCKPORT,
    "rochdale": _ROCHDALE,
    "trafford": _TRAFFORD,
    "tameside": _TAMESIDE,
    "hmr_ccg": _nhs("hmr_ccg"),
    "trafford_ccg": _nhs("trafford_ccg"),
    "knowsley": _merseyside("knowsley"),
    "st_helens": _merseyside("st_helens"),
}
