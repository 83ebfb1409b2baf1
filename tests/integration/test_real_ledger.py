"""Trafford Council's published ledger, the real files, through the same DAGs to a published release.

The files are not part of the repository: without them the test is skipped. Expected figures come from reading the CSV
with Python's own csv module, and from the counts stated for the published files.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from tests.integration.conftest import FirstRun
from tests.realdata import REAL_DATA

FOLDER = REAL_DATA / "trafford"
FILES = {
    "2024/25": (FOLDER / "trafford-supplier-spend-2024-25.zip", 210_068),
    "2025/26": (FOLDER / "trafford-supplier-spend-2025-26.zip", 241_764),
}

pytestmark = pytest.mark.skipif(
    not all(path.exists() for path, _ in FILES.values()),
    reason=f"the published ledger of Trafford Council is not at {FOLDER}",
)


@dataclass(frozen=True)
class Ledger:
    """What one published file holds, read without the pipeline."""

    lines: int
    negatives: int
    total_gbp: Decimal
    by_month_gbp: dict[str, Decimal]


@pytest.fixture(scope="module")
def ledgers() -> dict[str, Ledger]:
    return {year: _read(path) for year, (path, _) in FILES.items()}


@pytest.fixture(scope="module")
def warehouse(first_run: FirstRun) -> Iterator[psycopg.Connection]:
    """The warehouse after the real files were delivered and `run` went once more."""
    installation = first_run.installation
    delivered = installation.command("deliver", "trafford_published", *(str(path) for path, _ in FILES.values()))
    assert delivered.returncode == 0, delivered.stdout + delivered.stderr
    ran = installation.command("run")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    with installation.server(), psycopg.connect(installation.database_url(), autocommit=True) as connection:
        yield connection


def test_no_line_is_lost_and_none_deduplicated(warehouse: psycopg.Connection, ledgers: dict[str, Ledger]) -> None:
    rows = warehouse.execute(
        """
        select period_key, lines_loaded, lines_rejected, amount_loaded_gbp
        from shared.source_file where source_id = 'trafford_published' order by period_start_date
        """
    ).fetchall()
    assert [(loaded, rejected, amount) for _, loaded, rejected, amount in rows] == [
        (FILES[year][1], 0, ledgers[year].total_gbp) for year in FILES
    ]


def test_the_published_totals_are_the_stated_ones(ledgers: dict[str, Ledger]) -> None:
    assert ledgers["2024/25"].total_gbp == Decimal("565219573.74")
    assert {year: ledger.lines for year, ledger in ledgers.items()} == {
        year: count for year, (_, count) in FILES.items()
    }


def test_month_totals_and_negatives_agree(warehouse: psycopg.Connection, ledgers: dict[str, Ledger]) -> None:
    rows = warehouse.execute(
        """
        select financial_year, to_char(payment_date, 'YYYY-MM'), sum(amount_gbp), count(*) filter (where amount_gbp < 0)
        from warehouse.fct_payment_line where source_id = 'trafford_published' group by 1, 2
        """
    ).fetchall()
    for year, ledger in ledgers.items():
        months = {month: amount for row_year, month, amount, _ in rows if row_year == year}
        assert months == ledger.by_month_gbp
        assert sum(negative for row_year, _, _, negative in rows if row_year == year) == ledger.negatives


def test_a_source_without_postcodes_has_no_retention_but_says_so(
    warehouse: psycopg.Connection, ledgers: dict[str, Ledger]
) -> None:
    rows = warehouse.execute(
        """
        select financial_year, denominator_gbp, coverage_pct, pct, pct_low, pct_high, is_sample
        from shared.retention
        where partner_code = 'trafford' and financial_year = any(%s) and quarter = 'FY' and ring = 'own_borough'
          and scope = 'total' and threshold_basis = 'none' and location_basis = 'remit'
          and series = 'constant_2021'
        order by 1
        """,
        [list(FILES)],
    ).fetchall()
    assert rows == [
        (year, ledgers[year].total_gbp, Decimal(0), None, Decimal(0), Decimal(100), False) for year in FILES
    ]


def test_the_whole_partnership_is_not_shown_from_one_partner(warehouse: psycopg.Connection) -> None:
    statuses = warehouse.execute(
        "select distinct status, pct from shared.retention "
        "where partner_code = 'all' and financial_year = '2024/25' and quarter = 'FY'"
    ).fetchall()
    assert statuses == [("incomplete", None)]


def _read(path: Path) -> Ledger:
    lines = negatives = 0
    total = Decimal(0)
    by_month: dict[str, Decimal] = defaultdict(Decimal)
    with zipfile.ZipFile(path) as archive:
        (member,) = archive.namelist()
        with archive.open(member) as stream:
            for row in csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8", newline="")):
                amount = Decimal(row["Amount"])
                lines += 1
                negatives += amount < 0
                total += amount
                by_month[row["PaymentDate"][:7]] += amount
    return Ledger(lines, negatives, total, dict(by_month))
