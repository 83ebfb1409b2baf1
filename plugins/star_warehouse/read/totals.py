"""The totals row: what the file says that its lines add up to."""

from __future__ import annotations

import re
from decimal import Decimal

import polars as pl

from star_warehouse.read.header import Header
from star_warehouse.read.records import Row, Rows
from star_warehouse.read.values import amounts
from star_warehouse.refusal import Refusal
from star_warehouse.sources import TotalsRow

_PENNY = Decimal("0.01")
# As many digits as raw keeps of pounds, and whatever noise behind the point.
_NOISY = r"-?(?:[0-9]{1,16}(?:\.[0-9]*)?|\.[0-9]+)"


class Totals:
    """Adds up the amounts of a table, and holds its totals row against them.

    The lines that are rejected count too, as far as their amounts read.

    Args:
        declared: how the totals row is recognised.
        rows: the table.
        header: its header.
        where: the table, for people.
    """

    def __init__(self, declared: TotalsRow, rows: Rows, header: Header, where: str) -> None:
        self._declared = declared
        self._row_word = rows.row_word
        self._header = header
        self._where = where
        self._label = declared.label.casefold()
        self._subtotals = {label.casefold() for label in declared.subtotals}
        self._found: list[Row] = []
        self._sums = dict.fromkeys(declared.adds_up, Decimal(0))
        self._without = dict.fromkeys(declared.adds_up, 0)

    @property
    def position(self) -> int | None:
        """Which cell of a row may hold the label; None when the column is absent."""
        return self._header.positions.get(self._declared.column)

    def is_label(self, cells: pl.Expr) -> pl.Expr:
        """Which of some cells hold the label."""
        return cells.str.strip_chars().str.to_lowercase().is_in([self._label, *self._subtotals])

    def takes(self, row: Row) -> str | None:
        """Take a row when it is one of totals: ``totals`` or ``subtotals``, as skipped lines are counted; else None."""
        if self.position is None or len(row.cells) <= self.position:
            return None
        label = row.cells[self.position].strip().casefold()
        if label == self._label:
            self._found.append(row)
            return "totals"
        return "subtotals" if label in self._subtotals else None

    def add(self, values: pl.DataFrame, rejected_count: int) -> None:
        """Add typed lines, and count those that were rejected as a whole."""
        for column in self._sums:
            self._sums[column] += add_up(values[column])
            self._without[column] += values[column].null_count() + rejected_count

    def check(self) -> dict[str, Decimal]:
        """Hold the totals row against the lines, all of which were added.

        Returns:
            what the totals row says, in pounds, by amount column.

        Raises:
            Refusal: there is no totals row or more than one, or it differs from the lines by a penny or more.
        """
        if len(self._found) != 1:
            places = ", ".join(str(row.line_number) for row in self._found)
            raise Refusal(
                f"There are {len(self._found)} totals rows ({self._row_word}s {places})."
                if self._found
                else f"The totals row ({self._declared.label!r}) is missing; the file may have been cut off.",
                where=self._where,
                way_out="Ask the sender for the whole extract, with one totals row at its end.",
            )
        row = self._found[0]
        place = f"{self._where}, {self._row_word} {row.line_number}"
        stated = {column: _stated(row, self._header, column, place) for column in self._sums}
        for column, total in stated.items():
            found = self._sums[column]
            if found != total:
                raise Refusal(
                    f"The totals row says £{total:,.2f} for {self._header.name_of(column)}, but the lines add up to "
                    f"£{found:,.2f} (difference £{total - found:,.2f}; lines without a readable amount: "
                    f"{self._without[column]}).",
                    where=place,
                    way_out="Ask the sender for an extract whose lines and total agree.",
                )
        return stated


def add_up(amounts_gbp: pl.Series) -> Decimal:
    """The exact sum of pounds, 0 of none."""
    return Decimal(amounts_gbp.cast(pl.Decimal(38, 2)).sum() or 0)


def _stated(row: Row, header: Header, column: str, place: str) -> Decimal:
    position = header.positions[column]
    text = row.cells[position].strip() if position < len(row.cells) else ""
    value = amounts(pl.Series([text], dtype=pl.String))["value"].item()
    if value is None and re.fullmatch(_NOISY, text):
        # A spreadsheet's sum carries the noise of binary fractions in its last digits.
        value = Decimal(text).quantize(_PENNY)
    if value is None:
        raise Refusal(
            f"The totals row says {text!r} for {header.name_of(column)}, which is no amount.",
            where=place,
            way_out="Ask the sender for an extract with a total.",
        )
    return Decimal(value)
