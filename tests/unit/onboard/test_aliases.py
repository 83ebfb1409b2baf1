"""What is proposed where a declared header is missing: a name that is near, never one that means something else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from star_warehouse.onboard import Alias, check_file
from tests.builders import LAYOUTS, SPEND, WORKBOOK, declare, spend_file, workbook

APRIL = "town_2018-04.csv"
LINE = "Acme,7,03/04/2018,10.00,Pens"


def proposed(folder: Path, header: str, *changes: tuple[str, str]) -> list[Alias]:
    path = folder / APRIL
    path.write_bytes(spend_file(LINE, header=header))
    return check_file(declare(folder, SPEND, *changes), path).aliases


@pytest.mark.parametrize(
    ("header", "proposal", "doubt"),
    [
        ("Net Value", "Net Value", ""),
        ("NET_AMOUNT", "NET_AMOUNT", ""),
        ("Amount", "Amount", "says no VAT basis; the Transparency Code asks for net"),
        ("Gross Value", None, ""),
        ("Gross Amuont", None, ""),
        ("Fund", None, ""),
    ],
)
def test_only_what_is_near_a_missing_header_is_proposed(
    tmp_path: Path, header: str, proposal: str | None, doubt: str
) -> None:
    (alias,) = proposed(tmp_path, f"Supplier,Ref,Paid,{header},Purpose")

    assert (alias.entity, alias.column, alias.declared) == ("spend_line", "amount_net_gbp", ("Net", "Net £"))
    assert (alias.header, alias.doubt) == (proposal, doubt)
    assert alias.line == (proposal and f"amount_net_gbp: [Net, Net £, {proposal}]")


def test_a_declared_header_misspelt_is_near(tmp_path: Path) -> None:
    (alias,) = proposed(tmp_path, "Supplier,Ref,Day of Paymnet,Net", ("[Paid]", "[Day of Payment]"))

    assert alias.line == "payment_date: [Day of Payment, Day of Paymnet]"
    assert alias.doubt == "only resembles a known one"


def test_what_is_known_is_proposed_before_what_may_mean_something_else(tmp_path: Path) -> None:
    (alias,) = proposed(tmp_path, "Supplier,Ref,Paid,Amount,Net Amount")

    assert alias.header == "Net Amount"


def test_the_proposed_line_mends_the_declaration(tmp_path: Path) -> None:
    (alias,) = proposed(tmp_path, "Supplier,Ref,Paid,Net Value,Purpose")
    assert alias.line is not None

    mended = declare(tmp_path, SPEND, ("amount_net_gbp: [Net, Net £]", alias.line))

    assert check_file(mended, tmp_path / APRIL).refusal is None


def test_the_layout_that_fits_best_is_mended_and_none_of_other_days(tmp_path: Path) -> None:
    path = tmp_path / "town_2020-04.csv"
    path.write_bytes(b"Payee;Date;Net Total\r\nAcme;2020-04-03;1.00\r\n")

    (alias,) = check_file(declare(tmp_path, LAYOUTS), path).aliases

    assert (alias.declared, alias.header) == (("Total",), None)


def test_sheets_are_looked_through_too(tmp_path: Path) -> None:
    path = tmp_path / "village 2018-04.xlsx"
    path.write_bytes(workbook([["Supplier", "Ref", "Paid", "Net Amount"], ["Acme", "7", date(2018, 4, 3), 5.5]]))

    (alias,) = check_file(declare(tmp_path, WORKBOOK), path).aliases

    assert alias.line == "amount_net_gbp: [Net, Net Amount]"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", spend_file(LINE, header="a,b,c,d,e")])
def test_where_no_header_shows_nothing_is_proposed(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / APRIL
    path.write_bytes(data)

    check = check_file(declare(tmp_path), path)

    assert check.refusal is not None
    assert check.aliases == []


def test_a_file_that_reads_has_nothing_proposed(tmp_path: Path) -> None:
    assert proposed(tmp_path, "Supplier,Ref,Paid,Net,Gross Value") == []
