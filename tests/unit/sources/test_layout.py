"""How the files of a feed read: layouts by date, formats, texts that stand for nothing or for no pounds."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from star_warehouse.refusal import Refusal
from star_warehouse.sources import ENTITIES, EXCEL_SERIAL, ONLY_LAYOUT, ColumnType, Period, date_pattern
from tests.builders import LAYOUTS, SNAPSHOT, SPEND, WORKBOOK, declare

APRIL_2018 = Period("2018-04", date(2018, 4, 1), date(2018, 4, 30))
MARCH_2020 = Period("2020-03", date(2020, 3, 1), date(2020, 3, 31))
APRIL_2020 = Period("2020-04", date(2020, 4, 1), date(2020, 4, 30))
YEAR_2020 = Period("2020", date(2020, 1, 1), date(2020, 12, 31))


def test_a_declaration_without_a_list_has_one_layout_for_all_days(tmp_path: Path) -> None:
    source = declare(tmp_path)

    (layout,) = source.layouts
    assert (layout.name, layout.first_day, layout.last_day) == (ONLY_LAYOUT, None, None)
    assert layout.format.delimiter == ","
    assert layout.date_formats == ("%d/%m/%Y",)
    assert layout.null_tokens == ("NA",)
    assert layout.zero_tokens == ()
    assert list(layout.tables) == ["spend_line"]
    assert source.layouts_for(APRIL_2018) == source.layouts_for(YEAR_2020) == (layout,)


def test_each_layout_says_all_that_the_only_one_would(tmp_path: Path) -> None:
    old, new = declare(tmp_path, LAYOUTS).layouts

    assert (old.name, old.format.delimiter, old.zero_tokens) == ("old", ",", ())
    assert (new.name, new.format.delimiter, new.zero_tokens) == ("new", ";", ("Nil",))
    assert new.tables["spend_line"].columns["amount_net_gbp"] == ("Total",)


@pytest.mark.parametrize(
    ("period", "names"), [(APRIL_2018, ["old"]), (MARCH_2020, ["old"]), (APRIL_2020, ["new"])]
)  # fmt: skip
def test_a_period_has_the_layouts_that_hold_all_its_days(tmp_path: Path, period: Period, names: list[str]) -> None:
    assert [layout.name for layout in declare(tmp_path, LAYOUTS).layouts_for(period)] == names


def test_layouts_may_overlap_and_stay_in_declared_order(tmp_path: Path) -> None:
    source = declare(tmp_path, LAYOUTS, ("    to: 2020-03-31\n", ""))

    assert [layout.name for layout in source.layouts_for(APRIL_2020)] == ["old", "new"]


def test_a_period_that_no_layout_holds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="No layout of the source holds the whole period 2020 "):
        declare(tmp_path, LAYOUTS).layouts_for(YEAR_2020)


def test_a_csv_may_be_compressed_with_gzip(tmp_path: Path) -> None:
    assert declare(tmp_path / "a", SPEND, ("','}", "',', gzip: true}")).layouts[0].format.gzip
    assert not declare(tmp_path / "b").layouts[0].format.gzip


@pytest.mark.parametrize(
    ("declared", "sheet", "is_taken"),
    [
        ("Payments", "Payments", True),
        ("Payments", "payments", False),
        ("Payments", "Payments 2", False),
        ("'*-2024'", "April-2024", True),
        ("'*-2024'", "April-2023", False),
        ("'Paid [net]'", "Paid [net]", True),
    ],
)
def test_a_sheet_is_a_name_or_a_pattern(tmp_path: Path, declared: str, sheet: str, is_taken: bool) -> None:
    source = declare(tmp_path, WORKBOOK, ("sheet: Payments", f"sheet: {declared}"))

    assert source.layouts[0].tables["spend_line"].takes_sheet(sheet) is is_taken


def test_a_csv_takes_no_sheet(tmp_path: Path) -> None:
    assert not declare(tmp_path, SNAPSHOT).layouts[0].tables["contract"].takes_sheet("Payments")


def test_day_numbers_are_a_date_format(tmp_path: Path) -> None:
    source = declare(tmp_path, SPEND, ("['%d/%m/%Y']", "['%d/%m/%Y', excel_serial]"))

    assert source.layouts[0].date_formats == ("%d/%m/%Y", EXCEL_SERIAL)
    assert date_pattern(EXCEL_SERIAL) == "[0-9]{5}"


@pytest.mark.parametrize(
    ("form", "reads", "reads_not"),
    [
        ("%d/%m/%Y", ["3/4/2018", "03/04/2018"], ["03042018"]),
        ("%d%m%Y", ["03042018"], ["342018"]),
        # 111/2018 would be the 11th of January or the 1st of November.
        ("%d%m/%Y", ["0304/2018"], ["34/2018", "111/2018"]),
        ("%d-%m%Y", ["3-042018"], ["3-42018"]),
        ("%d%b%Y", ["3Apr2018", "03Apr2018"], ["003Apr2018"]),
    ],
)
def test_a_number_of_one_digit_stands_beside_no_other(form: str, reads: list[str], reads_not: list[str]) -> None:
    assert [text for text in [*reads, *reads_not] if re.fullmatch(date_pattern(form), text)] == reads


@pytest.mark.parametrize(
    ("formats", "line", "what"),
    [
        (["%Y-%m-%d", "%d/%m/%Y %H"], 15, "'%H' in '%d/%m/%Y %H' is not known"),
        (["%Y-%m-%d", "%d/%m/%Y", "dd/mm/yyyy"], 16, "'dd/mm/yyyy' must have one day"),
        (["%d/%m/%Y", "%m/%d/%Y"], 15, "two of the formats read the same text"),
        (["%d/%m/%y", "%y/%m/%d"], 15, "two of the formats read the same text"),
        (["%d-%b-%y", "%Y-%m-%d", "%y-%b-%d"], 16, "two of the formats read the same text"),
    ],
)
def test_a_wrong_date_format_is_refused_with_its_line(tmp_path: Path, formats: list[str], line: int, what: str) -> None:
    items = "".join(f"\n  - '{form}'" for form in formats)

    with pytest.raises(Refusal) as refusal:
        declare(tmp_path, SPEND, (" ['%d/%m/%Y']", items))

    assert what in refusal.value.what
    assert refusal.value.where == f"{tmp_path / 'town.yml'}:{line}"


def test_formats_that_read_no_text_as_two_days_go_together(tmp_path: Path) -> None:
    formats = ("%d/%m/%Y", "%d/%m/%y", "%Y-%m-%d", "%d %b %Y", "%d %B %Y", "%d%m%Y", "%Y%m%d", "excel_serial")

    assert declare(tmp_path, SPEND, ("['%d/%m/%Y']", str([*formats]))).layouts[0].date_formats == formats


def test_a_period_becomes_final_only_if_it_is_declared(tmp_path: Path) -> None:
    text = ("late_after_days: 20", "late_after_days: 20, final_after_days: 90")

    assert declare(tmp_path / "a", SPEND, text).cadence.final_after_days == 90
    assert declare(tmp_path / "b").cadence.final_after_days is None


def test_what_tells_one_thing_from_others_is_an_identifier() -> None:
    identifiers = {
        (entity.name, column)
        for entity in ENTITIES.values()
        for column, kind in entity.columns.items()
        if kind is ColumnType.IDENTIFIER
    }

    assert identifiers == {
        *(("spend_line", name) for name in ("supplier_ref", "company_number", "charity_number", "vat_number")),
        *(("spend_line", name) for name in ("transaction_number", "contract_ref")),
        *(("portal_project", name) for name in ("project_id", "supplier_company_number", "contract_ref")),
        ("register_company", "company_number"),
        *(("register_charity", name) for name in ("charity_number", "linked_charity_number", "company_number")),
        ("portal_target", "project_id"),
        ("portal_delivery", "project_id"),
        *(("contract", name) for name in ("contract_ref", "company_number")),
        *(("tender_lot", name) for name in ("opportunity_ref", "contract_ref")),
        *(("tender_bid", name) for name in ("opportunity_ref", "bidder_ref", "company_number")),
    }


def test_an_amount_must_have_a_header(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="a line needs amount_net_gbp, so the header of one must be there"):
        declare(tmp_path, SPEND, ("may_be_absent: [purpose]", "may_be_absent: [purpose, amount_net_gbp]"))


def test_a_csv_holds_one_table(tmp_path: Path) -> None:
    text = SNAPSHOT[: SNAPSHOT.index("tables:")].replace("kind: contracts", "kind: tenders")
    text += """\
