"""What reading a delivery hands over to be loaded."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

import polars as pl


@dataclass(frozen=True)
class RejectedLine:
    """One line that could not be read.

    Attributes:
        line_number: where it begins, counted in the file's own lines (of an XLSX, the sheet's rows), from 1.
        column: the column that did not read, or None when it is the line as a whole.
        code: the reason in one word, to count by.
        reason: the reason in a sentence.
        text: the line as it stands in the file.
    """

    line_number: int
    column: str | None
    code: str
    reason: str
    text: str


@dataclass(frozen=True)
class TableLines:
    """The lines of one table of a delivery.

    Attributes:
        entity: the raw table they belong to.
        sheet: the sheet they stand on, or None.
        frame: the lines that read: ``line_number`` and the entity's columns that the source declares, typed.
        rejected: the lines that did not.
        skipped: how many lines are no data, by reason: preamble, header, repeated_header, totals, blank.
        control_totals: what the file's totals row says, by amount column.
        headers: the headers found, as they are written.
    """

    entity: str
    sheet: str | None
    frame: pl.DataFrame
    rejected: list[RejectedLine]
    skipped: Counter[str]
    control_totals: dict[str, Decimal] = field(default_factory=dict)
    headers: tuple[str, ...] = ()

    @property
    def lines_in(self) -> int:
        """All lines of the table in the file, preamble and header included; a quoted newline begins none."""
        return self.frame.height + len(self.rejected) + self.skipped.total()


@dataclass(frozen=True)
class DeliveryLines:
    """The lines of one delivery.

    Attributes:
        tables: its tables, in the order of the declaration.
        encoding: how the text was encoded, or None for a workbook.
    """

    tables: list[TableLines]
    encoding: str | None

    @property
    def lines_in(self) -> int:
        """All lines of all tables."""
        return sum(table.lines_in for table in self.tables)

    @property
    def lines_loaded(self) -> int:
        """The lines that read."""
        return sum(table.frame.height for table in self.tables)

    @property
    def lines_rejected(self) -> int:
        """The lines that did not."""
        return sum(len(table.rejected) for table in self.tables)

    @property
    def skipped(self) -> Counter[str]:
        """How many lines are no data, by reason."""
        return sum((table.skipped for table in self.tables), Counter[str]())

    @property
    def layout(self) -> str:
        """The headers found, so that a change of layout shows in the ledger."""
        return "\n".join(
            (f"[{table.sheet}] " if table.sheet else "") + " | ".join(table.headers) for table in self.tables
        )
