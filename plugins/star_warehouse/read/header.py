"""Find the header below whatever stands above it, by the names of its columns."""

from __future__ import annotations

from dataclasses import dataclass

from star_warehouse.read.records import Records
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Table

_ROWS_SEARCHED = 60
_HEADERS_TOLD = 40


@dataclass(frozen=True)
class Header:
    """Where the header is and what stands where.

    Attributes:
        index: which of the rows it is.
        cells: its cells as they are written.
        positions: for each column of the raw table that is there, the cell of a row that holds it.
    """

    index: int
    cells: list[str]
    positions: dict[str, int]

    def is_repeated_by(self, row: list[str]) -> bool:
        """Say whether a row is the header once more."""
        return row[0] == self.cells[0] and row == self.cells

    def name_of(self, column: str) -> str:
        """How the file calls a column."""
        return self.cells[self.positions[column]].strip() if column in self.positions else column


def find_header(records: Records, table: Table, where: str) -> Header:
    """Find the first row that holds a header of every column that must be there.

    Raises:
        Refusal: no row does (with the headers missing, and those found in the row that comes nearest), or a column
            has two headers.
    """
    candidates = [(index, _positions(row, table)) for index, row in enumerate(records.rows[:_ROWS_SEARCHED])]
    needed = [column for column in table.columns if column not in table.may_be_absent]
    for index, positions in candidates:
        if all(positions[column] for column in needed):
            cells = records.rows[index]
            for column, found in positions.items():
                if len(found) > 1:
                    names = " and ".join(repr(cells[position]) for position in found)
                    raise Refusal(
                        f"Two columns could be {column}: {names}.",
                        where=f"{where}, {records.row_word} {records.line_numbers[index]}",
                        way_out="Keep the right one of these headers in the source's declaration.",
                    )
            return Header(index, cells, {column: found[0] for column, found in positions.items() if found})
    raise _missing(records, table, needed, candidates, where)


def _missing(
    records: Records,
    table: Table,
    needed: list[str],
    candidates: list[tuple[int, dict[str, list[int]]]],
    where: str,
) -> Refusal:
    filled = [(index, found) for index, found in candidates if any(cell.strip() for cell in records.rows[index])]
    if not filled:
        return Refusal(
            "The file is empty." if records.sheet is None else "The sheet is empty.",
            where=where,
            way_out="Ask the sender for the whole extract.",
        )
    index, positions = max(filled, key=lambda candidate: sum(map(bool, candidate[1].values())))
    missing = [" or ".join(map(repr, table.columns[column])) for column in needed if not positions[column]]
    headers = [cell.strip() for cell in records.rows[index] if cell.strip()]
    told = ", ".join(headers[:_HEADERS_TOLD]) + (", …" if len(headers) > _HEADERS_TOLD else "")
    return Refusal(
        f"{len(missing)} of {len(needed)} columns are missing: {', '.join(missing)}. The nearest to a header is "
        f"{records.row_word} {records.line_numbers[index]}: {told}.",
        where=where,
        way_out="Ask the sender for the usual columns, or add the new header to the source's declaration.",
    )


def _positions(row: list[str], table: Table) -> dict[str, list[int]]:
    names = [_key(cell) for cell in row]
    return {
        column: [position for position, name in enumerate(names) if name in {_key(header) for header in headers}]
        for column, headers in table.columns.items()
    }


def _key(text: str) -> str:
    """Headers are the same when they differ in case and blanks only."""
    return " ".join(text.split()).casefold()
