"""What reading a delivery hands over to be loaded: chunk by chunk, and at the end the account of all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

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
class TableChunk:
    """Some lines of one table of a delivery; no line is in two chunks.

    Attributes:
        entity: the raw table they belong to.
        sheet: the sheet they stand on, or None.
        frame: the lines that read: ``line_number`` and the entity's columns that the source declares, typed.
        rejected: the lines that did not.
    """

    entity: str
    sheet: str | None
    frame: pl.DataFrame
    rejected: list[RejectedLine]


@dataclass
class Rejections:
    """How many lines were rejected for which reason, and the first of each.

    Attributes:
        counts: lines by reason code.
        firsts: by reason code, the sheet (or None) and the line that came first.
    """

    counts: Counter[str] = field(default_factory=Counter)
    firsts: dict[str, tuple[str | None, RejectedLine]] = field(default_factory=dict)

    def add(self, sheet: str | None, lines: Sequence[RejectedLine]) -> None:
        """Count lines of a sheet."""
        for line in lines:
            self.counts[line.code] += 1
            self.firsts.setdefault(line.code, (sheet, line))


@dataclass(frozen=True)
class DeliverySummary:
    """The account of a delivery's lines.

    Attributes:
        lines_loaded: the lines that read.
        rejections: the lines that did not.
        skipped: how many lines are no data, by reason: preamble, header, repeated_header, totals, blank.
        control_totals: what the file's totals rows say, in pounds, by amount column.
        layout_name: which of the source's layouts it has.
        headers: the headers found, as they are written, so that a change of layout shows in the ledger.
        encoding: how the text was encoded; None for a workbook, or while nothing of the text has told it yet.
        amount_loaded_gbp: the pounds of the lines that read (net where there is a net amount, else gross); None for a
            delivery without payments.
        amount_rejected_gbp: the pounds of the rejected lines whose amounts read; None likewise.
        is_whole: whether all lines were read; otherwise the counts are those of the lines read so far.
        filled_count: the lines loaded or rejected that ended before the header did and whose missing cells were read as
            blank.
        unpriced_count: the rejected lines whose pounds nobody knows; in no amount.
    """

    lines_loaded: int
    rejections: Rejections
    skipped: Counter[str]
    control_totals: dict[str, Decimal]
    layout_name: str
    headers: str
    encoding: str | None
    amount_loaded_gbp: Decimal | None
    amount_rejected_gbp: Decimal | None
    unpriced_count: int
    is_whole: bool
    filled_count: int

    @property
    def lines_rejected(self) -> int:
        """The lines that did not read."""
        return self.rejections.counts.total()

    @property
    def lines_in(self) -> int:
        """All lines of the file, preamble and header included; a quoted newline begins none."""
        return self.lines_loaded + self.lines_rejected + self.skipped.total()

    @property
    def amount_in_gbp(self) -> Decimal | None:
        """The pounds of all lines whose amounts read; None for a delivery without payments."""
        if self.amount_loaded_gbp is None or self.amount_rejected_gbp is None:
            return None
        return self.amount_loaded_gbp + self.amount_rejected_gbp


class DeliveryContent(Protocol):
    """A delivery while it is read."""

    def chunks(self) -> Iterator[TableChunk]:
        """Its lines, from the first to the last; a refusal of the whole may come at any of them."""
        ...

    def summary(self) -> DeliverySummary:
        """The account of the lines read so far: of all, once the last chunk was taken."""
        ...
