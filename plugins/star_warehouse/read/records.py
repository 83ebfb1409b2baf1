"""What a file format hands over: rows of text with the places they come from, before anything is understood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from star_warehouse.load import RejectedLine


@dataclass(frozen=True)
class Records:
    """The rows of one table of a file.

    Attributes:
        rows: the cells of each row; an empty cell is an empty text.
        line_numbers: where each row begins: the line of the file, or the row of the sheet, from 1.
        text_of: gives the text of the row of that index, as it stands in the file.
        unreadable: lines that are no row at all.
        sheet: the sheet, or None.
    """

    rows: list[list[str]]
    line_numbers: list[int]
    text_of: Callable[[int], str]
    unreadable: list[RejectedLine] = field(default_factory=list)
    sheet: str | None = None

    @property
    def row_word(self) -> str:
        """What people call a row of this file."""
        return "line" if self.sheet is None else "row"
