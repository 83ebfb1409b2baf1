"""The bulk files of Companies House and of the Charity Commission, laid out as these publish them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tests.samples.layouts.text import day_month_year, plain
from tests.samples.registers import RegisteredCharity, RegisteredCompany

# Some of the names begin with a blank in the published file, and so they do here.
COMPANY_HEADER = (
    "CompanyName", " CompanyNumber", "RegAddress.CareOf", "RegAddress.POBox", "RegAddress.AddressLine1",
    " RegAddress.AddressLine2", "RegAddress.PostTown", "RegAddress.County", "RegAddress.Country", "RegAddress.PostCode",
    "CompanyCategory", "CompanyStatus", "CountryOfOrigin", "DissolutionDate", "IncorporationDate",
    "Accounts.AccountRefDay", "Accounts.AccountRefMonth", "Accounts.NextDueDate", "Accounts.LastMadeUpDate",
    "Accounts.AccountCategory", "Returns.NextDueDate", "Returns.LastMadeUpDate", "Mortgages.NumMortCharges",
    "Mortgages.NumMortOutstanding", "Mortgages.NumMortPartSatisfied", "Mortgages.NumMortSatisfied",
    "SICCode.SicText_1", "SICCode.SicText_2", "SICCode.SicText_3", "SICCode.SicText_4",
    "LimitedPartnerships.NumGenPartners", "LimitedPartnerships.NumLimPartners", "URI",
    *(
        blank + f"PreviousName_{number}.{part}"
        for number in range(1, 11)
        for part, blank in (("CONDATE", " " if number == 2 else ""), ("CompanyName", " "))
    ),
    "ConfStmtNextDueDate", " ConfStmtLastMadeUpDate",
)  # fmt: skip
CHARITY_HEADER = (
    "date_of_extract", "organisation_number", "registered_charity_number", "linked_charity_number", "charity_name",
    "charity_type", "charity_registration_status", "date_of_registration", "date_of_removal",
    "charity_reporting_status", "latest_acc_fin_period_start_date", "latest_acc_fin_period_end_date", "latest_income",
    "latest_expenditure", "charity_contact_address1", "charity_contact_address2", "charity_contact_address3",
    "charity_contact_address4", "charity_contact_address5", "charity_contact_postcode", "charity_contact_phone",
    "charity_contact_email", "charity_contact_web", "charity_company_registration_number", "charity_insolvent",
    "charity_in_administration", "charity_previously_excepted", "charity_is_cdf_or_cif", "charity_is_cio",
    "cio_is_dissolved", "date_cio_dissolution_notice", "charity_activities", "charity_gift_aid", "charity_has_land",
)  # fmt: skip
# What they do, in the trustees' words: with quotes that hold nothing together, as the published file has them.
_ACTIVITIES = ('"Open to all" sessions and advice', '"Neighbours first', "Advice, meals and lifts for members")
_PACKED_AT = (2024, 4, 1, 0, 0, 0)


def write_companies(folder: Path, day: date, companies: Iterable[RegisteredCompany]) -> None:
    """Write ``BasicCompanyDataAsOneFile-2020-08-01.zip``: every field quoted, the header not."""
    lines = [",".join(COMPANY_HEADER), *(_company(company) for company in companies)]
    name = f"BasicCompanyDataAsOneFile-{day}"
    _pack(folder / f"{name}.zip", f"{name}.csv", "\r\n".join([*lines, ""]).encode())


def write_charities(folder: Path, day: date, charities: Iterable[RegisteredCharity]) -> None:
    """Write ``publicextract.charity-2020-08-01.zip``: separated by tabs, nothing quoted."""
    lines = ["\t".join(CHARITY_HEADER), *("\t".join(_charity(day, charity)) for charity in charities)]
    text = "\r\n".join([*lines, ""])
    _pack(folder / f"publicextract.charity-{day}.zip", "publicextract.charity.txt", text.encode("utf-8-sig"))


def _company(company: RegisteredCompany) -> str:
    said = {
        "CompanyName": company.name,
        "CompanyNumber": company.number,
        "RegAddress.AddressLine1": "1 INVENTED STREET",
        "RegAddress.Country": "ENGLAND",
        "RegAddress.PostCode": company.postcode or "",
        "CompanyCategory": company.category,
        "CompanyStatus": company.status,
        "CountryOfOrigin": "United Kingdom",
        "DissolutionDate": day_month_year(company.dissolved) if company.dissolved else "",
        "IncorporationDate": day_month_year(company.incorporated),
        "Accounts.AccountCategory": company.accounts,
        "Mortgages.NumMortCharges": "0",
        "SICCode.SicText_1": "None Supplied",
        "URI": f"http://business.data.gov.uk/id/company/{company.number}",
        "PreviousName_1.CompanyName": company.previous_name or "",
    }
    fields = [said.get(name.strip(), "").replace('"', '""') for name in COMPANY_HEADER]
    return ",".join(f'"{field}"' for field in fields)


def _charity(day: date, charity: RegisteredCharity) -> list[str]:
    said = {
        "date_of_extract": _moment(day),
        "organisation_number": str(charity.organisation),
        "registered_charity_number": str(charity.number),
        "linked_charity_number": str(charity.linked),
        "charity_name": charity.name,
        "charity_type": charity.kind or "",
        "charity_registration_status": "Removed" if charity.removed else "Registered",
        "date_of_registration": _moment(charity.registered),
        "date_of_removal": _moment(charity.removed) if charity.removed else "",
        "latest_income": "" if charity.income_pence is None else plain(charity.income_pence).removesuffix(".00"),
        "charity_contact_address1": "1 INVENTED STREET",
        "charity_contact_postcode": charity.postcode or "",
        # "Integer returned as string", says the Commission: without leading zeros.
        "charity_company_registration_number": (charity.company_number or "").lstrip("0"),
        "charity_insolvent": "False",
        "charity_in_administration": "False",
        "charity_is_cio": "" if charity.is_cio is None else str(charity.is_cio),
        "charity_activities": _ACTIVITIES[charity.number % len(_ACTIVITIES)],
    }
    return [said.get(name, "") for name in CHARITY_HEADER]


def _moment(day: date) -> str:
    return f"{day} 00:00:00.0000000"


def _pack(path: Path, member_name: str, data: bytes) -> None:
    member = ZipInfo(member_name, date_time=_PACKED_AT)
    member.compress_type = ZIP_DEFLATED
    member.create_system = 3
    with ZipFile(path, "w") as archive:
        archive.writestr(member, data)