tables:
  tender_lot: {columns: {opportunity_ref: [Ref], lot_number: [Lot], buyer: [Buyer], status: [Status]}}
  tender_bid: {columns: {opportunity_ref: [Ref], lot_number: [Lot], stage: [Stage]}}
"""

    with pytest.raises(Refusal, match="a csv holds one table; several come as the sheets of an xlsx"):
        declare(tmp_path, text)


def test_layouts_that_nothing_tells_apart_are_refused(tmp_path: Path) -> None:
    same = [
        ("    to: 2020-03-31\n", ""),
        ("    format: {type: csv, delimiter: ';'}\n", "    format: {type: csv, delimiter: ','}\n"),
        ("[Payee]", "[SUPPLIER]"),
        ("[Date]", "[Paid]"),
        ("[Total]", "[Net]"),
    ]

    with pytest.raises(Refusal, match="neither days nor headers tell it from layout 'old'"):
        declare(tmp_path, LAYOUTS, *same)


ALIKE = [
    ("    to: 2020-03-31\n", ""),
    ("[Payee]", "[Supplier]"),
    ("[Date]", "[Paid]"),
    ("[Total]", "[Net]"),
]


@pytest.mark.parametrize("more", ["", ", legacy_encoding: cp1252", ", short_rows: fill", ", quotes: false"])
def test_layouts_that_only_read_the_same_file_otherwise_are_refused(tmp_path: Path, more: str) -> None:
    otherwise = ("delimiter: ';'", f"delimiter: ','{more}")

    with pytest.raises(Refusal, match="neither days nor headers tell it from layout 'old'"):
        declare(tmp_path, LAYOUTS, *ALIKE, otherwise)


@pytest.mark.parametrize("told_by", ["delimiter: ';'", "delimiter: ',', gzip: true", "delimiter: ',', in_zip: '*.csv'"])
def test_layouts_that_the_file_itself_tells_apart_are_let_be(tmp_path: Path, told_by: str) -> None:
    source = declare(tmp_path, LAYOUTS, *ALIKE, ("delimiter: ';'", told_by))

    assert [layout.name for layout in source.layouts_for(APRIL_2020)] == ["old", "new"]
