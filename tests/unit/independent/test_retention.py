"""Retention of a handful of lines, worked out on paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration.independent.figures import FigureKey, pounds
from tests.integration.independent.lines import SpendLine
from tests.integration.independent.offices import Offices
from tests.integration.independent.postcodes import Districts
from tests.integration.independent.retention import Cell, CellKey, retention_cells, retention_figures
from tests.integration.independent.scope import read_scope

# Public buildings: the town halls of Stockport, Trafford (Stretford), Rochdale, St Helens; Liverpool; Leeds.
STOCKPORT, TRAFFORD, ROCHDALE, ST_HELENS = "SK1 3XE", "m320th", "OL16 1AB", "WA10 1HP"
LIVERPOOL, LEEDS = "L1 1JF", "LS1 1UR"
RULES = (
    "rule_id,priority,field,pattern,scope_class,valid_from,valid_to,reason\n"
    "keep,5,supplier_name,^invented tax advice,influenceable,,,A firm\n"
    "tax,10,supplier_name,(^|[^a-z])tax([^a-z]|$),tax,,,Tax\n"
    "late,10,purpose,late levy,levy,2019-01-01,,From 2019\n"
    "recharge,1,purpose,^recharge between partners,intra_partner,,,Recharge\n"
    "school,20,supplier_class,^school$,public_body,,,A school\n"
)
CLASS_RULES = (
    "rule_id,priority,basis,field,pattern,supplier_class,masking,valid_from,valid_to,reason\n"
    "number,1,identifier,charity_number,^[0-9]{7}$,charity,never,,,A charity\n"
    "school,2,name,supplier_name,^the ({place}) school$,school,never,,,A school\n"
)
CHARITIES = {"1000009": (dt.date(2018, 8, 1), dt.date(2018, 8, 31))}
WORDS = "word_set,word,reason\nplace,park,\nplace,hill,\n"
CellsOf = Callable[..., dict[CellKey, Cell]]
LINE = SpendLine(
    partner="stockport",
    payment_date=dt.date(2018, 8, 31),
    pence=2_500_000,
    is_gross=False,
    supplier_name="Invented One",
    supplier_ref="1",
    company_number=None,
    remit_postcode=STOCKPORT,
    registered_postcode=LEEDS,
    transaction_number="T1",
    purpose=None,
    category_label=None,
    department=None,
)


@pytest.fixture(scope="module")
def districts() -> Districts:
    """The real postcode directory."""
    return Districts()


@pytest.fixture
def cells_of(tmp_path: Path, districts: Districts) -> CellsOf:
    """Computes the cells of some lines under the rules above."""
    rules = tmp_path / "scope_rule.csv"
    rules.write_text(RULES, encoding="utf-8")
    (tmp_path / "supplier_class_rule.csv").write_text(CLASS_RULES, encoding="utf-8")
    (tmp_path / "name_word.csv").write_text(WORDS, encoding="utf-8")
    offices = Offices()
    offices.add("SC012345", dt.date(2020, 8, 1), ROCHDALE)
    offices.add("sc12345", dt.date(2018, 9, 1), STOCKPORT)
    return lambda *lines: retention_cells(list(lines), read_scope(rules, lines, CHARITIES), districts, offices)


def _key(
    ring: str = "own_borough",
    partner: str = "stockport",
    basis: str = "supplier_year",
    scope: str = "influenceable",
    location: str = "remit",
    series: str = "as_at_membership",
    quarter: str = "FY",
    year: str = "2018/19",
) -> CellKey:
    return CellKey(partner, year, quarter, ring, scope, basis, location, series)


def _sums(cell: Cell) -> tuple[int, int]:
    return cell.numerator, cell.denominator


def test_known_postcodes(districts: Districts) -> None:
    found = [districts.gss_code(code) for code in (STOCKPORT, TRAFFORD, ROCHDALE, ST_HELENS, LIVERPOOL, LEEDS)]
    assert found == ["E08000007", "E08000009", "E08000005", "E08000013", "E08000012", "E08000035"]
    assert [districts.gss_code(code) for code in (None, "", "SK1", "QQ1 1QQ", "1")] == [None] * 5


def test_rings_nest_only_where_they_do(cells_of: CellsOf) -> None:
    cells = cells_of(
        LINE,
        replace(LINE, remit_postcode=TRAFFORD),
        replace(LINE, remit_postcode=LIVERPOOL),
        replace(LINE, remit_postcode=LEEDS),
        replace(LINE, remit_postcode="nowhere"),
    )
    den = 5 * 2_500_000
    assert _sums(cells[_key("own_borough")]) == (2_500_000, den)
    assert _sums(cells[_key("star_boroughs")]) == (5_000_000, den)
    assert _sums(cells[_key("gm")]) == (5_000_000, den)
    assert _sums(cells[_key("lcr")]) == (2_500_000, den)
    assert _sums(cells[_key("north_west")]) == (7_500_000, den)
    assert cells[_key("gm")].located == 4 * 2_500_000
    assert _sums(cells[_key("own_borough", location="registered")]) == (0, den)


def test_tameside_counts_as_a_star_borough_from_september_2018(cells_of: CellsOf) -> None:
    there = replace(LINE, remit_postcode="OL6 6BH")
    before, after = there, replace(there, payment_date=dt.date(2018, 9, 1))
    cells = cells_of(before, after)
    assert _sums(cells[_key("star_boroughs")]) == (2_500_000, 5_000_000)
    assert _sums(cells[_key("star_boroughs", series="constant_2021")]) == (5_000_000, 5_000_000)
    assert _sums(cells[_key("star_boroughs", quarter="Q2")]) == (2_500_000, 5_000_000)


def test_a_payment_before_membership_is_in_the_constant_series_only(cells_of: CellsOf) -> None:
    cells = cells_of(replace(LINE, partner="tameside"))
    assert {key.series for key in cells} == {"constant_2021"}


@pytest.mark.parametrize(("pence", "counts"), [(2_499_999, False), (2_500_000, True), (2_500_001, True)])
def test_threshold_edges(pence: int, counts: bool, cells_of: CellsOf) -> None:
    cells = cells_of(replace(LINE, pence=pence + 100), replace(LINE, pence=-100, transaction_number="T2"))
    assert (_key() in cells) is counts
    assert _key(basis="transaction") in cells  # the invoice alone is above it
    assert _sums(cells[_key(basis="none")]) == (pence, pence)


def test_a_supplier_is_summed_by_company_number_over_vendor_records(cells_of: CellsOf) -> None:
    half = replace(LINE, pence=1_250_000, company_number="zz 1", transaction_number=None)
    cells = cells_of(half, replace(half, supplier_ref="2", company_number="ZZ1"))
    assert _sums(cells[_key()]) == (2_500_000, 2_500_000)
    assert _key(basis="transaction") not in cells  # without a number each line is a transaction of its own
    assert len(cells[_key()].suppliers) == 1


def test_redacted_lines_are_nobody(cells_of: CellsOf) -> None:
    hidden = replace(LINE, supplier_name="REDACTED COMMERCIAL CONFIDENTIALITY", pence=1_250_000)
    cells = cells_of(hidden, replace(hidden, transaction_number="T2"), replace(hidden, supplier_name="Redacted"))
    # T1 holds one commercial and one personal line, 25,000 together; T2 stays below.
    assert _sums(cells[_key()]) == (0, 1_250_000)
    assert _sums(cells[_key(scope="total")]) == (0, 2_500_000)
    assert _sums(cells[_key(basis="none")]) == (0, 2_500_000)
    assert cells[_key()].located_lines == 0


def test_scope_rules_by_priority_and_date(cells_of: CellsOf) -> None:
    cells = cells_of(
        replace(LINE, supplier_name="Invented\u00a0 Tax Office"),
        replace(LINE, supplier_name="Invented TAX Advice Ltd"),
        replace(LINE, purpose="Late levy"),
        replace(LINE, purpose="Late levy", payment_date=dt.date(2019, 1, 1)),
    )
    assert cells[_key(basis="none")].lines == 2
    assert cells[_key(basis="none", scope="total")].lines == 4


def test_a_line_goes_by_the_class_of_its_supplier(cells_of: CellsOf) -> None:
    """By all its vendor records: written otherwise it is the same school; a charity number says more than the name."""
    cells = cells_of(
        replace(LINE, supplier_name="Invented The\u00a0HILL School"),
        replace(LINE, supplier_name="Hill Sch"),
        replace(LINE, supplier_ref="2", supplier_name="The Park School"),
        replace(LINE, supplier_ref="2", supplier_name="Park School", charity_number="123 4567"),
        replace(LINE, supplier_ref="3", supplier_name="The Lake School"),
    )
    assert cells[_key(basis="none", scope="total")].lines == 5
    assert cells[_key(basis="none")].lines == 3


def test_a_charity_is_a_school_before_its_registration_and_from_its_removal_on(cells_of: CellsOf) -> None:
    school = replace(LINE, supplier_name="Invented The Hill School", charity_number="1000009")
    days = [dt.date(2018, 7, 31), dt.date(2018, 8, 1), dt.date(2018, 8, 30), dt.date(2018, 8, 31)]
    cells = cells_of(*(replace(school, payment_date=day) for day in days))
    assert _sums(cells[_key(basis="none")]) == (5_000_000, 5_000_000)
    assert _sums(cells[_key(basis="none", scope="total")]) == (10_000_000, 10_000_000)


def test_all_partners(cells_of: CellsOf) -> None:
    winter = dt.date(2023, 12, 1)
    cells = cells_of(
        replace(LINE, payment_date=winter),
        replace(LINE, payment_date=winter, purpose="Recharge between partners: staff"),
        replace(LINE, payment_date=winter, partner="st_helens", remit_postcode=ST_HELENS),
        replace(LINE, payment_date=winter, partner="rochdale", remit_postcode=ST_HELENS),
    )
    year = "2023/24"
    assert _sums(cells[_key("star_boroughs", partner="all", year=year)]) == (7_500_000, 7_500_000)
    assert _sums(cells[_key("gm", partner="all", year=year)]) == (2_500_000, 5_000_000)
    assert _sums(cells[_key("gm", partner="st_helens", year=year)]) == (0, 2_500_000)
    assert cells[_key(partner="all", scope="total", year=year)].lines == 3
    assert cells[_key(scope="total", year=year)].lines == 2
    assert _sums(cells[_key("star_boroughs", partner="all", year=year, series="constant_2021")]) == (
        2_500_000,
        5_000_000,
    )
    figures = retention_figures(cells)
    assert FigureKey("R3", "st_helens", year, "all") not in figures
    assert figures[FigureKey("R3", "all", year, "all")] == (pounds(2_500_000), pounds(5_000_000))


@pytest.mark.parametrize(
    ("day", "number", "written", "district"),
    [
        # Before the first edition the earliest office known, then from each edition's own day.
        (dt.date(2018, 4, 1), "SC12345", None, "E08000007"),
        (dt.date(2020, 7, 31), "SC012345", None, "E08000007"),
        (dt.date(2020, 8, 1), "sc 12345", None, "E08000005"),
        (dt.date(2020, 8, 1), "SC12345", TRAFFORD, "E08000009"),
        (dt.date(2020, 8, 1), "SC12345", "nowhere", None),
        (dt.date(2020, 8, 1), "SC12346", None, None),
        (dt.date(2020, 8, 1), None, None, None),
    ],
)
def test_the_register_says_the_office_that_the_partner_does_not(
    day: dt.date, number: str | None, written: str | None, district: str | None, cells_of: CellsOf
) -> None:
    line = replace(LINE, partner="rochdale", payment_date=day, company_number=number, registered_postcode=written)
    cell = cells_of(line)[_key("gm", partner="rochdale", location="registered", year=line.financial_year)]
    assert (cell.located > 0) is (district is not None)
    own = cells_of(line)[_key(partner="rochdale", location="registered", year=line.financial_year)]
    assert (own.numerator > 0) is (district == "E08000005")
