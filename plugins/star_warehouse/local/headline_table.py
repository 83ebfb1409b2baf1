"""The headline measures beside the figures of STAR's own reports, as a table for a terminal."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from rich.console import Console
from rich.table import Table

from star_warehouse.database import Warehouse
from star_warehouse.release import headline

_INVENTED = (
    "The sample is invented: made-up suppliers, contracts and proxies, drawn so that the published figures come out. "
    "It shows that the warehouse computes them, and says nothing about STAR's real figures."
)


def print_headline(warehouse: Warehouse, console: Console) -> None:
    """Print the headline measures for which STAR published a figure; a sentence when nothing is published yet."""
    rows = [row for row in headline(warehouse) if row.published_value is not None]
    if not rows:
        console.print("No release shows a measure for which STAR published a figure yet.")
        return
    is_sample = any(row.is_sample for row in rows)
    table = Table(title=f"Headline measures, release {rows[0].release_id}", title_justify="left", expand=False)
    table.add_column("measure")
    table.add_column("partner")
    table.add_column("period")
    table.add_column("sample" if is_sample else "warehouse", justify="right")
    table.add_column("STAR published", justify="right")
    table.add_column("difference", justify="right")
    table.add_column("status")
    for row in rows:
        cohort = "" if row.cohort == "all" else f", {row.cohort}"
        table.add_row(
            f"{row.measure_id} {row.measure_name}{cohort}",
            row.partner_code,
            row.period,
            figure(row.value, row.unit),
            figure(row.published_value, row.unit) + ("+" if row.is_at_least else ""),
            difference(row.difference, row.unit),
            row.status,
        )
    console.print(table)
    if is_sample:
        console.print(_INVENTED, highlight=False)


def figure(value: Decimal | None, unit: str) -> str:
    """A figure as people read it: one decimal, half up.

    Args:
        value: per cent or £; None for what is not known.
        unit: ``pct`` or ``gbp``.
    """
    if value is None:
        return "–"
    if unit == "gbp":
        return f"£{_one_decimal(value / 1_000_000)}m"
    return f"{_one_decimal(value)} %"


def difference(value: Decimal | None, unit: str) -> str:
    """A difference as people read it, with its sign; of percentages in percentage points.

    Args:
        value: percentage points or £; None for what is not known.
        unit: ``pct`` or ``gbp``, of the figures compared.
    """
    if value is None:
        return "–"
    size = _one_decimal(abs(value) / (1_000_000 if unit == "gbp" else 1))
    text = f"£{size}m" if unit == "gbp" else f"{size} points"
    if size == 0:
        return text
    return f"{'+' if value > 0 else '−'}{text}"


def _one_decimal(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)
