"""Reads the contracts register."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from tests.integration.independent.lines import FileAccount, Reject, Unreadable
from tests.integration.independent.records import delimited_records, is_blank
from tests.integration.independent.values import day_month_year, pounds_in_brackets, text

_HEADER_AT = 3


@dataclass(frozen=True)
class Contract:
    """One contract of the register; its value net, in pence."""

    reference: str
    council: str
    contract_type: str
    award_date: dt.date | None
    pence: int | None

    @property
    def is_framework(self) -> bool:
        """Tell whether the value is a framework's ceiling, which never counts as a contract's value."""
        return "framework" in self.contract_type.lower()


def read_register(path: Path) -> tuple[list[Contract], FileAccount]:
    """Read the register's contracts and account for every record of the file."""
    account = FileAccount("contracts_register", path.name)
    contracts: list[Contract] = []
    header: list[str] = []
    for number, fields in delimited_records(path, encoding="utf-8-sig", delimiter=","):
        account.lines_in += 1
        if number == _HEADER_AT:
            header = [name.strip() for name in fields]
        if number <= _HEADER_AT or is_blank(fields):
            account.lines_skipped += 1
            continue
        try:
            contracts.append(_contract(fields, header))
        except Unreadable as error:
            account.rejects.append(Reject(number, str(error)))
        else:
            account.lines_loaded += 1
    return contracts, account


def _contract(fields: list[str], header: list[str]) -> Contract:
    if len(fields) != len(header):
        raise Unreadable(f"{len(fields)} fields instead of {len(header)}")
    row = dict(zip(header, fields, strict=True))
    day_month_year(row["Start Date"]), day_month_year(row["End Date"])  # a date that does not read rejects the row
    reference, council = text(row["Contract Reference"]), text(row["Council"])
    if reference is None or council is None:
        raise Unreadable("no reference or no council")
    return Contract(
        reference=reference,
        council=council,
        contract_type=text(row["Type"]) or "",
        award_date=day_month_year(row["Award Date"]),
        pence=pounds_in_brackets(row["Value"]),
    )
