"""Reads the spend extracts: every record becomes a line, a reject with its reason, or a skipped record."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from tests.integration.independent.lines import FileAccount, Reject, SpendLine, Unreadable
from tests.integration.independent.records import is_blank
from tests.integration.independent.spend_layouts import SPEND_LAYOUTS, SpendLayout
from tests.integration.independent.values import text


def read_spend(folder: Path) -> tuple[list[SpendLine], list[FileAccount]]:
    """Read every spend file under ``folder``/<source>/, in the order of names.

    Raises:
        ValueError: a file lacks a column of its layout.
    """
    lines: list[SpendLine] = []
    accounts: list[FileAccount] = []
    for source_id, layout in SPEND_LAYOUTS.items():
        for path in sorted((folder / source_id).glob("*")):
            accounts.append(read_file(path, source_id, layout, lines))
    return lines, accounts


def read_file(path: Path, source_id: str, layout: SpendLayout, lines: list[SpendLine]) -> FileAccount:
    """Append the lines of one file to ``lines`` and give the account of its records."""
    account = FileAccount(source_id, path.name)
    header: list[str] = []
    places: dict[str, int] = {}
    for number, fields in layout.records(path):
        account.lines_in += 1
        if number < layout.header_at:
            account.lines_skipped += 1
        elif number == layout.header_at:
            header = [str(name).strip() for name in fields]
            places = _places(path, header, layout)
            account.lines_skipped += 1
        elif _is_no_line(fields, header, layout):
            account.lines_skipped += 1
        else:
            try:
                line = _line(fields, header, places, layout)
            except Unreadable as error:
                account.rejects.append(Reject(number, str(error)))
                continue
            lines.append(line)
            account.lines_loaded += 1
            account.pence_loaded += line.pence
    return account


def _places(path: Path, header: list[str], layout: SpendLayout) -> dict[str, int]:
    missing = [name for name in layout.columns.values() if name not in header]
    if missing:
        raise ValueError(f"{path.name}: no column {missing} in {header}")
    return {ours: header.index(theirs) for ours, theirs in layout.columns.items()}


def _is_no_line(fields: list[Any], header: list[str], layout: SpendLayout) -> bool:
    return (
        is_blank(fields)
        or (layout.totals is not None and str(fields[0] or "").strip().lower() == layout.totals)
        or [str(field).strip() for field in fields] == header
    )


def _line(fields: list[Any], header: list[str], places: dict[str, int], layout: SpendLayout) -> SpendLine:
    if len(fields) != len(header):
        raise Unreadable(f"{len(fields)} fields instead of {len(header)}")

    def cell(name: str) -> Any:
        return fields[places[name]] if name in places else None

    paid = _payment_date(cell("payment_date"), layout)
    net, gross, _ = (layout.read_money(cell(name)) for name in ("net", "gross", "vat"))
    amount = gross if net is None else net
    if amount is None:
        raise Unreadable("no amount")
    return SpendLine(
        partner=layout.partner,
        payment_date=paid,
        pence=amount,
        is_gross=net is None,
        supplier_name=text(cell("supplier_name")),
        supplier_ref=text(cell("supplier_ref")),
        company_number=text(cell("company_number")),
        remit_postcode=text(cell("remit_postcode")),
        registered_postcode=text(cell("registered_postcode")),
        transaction_number=text(cell("transaction_number")),
        purpose=text(cell("purpose")),
        category_label=text(cell("category_label")),
        department=text(cell("department")),
        charity_number=text(cell("charity_number")),
    )


def _payment_date(cell: Any, layout: SpendLayout) -> dt.date:
    paid = layout.read_date(cell)
    if paid is None:
        raise Unreadable("no payment date")
    return paid
