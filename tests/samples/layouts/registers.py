"""The three feeds that are no spend: the portal's export, the contracts register, the tenders."""

from __future__ import annotations

from pathlib import Path

from tests.samples.awards import Award, label_of
from tests.samples.layouts.text import day_month_year, delimited, grouped
from tests.samples.layouts.workbook import Sheet, write_workbook
from tests.samples.partners import AS_AT
from tests.samples.portal import DELIVERY_HEADER, MEASURES_HEADER, PROJECTS_HEADER, TARGETS_HEADER, PortalExport
from tests.samples.tenders import BIDS_HEADER, LOTS_HEADER, TenderExport

REGISTER_HEADER = (
    "Contract Reference", "Title", "Council", "Supplier", "Company No", "Type", "Process", "Award Date", "Start Date",
    "End Date", "Value", "SME", "VCSE",
)  # fmt: skip


def write_portal(folder: Path, export: PortalExport) -> None:
    """Write ``social_value_portal_2024-03-31.xlsx``."""
    sheets = [
        Sheet("Projects", [PROJECTS_HEADER, *export.projects]),
        Sheet("Measures", [MEASURES_HEADER, *export.measures]),
        Sheet("Targets", [TARGETS_HEADER, *export.targets]),
        Sheet("Delivery", [DELIVERY_HEADER, *export.delivery]),
    ]
    write_workbook(folder / f"social_value_portal_{AS_AT}.xlsx", sheets)


def write_tenders(folder: Path, export: TenderExport) -> None:
    """Write ``tenders_2024-03-31.xlsx``."""
    sheets = [Sheet("Lots", [LOTS_HEADER, *export.lots]), Sheet("Bids", [BIDS_HEADER, *export.bids])]
    write_workbook(folder / f"tenders_{AS_AT}.xlsx", sheets)


def write_register(folder: Path, awards: list[Award]) -> None:
    """Write ``contracts_register_2024-03-31.csv``: every contract that is awarded, on the portal or not."""
    rows = [_row(award) for award in awards if award.status != "Tender"]
    preamble = ["Contracts register of the STAR partners (invented sample)", f"As at {day_month_year(AS_AT)}"]
    text = "\r\n".join(preamble) + "\r\n" + delimited([REGISTER_HEADER, *rows], ",", "\r\n")
    (folder / f"contracts_register_{AS_AT}.csv").write_bytes(text.encode("utf-8-sig"))


def _row(award: Award) -> list[str]:
    company = award.company
    # A register says little of who is small or voluntary: it is blank for one contract in eight.
    is_known = not award.ref.endswith(("3", "75"))
    process = "Invitation to quote" if award.pence < 50_000_00 else "Published invitation to tender"
    return [
        award.ref, award.title, label_of(award.lead), company.name, company.number or "", award.kind, process,
        day_month_year(award.award_date), day_month_year(award.start), day_month_year(award.end),
        f"£{grouped(award.pence)}", _yes_no(company.size != "Large") if is_known else "",
        _yes_no(company.is_vcse) if is_known else "",
    ]  # fmt: skip


def _yes_no(value: bool) -> str:
    return "Yes" if value else "No"
