"""The comparison itself: it is silent on equal tables and speaks up for a penny, a line or a row."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.integration.independent.calculation import Calculation
from tests.integration.independent.comparison import (
    compare_files,
    compare_headline,
    compare_participation,
    compare_retention,
    compare_social_value,
)
from tests.integration.independent.competition import Participation
from tests.integration.independent.figures import Figure, FigureKey
from tests.integration.independent.lines import FileAccount, Reject
from tests.integration.independent.portal import Portal
from tests.integration.independent.published import Published
from tests.integration.independent.retention import Cell, CellKey
from tests.integration.independent.social_value import Position

KEY = CellKey("stockport", "2019/20", "FY", "gm", "total", "none", "remit", "constant_2021")


def _mine() -> Calculation:
    cell = Cell()
    cell.numerator, cell.denominator, cell.located, cell.gross = 100, 400, 300, 0
    cell.lines, cell.located_lines, cell.invented_lines, cell.suppliers = 4, 3, 4, {"crn:1"}
    position = Position(500, 100, 40, 10, 800, {"P1"}, 2)
    return Calculation(
        accounts=[FileAccount("stockport", "a.csv", 6, 4, 1, 400, [Reject(3, "no date")])],
        lines=[],
        cells={KEY: cell},
        portal=Portal(dt.date(2024, 3, 31)),
        positions={("all", "2019/20", "all"): position},
        participations={("all", "2019/20", "SME"): Participation(4, 3, 2, 2, 1, 1)},
        figures={
            FigureKey("S1", "all", year): Figure(Decimal(amount), None)
            for year, amount in (("2019/20", "1.00"), ("2020/21", "2.50"))
        }
        | {FigureKey("B1", "all", "2019/20", "SME"): Figure(Decimal(2), Decimal(3))},
    )


def _headline(measure: str, period: str, cohort: str, value: str, numerator: str, denominator: str | None) -> Any:
    return {
        "measure_id": measure,
        "partner_code": "all",
        "period": period,
        "cohort": cohort,
        "value": Decimal(value),
        "numerator": Decimal(numerator),
        "denominator": None if denominator is None else Decimal(denominator),
        "status": "final",
    }


def _theirs() -> Published:
    return Published(
        retention={
            KEY: {
                "numerator_gbp": Decimal("1.00"),
                "denominator_gbp": Decimal("4.00"),
                "located_gbp": Decimal("3.00"),
                "unknown_gbp": Decimal("1.00"),
                "gross_basis_gbp": Decimal("0.00"),
                "lines_count": 4,
                "suppliers_count": 1,
                "is_sample": True,
                "status": "final",
                "pct": Decimal("25"),
                "pct_low": Decimal("25"),
                "pct_high": Decimal("50"),
                "coverage_pct": Decimal("75"),
            }
        },
        headline=[
            _headline("S1", "2019/20", "all", "1.00", "1.00", None),
            _headline("S1", "2020/21", "all", "2.50", "2.50", None),
            _headline("S1", "2019/20–2020/21", "all", "3.50", "3.50", None),
            _headline("S1", "since 2019/20", "all", "3.50", "3.50", None),
            _headline("B1", "2019/20", "SME", "66.6666666667", "2", "3"),
        ],
        social_value=[
            {
                "partner_code": "all",
                "award_year": "2019/20",
                "theme": "all",
                "secured_gbp": Decimal("1.00"),
                "validated_gbp": Decimal("0.40"),
                "reported_not_validated_gbp": Decimal("0.10"),
                "value_gbp": Decimal("5.00"),
                "register_value_gbp": Decimal("8.00"),
                "contracts_count": 1,
                "register_contracts_count": 2,
                "as_of_date": dt.date(2024, 3, 31),
            }
        ],
        participation=[
            {
                "partner_code": "all",
                "financial_year": "2019/20",
                "cohort": "SME",
                "bids_count": 4,
                "known_bids_count": 3,
                "cohort_bids_count": 2,
                "wins_count": 2,
                "known_wins_count": 1,
                "cohort_wins_count": 1,
            }
        ],
        source_files={
            ("stockport", "a.csv"): {
                "lines_in": 6,
                "lines_loaded": 4,
                "lines_rejected": 1,
                "lines_skipped": 1,
                "amount_loaded_gbp": Decimal("4.00"),
            }
        },
    )


COMPARISONS = [compare_files, compare_retention, compare_headline, compare_social_value, compare_participation]


@pytest.mark.parametrize("compare", COMPARISONS)
def test_equal_tables_have_no_difference(compare: Any) -> None:
    assert list(compare(_mine(), _theirs())) == []


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("numerator_gbp", Decimal("1.01"), "published 1.01, computed from the files 1"),
        ("denominator_gbp", None, "denominator_gbp: published None"),
        ("lines_count", 5, "lines_count: published 5"),
        ("is_sample", False, "is_sample: published False"),
        ("pct", Decimal("25.1"), "pct: published 25.1"),
        ("pct", None, "pct: published None"),
        ("pct_high", Decimal("100"), "pct_high: published 100"),
    ],
)
def test_a_differing_cell_is_told(column: str, value: Any, told: str) -> None:
    theirs = _theirs()
    theirs.retention[KEY][column] = value
    assert any(told in difference for difference in compare_retention(_mine(), theirs))


def test_a_share_of_unlocated_pounds_is_not_known() -> None:
    mine, theirs = _mine(), _theirs()
    mine.cells[KEY].numerator = mine.cells[KEY].located = mine.cells[KEY].located_lines = 0
    theirs.retention[KEY] |= {"numerator_gbp": Decimal(0), "located_gbp": Decimal(0), "unknown_gbp": Decimal(4)}
    theirs.retention[KEY] |= {"pct": None, "pct_low": Decimal(0), "pct_high": Decimal(100), "coverage_pct": Decimal(0)}
    assert list(compare_retention(mine, theirs)) == []


@pytest.mark.parametrize("table", ["retention", "headline", "social_value", "participation", "source_files"])
def test_a_row_that_is_not_published_is_told(table: str) -> None:
    theirs = _theirs()
    getattr(theirs, table).clear()
    assert any(
        "not published" in difference or "not in shared.source_file" in difference
        for compare in COMPARISONS
        for difference in compare(_mine(), theirs)
    )


def test_a_mean_of_ratios_or_a_wrong_span_is_told() -> None:
    theirs = _theirs()
    theirs.headline[2]["numerator"] = Decimal("1.00")
    theirs.headline[4]["value"] = Decimal("50")
    assert len(list(compare_headline(_mine(), theirs))) == 2


def test_every_record_counts() -> None:
    theirs = _theirs()
    theirs.source_files["stockport", "a.csv"] |= {"lines_rejected": 0, "lines_skipped": 2}
    theirs.source_files["stockport", "b.csv"] = {}
    assert len(list(compare_files(_mine(), theirs))) == 3
