"""Percentages of a workbook: 60, or 0.6 in a cell that shows it as 60 %."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from star_warehouse.read.header import Header
from star_warehouse.refusal import Refusal


class Percentages:
    """Tells percentages from the fractions that cells formatted as percentages hold: 0.6 is shown as 60 %.

    Args:
        header: of the table, which names its columns.
        where: the table, for people.
    """

    def __init__(self, header: Header, where: str) -> None:
        self._header = header
        self._where = where
        self._most: dict[str, Decimal] = {}

    def look_at(self, column: str, values: pl.Series) -> None:
        """Note the highest value of a column."""
        highest = values.max()
        if isinstance(highest, Decimal):
            self._most[column] = max(highest, self._most.get(column, highest))

    def check(self) -> None:
        """See that no column holds fractions.

        Raises:
            Refusal: no value of a column that has any is greater than 1.
        """
        for column, most in self._most.items():
            if 0 < most <= 1:
                raise Refusal(
                    f"No value of {self._header.name_of(column)} is greater than 1, as if 1 stood for 100 %.",
                    where=self._where,
                    way_out="Ask the sender for percentages as numbers (60 for 60 %), not as cells formatted so.",
                )
