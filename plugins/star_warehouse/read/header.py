"""Find the header below whatever stands above it, by the names of its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from star_warehouse.read.records import ROWS_OF_HEAD, Head, Row, Rows
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Table

_HEADERS_TOLD = 40


@dataclass(frozen=True)
class Header:
    """Where the header is and what stands where.

    Attributes:
        row: the row it is.
        positions: for each column of the raw table that is there, the cell of a row that holds it.
        preamble_count: how many rows and unreadable lines stand above it.
    """

    row: Row
    positions: dict[str, int]
    preamble_count: int

    @property
    def width(self) -> int:
        """How many cells it has."""
        return len(self.row.cells)

    @property
    def names(self) -> tuple[str, ...]:
        """Its cells, without outer blanks."""
        return tuple(cell.strip() for cell in self.row.cells)

    @property
    def keys(self) -> dict[int, str]:
        """By cell, the names of the columns that are used, as headers are compared."""
        return {position: header_key(self.row.cells[position]) for position in self.positions.values()}

    def is_repeated_by(self, cells: Mapping[int, str | None]) -> bool:
        """Say whether a row, given by some of its cells, is the header once more."""
        return all(header_key(cells.get(position) or "") == key for position, key in self.keys.items())

    def name_of(self, column: str) -> str:
        """How the file calls a column."""
        return self.row.cells[self.positions[column]].strip() if column in self.positions else column


@dataclass(frozen=True)
class Misfit:
    """Why a table's header was not found.

    Attributes:
        refusal: what to tell.
        found_count: how many of the columns were found where most of them are.
    """

    refusal: Refusal
    found_count: int


def find_header(rows: Rows, table: Table, where: str) -> Header | Misfit:
    """Find the first row that holds a header of every column that must be there.

    Returns:
        the header; or, when no row is it (with the headers missing, and those found in the row that comes nearest) or
        a column has two headers, why not.
    """
    head = rows.head()
    needed = [column for column in table.columns if column not in table.may_be_absent]
    candidates: list[tuple[Row, dict[str, list[int]]]] = []
    for index, row in enumerate(head.rows):
        positions = _positions(row, table)
        candidates.append((row, positions))
        if all(positions[column] for column in needed):
            if twice := next((column for column, found in positions.items() if len(found) > 1), None):
                return Misfit(_two(row, twice, positions[twice], rows, where), len(needed))
            above = sum(line.line_number < row.line_number for line in head.unreadable)
            return Header(row, {column: found[0] for column, found in positions.items() if found}, index + above)
    return _missing(rows, head, table, needed, candidates, where)


def _two(row: Row, column: str, found: list[int], rows: Rows, where: str) -> Refusal:
    names = " and ".join(repr(row.cells[position]) for position in found)
    return Refusal(
        f"Two columns could be {column}: {names}.",
        where=f"{where}, {rows.row_word} {row.line_number}",
        way_out="Keep the right one of these headers in the source's declaration.",
    )


def _missing(
    rows: Rows,
    head: Head,
    table: Table,
    needed: list[str],
    candidates: list[tuple[Row, dict[str, list[int]]]],
    where: str,
) -> Misfit:
    filled = [(row, found) for row, found in candidates if not row.is_blank]
    if not filled and head.unreadable:
        first = head.unreadable[0]
        reason = Refusal(
            f"No line of the file's beginning reads; {rows.row_word} {first.line_number}: {first.reason}",
            where=where,
            way_out="Ask the sender for an extract with its quotes doubled inside quoted fields.",
        )
        return Misfit(reason, 0)
    if not filled:
        reason = Refusal(
            "The file is empty." if rows.sheet is None else "The sheet is empty.",
            where=where,
            way_out="Ask the sender for the whole extract.",
        )
        return Misfit(reason, 0)
    row, positions = max(filled, key=lambda candidate: sum(map(bool, candidate[1].values())))
    missing = [" or ".join(map(repr, table.columns[column])) for column in needed if not positions[column]]
    headers = [cell.strip() for cell in row.cells if cell.strip()]
    told = ", ".join(headers[:_HEADERS_TOLD]) + (", …" if len(headers) > _HEADERS_TOLD else "")
    reason = Refusal(
        f"{len(missing)} of {len(needed)} columns are missing: {', '.join(missing)}. The nearest to a header is "
        f"{rows.row_word} {row.line_number}: {told}.{_searched(rows, head)}",
        where=where,
        way_out="Ask the sender for the usual columns, or add the new header to the source's declaration.",
    )
    return Misfit(reason, len(needed) - len(missing))


def _searched(rows: Rows, head: Head) -> str:
    """A sentence about how far a header was looked for, where there may be more below."""
    return "" if len(head.rows) < ROWS_OF_HEAD else f" Only the first {ROWS_OF_HEAD} {rows.row_word}s were searched."


def _positions(row: Row, table: Table) -> dict[str, list[int]]:
    names = [header_key(cell) for cell in row.cells]
    keys = {column: {header_key(header) for header in headers} for column, headers in table.columns.items()}
    return {
        column: [position for position, name in enumerate(names) if name in wanted] for column, wanted in keys.items()
    }


def header_key(text: str) -> str:
    """Headers are the same when they differ in case and blanks only."""
    return " ".join(text.split()).casefold()
