"""Reads the registers of companies and charities: a company's office on a day, and the days of charities."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.integration.independent.companies import company_key
from tests.integration.independent.lines import FileAccount, Reject, Unreadable
from tests.integration.independent.records import unquoted_zipped_records, zipped_records
from tests.integration.independent.values import day_month_year, iso_date, pence, text

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

# By a charity's number: the day from which it is on the register, and that from which it is no more.
CharityDays = dict[str, tuple[dt.date, dt.date]]


class Offices:
    """The registered postcode of every company, by the days the register had it so."""

    def __init__(self) -> None:
        self._known: dict[str, list[tuple[dt.date, str]]] = defaultdict(list)

    def add(self, number: str, day: dt.date, postcode: str) -> None:
        """Note what an edition says of one company; editions come in any order."""
        self._known[company_key(number)].append((day, postcode))

    def postcode(self, number: str | None, day: dt.date) -> str | None:
        """Give the office of the last edition up to a day, or of the first one when that lies later."""
        known = sorted(self._known.get(company_key(number), ())) if number else []
        until_then = [postcode for edition, postcode in known if edition <= day]
        if until_then:
            return until_then[-1]
        return known[0][1] if known else None


def read_registers(folder: Path) -> tuple[Offices, CharityDays, list[FileAccount]]:
    """Read every edition of both registers under ``folder``/<source>/ and account for their records.

    The editions are read in the order of their days: of a charity the last one counts that lists it.

    Raises:
        ValueError: a file's name says no day.
    """
    offices = Offices()
    charities: CharityDays = {}
    accounts = []
    for path in sorted((folder / "companies_house").glob("*")):
        accounts.append(_companies(path, offices))
    for path in sorted((folder / "charity_commission").glob("*"), key=_day_of):
        accounts.append(_charities(path, charities))
    return offices, charities, accounts


def _companies(path: Path, offices: Offices) -> FileAccount:
    account = FileAccount("companies_house", path.name)
    day = _day_of(path)
    for number, row in _rows(zipped_records(path, encoding="utf-8", delimiter=","), account):
        try:
            day_month_year(row["IncorporationDate"]), day_month_year(row["DissolutionDate"])
            company = _needed(row["CompanyNumber"])
        except Unreadable as error:
            account.rejects.append(Reject(number, str(error)))
            continue
        account.lines_loaded += 1
        if postcode := text(row["RegAddress.PostCode"]):
            offices.add(company, day, postcode)
    return account


def _charities(path: Path, charities: CharityDays) -> FileAccount:
    account = FileAccount("charity_commission", path.name)
    day = _day_of(path)
    for number, row in _rows(unquoted_zipped_records(path, encoding="utf-8-sig", delimiter="\t"), account):
        try:
            charity = _needed(row["registered_charity_number"])
            # A moment at midnight; it must be the day that the file's name says.
            if iso_date(_needed(row["date_of_extract"])[:10]) != day:
                raise Unreadable("the extract of another day")
            registered = iso_date(row["date_of_registration"][:10])
            removed = iso_date(row["date_of_removal"][:10])
            pence(row["latest_income"] or "0")
        except (Unreadable, ValueError) as error:
            account.rejects.append(Reject(number, str(error)))
            continue
        account.lines_loaded += 1
        linked = row["linked_charity_number"].strip()
        key = charity if linked in ("", "0") else f"{charity}-{linked}"
        is_removed = row["charity_registration_status"].strip().lower() == "removed" and removed is not None
        charities[key] = (registered or dt.date.min, removed if is_removed and removed else dt.date.max)
    return account


def _rows(records: Iterator[tuple[int, list[Any]]], account: FileAccount) -> Iterator[tuple[int, dict[str, str]]]:
    header: list[str] = []
    for number, fields in records:
        account.lines_in += 1
        if not header:
            header = [name.strip() for name in fields]
            account.lines_skipped += 1
        elif len(fields) != len(header):
            account.rejects.append(Reject(number, f"{len(fields)} fields instead of {len(header)}"))
        else:
            yield number, dict(zip(header, fields, strict=True))


def _needed(cell: str) -> str:
    written = text(cell)
    if written is None:
        raise Unreadable("no number or no day")
    return written


def _day_of(path: Path) -> dt.date:
    found = _DAY.search(path.name)
    if found is None:
        raise ValueError(f"{path.name} says no day")
    return dt.date.fromisoformat(found[0])
