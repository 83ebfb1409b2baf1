"""How much of a delivery may be unreadable."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from star_warehouse.load import DeliverySummary, RejectedLine, check_tolerance, expected_dates
from star_warehouse.refusal import Refusal
from tests.builders import LAYOUTS, SPEND, WORKBOOK, declare
from tests.reading import MadeUp


def lines(loaded: int, rejected: list[RejectedLine], sheet: str | None = None) -> DeliverySummary:
    return MadeUp(pl.DataFrame({"line_number": range(loaded)}), rejected, sheet=sheet).summary()


def bad(number: int, code: str = "unreadable_date") -> RejectedLine:
    return RejectedLine(number, None, code, f"Reason {code}.", "text")


@pytest.mark.parametrize(
    ("pct", "loaded", "rejected", "is_tolerated"),
    [
        ("25", 3, 1, True),
        ("25", 299, 100, False),
        ("25", 300, 100, True),
        ("0", 1, 0, True),
        ("0", 1000, 1, False),
        ("0.5", 199, 1, True),
        ("0.5", 198, 1, False),
        ("99", 0, 1, False),
        ("99", 0, 0, False),
    ],
)
def test_the_share_of_rejected_lines_decides(
    tmp_path: Path, pct: str, loaded: int, rejected: int, is_tolerated: bool
) -> None:
    source = declare(tmp_path, SPEND, ("rejected_pct: 25", f"rejected_pct: {pct}"))
    content = lines(loaded, [bad(number) for number in range(rejected)])

    if is_tolerated:
        check_tolerance(source, "file.csv", content)
    else:
        with pytest.raises(Refusal):
            check_tolerance(source, "file.csv", content)


def test_the_sentence_names_the_main_reasons_and_their_first_lines(tmp_path: Path) -> None:
    rejected = [bad(7, "b"), bad(8, "a"), bad(9, "a"), bad(10, "c"), bad(11, "d"), bad(12, "c"), bad(13, "a")]

    with pytest.raises(Refusal) as refusal:
        check_tolerance(declare(tmp_path), "town_2018-04.csv", lines(13, rejected))

    assert refusal.value.where == "town: town_2018-04.csv"
    assert refusal.value.what == (
        "7 of 20 lines do not read, more than the 25 % tolerated. "
        "3 like line 8: Reason a. 2 like line 10: Reason c. 1 like line 7: Reason b."
    )


def test_a_sheet_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"1 like sheet Payments, row 4: Reason x\."):
        check_tolerance(declare(tmp_path), "file", lines(0, [bad(4, "x")], "Payments"))


def test_a_header_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="The file has a header but no line below it"):
        check_tolerance(declare(tmp_path), "file", lines(0, []))


def test_unreadable_dates_are_refused_with_the_ways_in_which_they_are_expected(tmp_path: Path) -> None:
    town = declare(tmp_path, SPEND, ("['%d/%m/%Y']", "['%d/%m/%Y', excel_serial]"))

    with pytest.raises(Refusal) as refusal:
        check_tolerance(town, "file", lines(1, [bad(4)]))

    assert refusal.value.what.endswith("Dates are expected as 31/12/2024 (%d/%m/%Y) or 45657 (excel_serial).")
    with pytest.raises(Refusal) as refusal:
        check_tolerance(town, "file", lines(1, [bad(4, "unreadable_amount")]))
    assert "expected" not in refusal.value.what


def test_a_declaration_without_date_formats_is_told(tmp_path: Path) -> None:
    town = declare(tmp_path, SPEND, ("date_formats: ['%d/%m/%Y']\n", ""))

    with pytest.raises(Refusal) as refusal:
        check_tolerance(town, "file", lines(1, [bad(4)]))

    assert refusal.value.what.endswith("No date reads: the declaration has no 'date_formats'.")


def test_the_dates_expected_are_those_of_the_files_layout(tmp_path: Path) -> None:
    source = declare(tmp_path, LAYOUTS)

    assert expected_dates(source, "new") == "2024-12-31 (%Y-%m-%d)"
    assert expected_dates(source) == "31/12/2024 (%d/%m/%Y) or 2024-12-31 (%Y-%m-%d)"
    assert expected_dates(declare(tmp_path, WORKBOOK)) == "a date cell"
