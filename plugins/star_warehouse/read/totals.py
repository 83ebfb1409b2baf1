"""The totals row: what the file says that its lines add up to."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from star_warehouse.load import RejectedLine
from star_warehouse.read.header import Header
from star_warehouse.read.records import Records
from star_warehouse.read.values import amounts
from star_warehouse.refusal import Refusal
from star_warehouse.sources import TotalsRow

_PENNY = Decimal("0.01")


def check_totals(
    declared: TotalsRow,
    records: Records,
    header: Header,
    totals_rows: list[int],
    values: pl.DataFrame,
    rejected: list[RejectedLine],
    where: str,
) -> dict[str, Decimal]:
    """Hold the totals row against the lines, those included that are rejected but whose amount reads.

    Returns:
        what the totals row says, in pounds, by amount column.

    Raises:
        Refusal: there is no totals row or more than one, or it differs from the lines by a penny or more.
    """
    if len(totals_rows) != 1:
        places = ", ".join(str(records.line_numbers[index]) for index in totals_rows)
        raise Refusal(
            f"There are {len(totals_rows)} totals rows ({records.row_word}s {places})."
            if totals_rows
            else f"The totals row ({declared.label!r}) is missing; the file may have been cut off.",
            where=where,
            way_out="Ask the sender for the whole extract, with one totals row at its end.",
        )
    index = totals_rows[0]
    place = f"{where}, {records.row_word} {records.line_numbers[index]}"
    stated = {column: _stated(records.rows[index], header, column, place) for column in declared.adds_up}
    for column, total in stated.items():
        found = _sum(values, column)
        if found != total:
            without = values[column].null_count() + len(rejected)
            raise Refusal(
                f"The totals row says £{total:,.2f} for {header.name_of(column)}, but the lines add up to "
                f"£{found:,.2f} (difference £{total - found:,.2f}; lines without a readable amount: {without}).",
                where=place,
                way_out="Ask the sender for an extract whose lines and total agree.",
            )
    return stated


def _stated(row: list[str], header: Header, column: str, place: str) -> Decimal:
    position = header.positions[column]
    text = row[position].strip() if position < len(row) else ""
    value = amounts(pl.Series([text], dtype=pl.String))["value"].item()
    if value is None and text.replace(".", "", 1).lstrip("-").isdecimal():
        # A spreadsheet's sum carries the noise of binary fractions in its last digits.
        value = Decimal(text).quantize(_PENNY)
    if value is None:
        raise Refusal(
            f"The totals row says {text!r} for {header.name_of(column)}, which is no amount.",
            where=place,
            way_out="Ask the sender for an extract with a total.",
        )
    return Decimal(value)


def _sum(values: pl.DataFrame, column: str) -> Decimal:
    total = values.select(pl.col(column).cast(pl.Decimal(38, 2)).sum()).item()
    return Decimal(total or 0)
