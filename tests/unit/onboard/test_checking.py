"""How a declaration reads a file, shown without a database."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from star_warehouse.onboard import check_file
from tests.builders import LAYOUTS, SNAPSHOT, SPEND, WORKBOOK, declare, spend_file, workbook

APRIL = "town_2018-04.csv"


def put(folder: Path, data: bytes, name: str = APRIL) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_a_check_tells_mapping_lines_pounds_and_what_is_rejected(tmp_path: Path) -> None:
    lines = ["Acme,7,03/04/2018,10.00,Pens", "Acme,7,04/04/2018,-2.50,", "x,1,tomorrow,5.00,", "y,1,05/05/2018,6.00,"]
    path = put(tmp_path, spend_file(*lines, "z,1,tomorrow,7.25,", ",,,,"))

    check = check_file(declare(tmp_path), path)

    assert check.refusal is not None
    assert "3 of 5 lines do not read" in check.refusal.what
    assert check.period is not None
    assert (check.period.key, check.layout) == ("2018-04", "only")
    (table,) = check.tables
    assert table.columns == {
        "supplier_name": "Supplier",
        "supplier_ref": "Ref",
        "payment_date": "Paid",
        "amount_net_gbp": "Net",
        "purpose": "Purpose",
    }
    assert table.unused == []
    assert table.first_lines[1] == {
        "line_number": 3,
        "supplier_name": "Acme",
        "supplier_ref": "7",
        "payment_date": date(2018, 4, 4),
        "amount_net_gbp": Decimal("-2.50"),
        "purpose": None,
    }
    assert table.months == {"2018-04": (2, {"amount_net_gbp": Decimal("7.50")})}
    assert {code: rejection.count for code, rejection in table.rejections.items()} == {
        "unreadable_date": 2,
        "outside_period": 1,
    }
    assert [line.line_number for line in table.rejections["unreadable_date"].examples] == [4, 6]
    assert check.summary is not None
    assert check.summary.skipped == Counter(header=1, blank=1)
    assert (check.summary.lines_in, check.summary.lines_loaded, check.summary.lines_rejected) == (7, 2, 3)
    assert check.summary.amount_in_gbp == Decimal("25.75")
    assert check.summary.amount_rejected_gbp == Decimal("18.25")


def test_headers_that_are_absent_or_not_used_are_told(tmp_path: Path) -> None:
    path = put(tmp_path, spend_file("Acme,7,03/04/2018,10.00,B", header="Supplier,Ref,Paid,Net £,Fund"))

    (table,) = check_file(declare(tmp_path), path).tables

    assert table.columns["amount_net_gbp"] == "Net £"
    assert table.columns["purpose"] is None
    assert table.unused == ["Fund"]


def test_the_layout_is_told(tmp_path: Path) -> None:
    path = put(tmp_path, b"Payee;Date;Total\r\nAcme;2020-04-03;Nil\r\n", "town_2020-04.csv")

    check = check_file(declare(tmp_path, LAYOUTS), path)

    assert check.refusal is None
    assert check.layout == "new"
    assert check.tables[0].pounds == {"amount_net_gbp": Decimal("0.00")}


def test_tables_without_a_period_are_added_up_as_a_whole(tmp_path: Path) -> None:
    path = put(tmp_path, b"Reference,Council,Value\r\nC1,Town,5.00\r\nC2,Town,\r\n", "register_2024-03-31.csv")

    (table,) = check_file(declare(tmp_path, SNAPSHOT), path).tables

    assert table.months == {"": (2, {"contract_value_gbp": Decimal("5.00")})}


def test_every_sheet_is_told_by_itself(tmp_path: Path) -> None:
    rows = [["Supplier", "Ref", "Paid", "Net"], ["Acme", "7", date(2018, 4, 3), 5.5]]
    path = put(tmp_path, workbook(rows), "village 2018-04.xlsx")

    (table,) = check_file(declare(tmp_path, WORKBOOK, ("sheet: Payments", "sheet: Pay*")), path).tables

    assert (table.sheet, table.lines) == ("Payments", 1)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("payments.csv", spend_file("Acme,7,03/04/2018,10.00,"), "does not say its period"),
        (APRIL, b"a,b\r\n1,2\r\n", "4 of 4 columns are missing"),
        (APRIL, b"", "The file is empty"),
        (APRIL, spend_file(), "has a header but no line below it"),
    ],
)
def test_what_would_be_refused_is_told_not_raised(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    check = check_file(declare(tmp_path), put(tmp_path, data, name))

    assert check.refusal is not None
    assert words in check.refusal.what


def test_a_file_may_be_checked_under_the_name_it_will_have(tmp_path: Path) -> None:
    path = put(tmp_path, spend_file("Acme,7,03/04/2018,10.00,"), "NCC164467.csv")

    assert check_file(declare(tmp_path), path, APRIL).refusal is None


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    for name in (APRIL, "twon_2018-04.csv"):
        check = check_file(declare(tmp_path, SPEND), tmp_path / name)

        assert check.refusal is not None
        assert str(check.refusal) == f"{tmp_path / name}: There is no such file. Check its name."
