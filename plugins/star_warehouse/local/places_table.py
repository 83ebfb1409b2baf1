"""Postcodes that no district was found for, as a table with ways out."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from star_warehouse.release import UnresolvedPostcode

# What each reason means to a person, and what that person can do.
_REASONS = {
    "not_stated": ("no postcode", "Ask the partner for extracts with the postcodes of these vendor records."),
    "withheld": ("payee withheld", "Nothing to do: who was paid is not known, so neither is where."),
    "not_a_postcode": (
        "no postcode by its form",
        "Have the partner correct the vendor record, and send the files anew.",
    ),
    "not_in_directory": (
        "in no directory",
        "Look for a slip of the pen; have the partner correct the vendor record, and send the files anew.",
    ),
    "no_district": (
        "placed nowhere",
        "The directory gives it no district: ask for the postcode of the trading address.",
    ),
}


def print_unresolved(rows: Sequence[UnresolvedPostcode], console: Console, top: int) -> None:
    """Print what was not located, in the order given, and for each reason the way out.

    Args:
        top: how many to show; the sums below the table are of all.
    """
    if not rows:
        console.print("Every line of the last release is located, or none was built yet.", highlight=False)
        return
    table = Table(title=f"Not located: {len(rows):,} postcodes", title_justify="left")
    for heading in ("£ influenceable", "£", "lines"):
        table.add_column(heading, justify="right")
    for heading in ("partner", "as written", "why", "payments", "vendor record with most £"):
        table.add_column(heading)
    for row in rows[:top]:
        table.add_row(
            f"{row.influenceable_gbp:,.0f}",
            f"{row.amount_gbp:,.0f}",
            f"{row.lines_count:,}",
            row.partner_code,
            "" if row.written_postcode is None else escape(repr(row.written_postcode)),
            _REASONS[row.unresolved_reason][0],
            f"{row.first_payment_date} – {row.last_payment_date}",
            escape(_vendor(row)),
        )
    console.print(table)
    for reason, (meaning, way_out) in _REASONS.items():
        of_reason = [row for row in rows if row.unresolved_reason == reason]
        if of_reason:
            influenceable = sum(row.influenceable_gbp for row in of_reason)
            amount = sum(row.amount_gbp for row in of_reason)
            console.print(
                f"{meaning}: £{amount:,.0f}, of it influenceable £{influenceable:,.0f}. {way_out}",
                soft_wrap=True,
                highlight=False,
                markup=False,
            )
    if len(rows) > top:
        console.print(
            f"The other {len(rows) - top:,}: --top {len(rows)}, or table warehouse.fct_unresolved_postcode.",
            soft_wrap=True,
            highlight=False,
            markup=False,
        )


def _vendor(row: UnresolvedPostcode) -> str:
    named = row.largest_supplier_name or "no name"
    number = f" (no. {row.largest_supplier_ref})" if row.largest_supplier_ref else ""
    others = f" and {row.vendor_records_count - 1:,} more" if row.vendor_records_count > 1 else ""
    return f"{named}{number}{others}"
