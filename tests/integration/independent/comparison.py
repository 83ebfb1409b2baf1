"""Holds the published tables against the second calculation; every difference is one sentence with both values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.integration.independent.calculation import Calculation
from tests.integration.independent.facts import ALL
from tests.integration.independent.figures import MONEY_MEASURES, Figure, add_up, pounds, value
from tests.integration.independent.published import Published, Row
from tests.integration.independent.retention import Cell, CellKey
from tests.integration.independent.social_value import Position

# Published ratios may be rounded far behind the decimal point, sums never.
RATIO_TOLERANCE = Decimal("0.000001")
_SPEND_SOURCES = frozenset(
    ("stockport", "rochdale", "trafford", "tameside", "hmr_ccg", "trafford_ccg", "knowsley", "st_helens")
)


def compare_files(mine: Calculation, theirs: Published) -> Iterator[str]:
    """Compare the account of every file: records in, loaded, rejected, skipped, and the pounds of spend files."""
    for account in mine.accounts:
        row = theirs.source_files.get((account.source_id, account.file_name))
        where = f"{account.source_id}/{account.file_name}"
        if row is None:
            yield f"{where}: not in shared.source_file"
            continue
        if account.lines_in != account.lines_loaded + account.lines_rejected + account.lines_skipped:
            yield f"{where}: the check's own account does not add up"
        yield from _differences(
            where,
            row,
            {
                "lines_in": account.lines_in,
                "lines_loaded": account.lines_loaded,
                "lines_rejected": account.lines_rejected,
                "lines_skipped": account.lines_skipped,
                **({"amount_loaded_gbp": pounds(account.pence_loaded)} if account.source_id in _SPEND_SOURCES else {}),
            },
        )
    known = {(account.source_id, account.file_name) for account in mine.accounts}
    for source_id, file_name in theirs.source_files.keys() - known:
        yield f"{source_id}/{file_name}: published, but not among the sample files"


def compare_retention(mine: Calculation, theirs: Published) -> Iterator[str]:
    """Compare every row of the retention table: sums to the penny, lines, and the percentages that follow."""
    for key in sorted(mine.cells.keys() | theirs.retention.keys()):
        where = f"retention {' '.join(key)}"
        cell, row = mine.cells.get(key), theirs.retention.get(key)
        if row is None:
            yield f"{where}: not published"
        elif cell is None:
            if row["lines_count"] or row["denominator_gbp"]:
                yield f"{where}: published with {row['denominator_gbp']}, the files hold no such line"
        else:
            yield from _cell_differences(where, key, cell, row)


def _cell_differences(where: str, key: CellKey, cell: Cell, row: Row) -> Iterator[str]:
    numerator, denominator, located = (pounds(part) for part in (cell.numerator, cell.denominator, cell.located))
    yield from _differences(
        where,
        row,
        {
            "numerator_gbp": numerator,
            "denominator_gbp": denominator,
            "located_gbp": located,
            "unknown_gbp": denominator - located,
            "gross_basis_gbp": pounds(cell.gross),
            "lines_count": cell.lines,
            "suppliers_count": len(cell.suppliers),
            "is_sample": cell.invented_lines > 0,
        },
    )
    is_withheld = row["status"] == "incomplete" and key.partner == ALL
    has_ratio = denominator > 0 and cell.located_lines > 0 and not is_withheld
    # Where credit notes outweigh the invoices of unknown place, all of it inside makes less, not more.
    fewest, most = sorted((numerator, numerator + denominator - located))
    yield from _ratio_difference(f"{where} pct", row["pct"], 100 * numerator / denominator if has_ratio else None)
    yield from _ratio_difference(
        f"{where} pct_high", row["pct_high"], _bound(100 * most, 100, denominator, cell, is_withheld)
    )
    yield from _ratio_difference(
        f"{where} pct_low", row["pct_low"], _bound(100 * fewest, 0, denominator, cell, is_withheld)
    )
    yield from _ratio_difference(
        f"{where} coverage_pct", row["coverage_pct"], 100 * located / denominator if denominator > 0 else None
    )


def _bound(hundredfold: Decimal, unlocated: int, denominator: Decimal, cell: Cell, is_withheld: bool) -> Decimal | None:
    if denominator <= 0 or is_withheld:
        return None
    return hundredfold / denominator if cell.located_lines else Decimal(unlocated)


def compare_headline(mine: Calculation, theirs: Published) -> Iterator[str]:
    """Compare every headline row of the computed measures, single years and spans alike, and miss none."""
    computed = {key.measure for key in mine.figures}
    seen = set()
    for row in theirs.headline:
        if row["measure_id"] not in computed:
            continue
        years = _years(row["period"])
        seen.add((row["measure_id"], row["partner_code"], row["period"], row["cohort"]))
        figure = add_up(mine.figures, row["measure_id"], row["partner_code"], row["cohort"], years)
        where = f"headline {row['measure_id']} {row['partner_code']} {row['period']} {row['cohort']}"
        if figure is None:
            if row["numerator"] or row["denominator"]:
                yield f"{where}: published {row['numerator']} / {row['denominator']}, the files hold nothing"
            continue
        yield from _headline_differences(where, row, figure)
    for key in mine.figures:
        if (key.measure, key.partner, key.year, key.cohort) not in seen:
            yield f"headline {' '.join(key)}: not published"


def _headline_differences(where: str, row: Row, figure: Figure) -> Iterator[str]:
    yield from _differences(where, row, {"numerator": figure.numerator})
    if row["measure_id"] not in MONEY_MEASURES:
        yield from _differences(where, row, {"denominator": figure.denominator})
    if row["status"] != "incomplete":
        yield from _ratio_difference(f"{where} value", row["value"], value(row["measure_id"], figure))


def compare_social_value(mine: Calculation, theirs: Published) -> Iterator[str]:
    """Compare the social value of every partner and award year, in all and by theme."""
    rows = {(row["partner_code"], row["award_year"], row["theme"]): row for row in theirs.social_value}
    for key in sorted(mine.positions.keys() | rows.keys()):
        where = f"social_value_partner {' '.join(key)}"
        position, row = mine.positions.get(key, Position()), rows.get(key)
        if row is None:
            if position.secured or position.validated or position.reported_not_validated or position.value:
                yield f"{where}: not published"
            continue
        expected: dict[str, Any] = {
            "secured_gbp": pounds(position.secured),
            "validated_gbp": pounds(position.validated),
            "reported_not_validated_gbp": pounds(position.reported_not_validated),
        }
        if key[2] == ALL:
            expected |= {
                "value_gbp": pounds(position.value),
                "register_value_gbp": pounds(position.register_value),
                "contracts_count": len(position.projects),
                "register_contracts_count": position.register_contracts,
                "as_of_date": mine.portal.as_of,
            }
        yield from _differences(where, row, expected)


def compare_participation(mine: Calculation, theirs: Published) -> Iterator[str]:
    """Compare the counts of bids and wins of every partner, year and cohort."""
    rows = {(row["partner_code"], row["financial_year"], row["cohort"]): row for row in theirs.participation}
    for key in sorted(mine.participations.keys() | rows.keys()):
        where = f"participation {' '.join(key)}"
        counts, row = mine.participations.get(key), rows.get(key)
        if row is None or counts is None:
            yield f"{where}: {'not published' if row is None else 'published, the files hold nothing'}"
            continue
        yield from _differences(
            where,
            row,
            {
                "bids_count": counts.bids,
                "known_bids_count": counts.known_bids,
                "cohort_bids_count": counts.cohort_bids,
                "wins_count": counts.wins,
                "known_wins_count": counts.known_wins,
                "cohort_wins_count": counts.cohort_wins,
            },
        )


def _differences(where: str, row: Row, expected: dict[str, Any]) -> Iterator[str]:
    for column, wanted in expected.items():
        if (row[column] or 0) != (wanted or 0):
            yield f"{where} {column}: published {row[column]}, computed from the files {wanted}"


def _ratio_difference(where: str, published: Any, computed: Decimal | None) -> Iterator[str]:
    if (published is None) != (computed is None):
        yield f"{where}: published {published}, computed from the files {computed}"
    elif computed is not None and abs(Decimal(published) - computed) > RATIO_TOLERANCE:
        yield f"{where}: published {published}, computed from the files {computed:.8f}"


def _years(period: str) -> tuple[str, str | None]:
    """Read ``2019/20``, ``2019/20–2020/21`` or ``since 2019/20`` as first and last year."""
    years = re.findall(r"\d{4}/\d{2}", period)
    if period.startswith("since "):
        return years[0], None
    return years[0], years[-1]
