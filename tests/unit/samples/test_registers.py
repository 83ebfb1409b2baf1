"""The invented registers: real layouts, every supplier with a number, offices that move."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.samples import Sample
from tests.samples.registers import EDITIONS, RegisteredCompany

FIRST, LAST = EDITIONS


@pytest.fixture(scope="module")
def of_number(sample: Sample) -> dict[date, dict[str, RegisteredCompany]]:
    return {day: {company.number: company for company in sample.registers.companies[day]} for day in EDITIONS}


def test_numbers_stand_there_once_and_are_no_real_ones(sample: Sample) -> None:
    for day in EDITIONS:
        companies = [company.number for company in sample.registers.companies[day]]
        charities = [(charity.number, charity.linked) for charity in sample.registers.charities[day]]
        assert len(set(companies)) == len(companies) and len(set(charities)) == len(charities)
        assert all(number.startswith("ZZ") and len(number) == 8 for number in companies)
        assert all(str(number).startswith("99") and len(str(number)) == 7 for number, _ in charities)
        assert all(company.name.startswith("INVENTED ") for company in sample.registers.companies[day])
        assert all(charity.name.startswith("INVENTED ") for charity in sample.registers.charities[day])


def test_nearly_all_pounds_of_numbered_suppliers_are_on_the_register(
    sample: Sample, of_number: dict[date, dict[str, RegisteredCompany]]
) -> None:
    # Those who are paid without choice (tax, levies, fellow partners) are no companies and are not there.
    found: Counter[bool] = Counter()
    for lines in sample.spend.values():
        for line in lines:
            if line.vendor.company_number and line.category_label and "Corporate" not in line.category_label:
                found[line.vendor.company_number.upper() in of_number[FIRST]] += 1
    assert found[True] > 50_000
    assert found[False] < 0.02 * found[True]


def test_offices_move_and_companies_end_between_the_editions(
    of_number: dict[date, dict[str, RegisteredCompany]],
) -> None:
    both = of_number[FIRST].keys() & of_number[LAST].keys()
    moved = [one for one in both if of_number[FIRST][one].postcode != of_number[LAST][one].postcode]
    assert 0.04 < len(moved) / len(both) < 0.08
    dissolved = [one for one in of_number[LAST].values() if one.status == "Dissolved"]
    assert dissolved and all(one.dissolved and FIRST < one.dissolved < LAST for one in dissolved)
    assert of_number[FIRST].keys() - of_number[LAST].keys()
    assert not of_number[LAST].keys() - of_number[FIRST].keys()


def test_every_kind_of_company_and_of_accounts_occurs(sample: Sample) -> None:
    companies = sample.registers.companies[LAST]
    categories = Counter(company.category.split(" ")[0] for company in companies)
    assert set(categories) == {
        "Private", "Public", "Limited", "Community", "Charitable", "Registered", "PRI/LTD", "PRI/LBG/NSC",
    }  # fmt: skip
    assert {company.accounts for company in companies} >= {
        "MICRO ENTITY", "SMALL", "MEDIUM", "FULL", "GROUP", "DORMANT", "TOTAL EXEMPTION FULL",
        "AUDIT EXEMPTION SUBSIDIARY", "NO ACCOUNTS FILED",
    }  # fmt: skip
    assert {company.status for company in companies} >= {"Active", "Liquidation", "Dissolved", "Registered"}


def test_charities_are_linked_removed_and_companies(sample: Sample) -> None:
    charities = sample.registers.charities[LAST]
    assert any(charity.linked for charity in charities)
    assert any(charity.removed for charity in charities)
    assert any(charity.is_cio for charity in charities)
    companies = {company.number for company in sample.registers.companies[FIRST]}
    assert {charity.company_number for charity in charities} - {None} < companies


def test_the_files_are_laid_out_as_the_registrars_publish_them(sample_folder: Path) -> None:
    with ZipFile(sample_folder / "companies_house" / "BasicCompanyDataAsOneFile-2020-08-01.zip") as archive:
        assert archive.namelist() == ["BasicCompanyDataAsOneFile-2020-08-01.csv"]
        header, first = archive.read(archive.namelist()[0]).decode().split("\r\n")[:2]
    names = header.split(",")
    assert len(names) == 55
    assert [name for name in names if name.startswith(" ")] == [
        " CompanyNumber", " RegAddress.AddressLine2", " PreviousName_1.CompanyName", " PreviousName_2.CONDATE",
        *(f" PreviousName_{number}.CompanyName" for number in range(2, 11)), " ConfStmtLastMadeUpDate",
    ]  # fmt: skip
    assert first.startswith('"INVENTED ') and first.count('","') == 54

    with ZipFile(sample_folder / "charity_commission" / "publicextract.charity-2023-09-01.zip") as archive:
        assert archive.namelist() == ["publicextract.charity.txt"]
        text = archive.read("publicextract.charity.txt").decode("utf-8-sig")
    lines = text.split("\r\n")
    assert lines[0].startswith("date_of_extract\torganisation_number\tregistered_charity_number\tlinked_charity")
    assert {line.count("\t") for line in lines[:-1]} == {33}
    assert '\t"Neighbours first\t' in text
