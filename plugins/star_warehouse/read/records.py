"""What a file format hands over: rows of text with the places they come from, before anything is understood."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from star_warehouse.load import RejectedLine

LINE_NUMBER = "line_number"
# A header is looked for in so many rows.
ROWS_OF_HEAD = 60


@dataclass(frozen=True)
class Row:
    """One row, cell by cell.

    Attributes:
        line_number: where it begins: the line of the file, or the row of the sheet, from 1.
        cells: an empty cell is an empty text.
        line_count: how many lines of the file it takes up; more than one where a quoted field holds line ends.
    """

    line_number: int
    cells: list[str]
    line_count: int = 1

    @property
    def is_blank(self) -> bool:
        """Whether no cell holds anything."""
        return not any(cell and not cell.isspace() for cell in self.cells)


@dataclass(frozen=True)
class Head:
    """The first rows of a table.

    Attributes:
        rows: these rows.
        unreadable: the lines among them that are no row at all.
    """

    rows: list[Row]
    unreadable: list[RejectedLine] = field(default_factory=list)


@dataclass(frozen=True)
class RowBatch:
    """Some rows below the header.

    Attributes:
        cells: rows that have as many cells as the header: ``line_number``, and a column of texts, called by its
            number, for each position asked for; null or an empty text where the cell is empty.
        odd: rows that have another number of cells, or take up several lines.
        unreadable: lines that are no row at all.
        blank_count: rows without anything in them that are neither in ``cells`` nor in ``odd``.
        filled: where rows begin whose missing last cells were taken for blank; they are in ``cells`` or in ``odd``.
        text_of: gives the text of the row that begins at a line, as it stands in the file.
        may_hold: the signs among ``SUSPICIOUS`` that the batch may hold; of the others it is certain that it does not.
        cut_row: where the row among ``odd`` begins in which the file ends without a line end; None where it does not.
    """

    cells: pl.DataFrame
    odd: list[Row]
    unreadable: list[RejectedLine]
    blank_count: int
    text_of: Callable[[int], str]
    may_hold: frozenset[str]
    filled: list[int] = field(default_factory=list)
    cut_row: int | None = None


# A blank before or behind the text of a cell; one that is no space, for any of them; a NUL; the first sign of a
# spreadsheet's error values; the plus of a number like 1.23E+11.
OUTER_BLANK, OTHER_BLANK = " ", "\t"
SPOILING = frozenset({"\0", "#", "+"})
SUSPICIOUS = SPOILING | {OUTER_BLANK, OTHER_BLANK}


class Rows(Protocol):
    """The rows of one table of a file."""

    @property
    def sheet(self) -> str | None:
        """The sheet, or None for a CSV."""
        ...

    @property
    def row_word(self) -> str:
        """What people call a row of this file: line or row."""
        ...

    def head(self) -> Head:
        """The first rows, among which the header must be."""
        ...

    def below(
        self, header: Row, positions: Sequence[int], nulls: Sequence[str], fewest_cells: int | None = None
    ) -> Iterator[RowBatch]:
        """All rows below the header, once; of each the cells at these positions.

        A cell that is exactly one of the null texts is null, unless the batch may hold any of them with blanks around.
        Unless ``fewest_cells`` is None, a row of fewer cells than the header but at least so many has blank ones in
        place of the missing.
        """
        ...
