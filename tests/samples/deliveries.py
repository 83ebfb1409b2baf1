"""Puts the sample together and writes it, one folder a source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.samples.awards import Award, awards
from tests.samples.layouts import ccg, liverpool, rochdale, stockport, tameside, trafford
from tests.samples.layouts.registers import write_portal, write_register, write_tenders
from tests.samples.layouts.registrars import write_charities, write_companies
from tests.samples.lines import Line
from tests.samples.places import Places
from tests.samples.portal import PortalExport, portal_export
from tests.samples.registers import Registers, registers
from tests.samples.spend import spend_lines
from tests.samples.suppliers import Company, Register, Supplier, suppliers_by_partner
from tests.samples.tenders import TenderExport, tender_export

Writer = Callable[[Path, str, date, list[Line]], None]

_WRITERS: dict[str, Writer] = {
    "stockport": stockport.write,
    "rochdale": rochdale.write,
    "trafford": trafford.write,
    "tameside": tameside.write,
    "hmr_ccg": ccg.write,
    "trafford_ccg": ccg.write,
    "knowsley": liverpool.write,
    "st_helens": liverpool.write,
}


@dataclass(frozen=True, slots=True)
class Sample:
    """Everything invented, before it is written.

    Attributes:
        spend: payment lines by partner code and first day of the month.
        awards: contracts.
        portal: rows of the Social Value Portal's export.
        tenders: rows of the tenders' export.
        registers: editions of the registers of companies and charities.
    """

    spend: dict[tuple[str, date], list[Line]]
    awards: list[Award]
    portal: PortalExport
    tenders: TenderExport
    registers: Registers


def invent() -> Sample:
    """Draw the whole sample; the same each time."""
    places = Places()
    register = Register(places)
    books = suppliers_by_partner(register)
    contracts, commitments = awards(books)
    companies = _companies(books)
    return Sample(
        spend=spend_lines(books, register, commitments),
        awards=contracts,
        portal=portal_export(contracts, companies),
        tenders=tender_export(contracts, companies),
        registers=registers(register.companies, places),
    )


def write_samples(folder: Path) -> list[Path]:
    """Write all sample deliveries to ``folder/<source_id>/``.

    Args:
        folder: made where it is missing; files of an earlier run are overwritten.

    Returns:
        The files, in order of their paths.
    """
    sample = invent()
    for (code, month), lines in sample.spend.items():
        _WRITERS[code](_made(folder / code), code, month, lines)
    write_portal(_made(folder / "social_value_portal"), sample.portal)
    write_register(_made(folder / "contracts_register"), sample.awards)
    write_tenders(_made(folder / "tenders"), sample.tenders)
    for day, companies in sample.registers.companies.items():
        write_companies(_made(folder / "companies_house"), day, companies)
    for day, charities in sample.registers.charities.items():
        write_charities(_made(folder / "charity_commission"), day, charities)
    return sorted(path for path in folder.glob("*/*") if path.is_file())


def _companies(books: dict[str, list[Supplier]]) -> list[Company]:
    return list(dict.fromkeys(supplier.company for suppliers in books.values() for supplier in suppliers))


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
