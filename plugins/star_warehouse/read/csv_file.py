"""CSV: text to rows with their line numbers; a quote that is never closed costs one line, not the rest of the file."""

from __future__ import annotations

import csv
import io
import re
from itertools import pairwise

from star_warehouse.load import RejectedLine
from star_warehouse.read.records import Records
from star_warehouse.refusal import Refusal

# Each stray quote makes us read on up to the csv module's field limit; a file full of them is not worth it.
_MOST_UNREADABLE = 5_000


def parse_csv(text: str, delimiter: str, where: str) -> Records:
    """Split a text into rows; quoted fields may hold newlines.

    Raises:
        Refusal: thousands of lines have quotes that do not pair.
    """
    lines = list(io.StringIO(text, newline=""))
    rows: list[list[str]] = []
    starts: list[int] = []
    unreadable: list[RejectedLine] = []
    start = 0
    while start < len(lines):
        start = _parse_on(lines, start, delimiter, rows, starts)
        if start < len(lines):
            unreadable.append(_unpaired(lines, start))
            start += 1
        if len(unreadable) > _MOST_UNREADABLE:
            raise Refusal(
                f"More than {_MOST_UNREADABLE:,} lines have quotes that do not pair (the first is line "
                f"{unreadable[0].line_number}).",
                where=where,
                way_out="Ask the sender for an extract with its quotes doubled inside quoted fields.",
            )
    # A row ends where the next one begins, be that a row or an unreadable line.
    begins = sorted([*starts, *(line.line_number - 1 for line in unreadable), len(lines)])
    ends = dict(pairwise(begins))

    def text_of(index: int) -> str:
        return "".join(lines[starts[index] : ends[starts[index]]]).rstrip("\r\n")

    return Records(rows, [start + 1 for start in starts], text_of, unreadable)


def _parse_on(lines: list[str], begin: int, delimiter: str, rows: list[list[str]], starts: list[int]) -> int:
    """Read rows from a line on; gives the line that does not read, or the number of lines at the end."""
    reader = csv.reader(map(lines.__getitem__, range(begin, len(lines))), delimiter=delimiter, strict=True)
    start = begin
    try:
        for row in reader:
            end = begin + reader.line_num
            if end - start > 1 and _swallows_lines(row, delimiter):
                return start
            rows.append(row)
            starts.append(start)
            start = end
    except csv.Error:
        return start
    return len(lines)


def _swallows_lines(row: list[str], delimiter: str) -> bool:
    """Say whether a quoted field seems to hold whole other rows, from one stray quote to the next."""
    others = len(row) - 1
    return others > 1 and any(
        line.count(delimiter) >= others for field in row for line in re.split("[\r\n]", field)[1:]
    )


def _unpaired(lines: list[str], start: int) -> RejectedLine:
    return RejectedLine(
        line_number=start + 1,
        column=None,
        code="unpaired_quotes",
        reason="A quote is not closed, or stands inside a quoted field.",
        text=lines[start].rstrip("\r\n"),
    )
