"""XLSX: a sheet to rows of text that say exactly what the cells hold."""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree

import fastexcel
import polars as pl

from star_warehouse.load import made_ahead
from star_warehouse.read.archive import UNPACKING_ERRORS, ByteStream, check_unpacked_size, open_zip
from star_warehouse.read.records import LINE_NUMBER, ROWS_OF_HEAD, SUSPICIOUS, Head, Row, RowBatch
from star_warehouse.read.sheet_xml import ABOVE, Piece, Reach, SheetError, pieces
from star_warehouse.refusal import Refusal

_ROWS_AT_ONCE = 50_000
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}sheet"
_PROPERTIES = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}workbookPr"
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATIONS = "xl/_rels/workbook.xml.rels"
# Where the parts are that all sheets share: their texts, their styles, what the workbook has.
_SHARED = {"", "_rels", "xl", "xl/_rels"}
# They are read again with each piece of a sheet, so that one has so many times their size; but no more than this.
_TIMES_SHARED, _MOST_BYTES_FOR_SHARED = 2, 64 << 20
# What a damaged workbook raises: its packing, its XML, a part that its directory lacks, and the library.
_DAMAGES = (*UNPACKING_ERRORS, ElementTree.ParseError, KeyError, SheetError, fastexcel.FastExcelError)


@dataclass(frozen=True)
class Cells:
    """The cells of some rows of a sheet.

    Attributes:
        frame: their texts, null where a cell is empty; the columns are called by their numbers, A being 0.
        first_row: the number of the first row, from 1.
    """

    frame: pl.DataFrame
    first_row: int

    @property
    def first_column(self) -> int:
        """The number of the first column; 0 where there is none."""
        return int(self.frame.columns[0]) if self.frame.width else 0

    def text_of(self, row: int) -> str:
        """The text of a row."""
        return "\t".join(cell or "" for cell in self.frame.row(row - self.first_row)).rstrip("\t")


class SheetRows:
    """The rows of a sheet.

    Args:
        sheet: its name.
        cells: its cells, from row 1 on; at least the first sixty rows come together.

    Attributes:
        count: how many rows were there so far, the empty ones above the last included.
    """

    row_word = "row"

    def __init__(self, sheet: str, cells: Iterator[Cells]) -> None:
        self.sheet = sheet
        self.count = 0
        self._first = next(cells)
        self._others = cells

    def head(self) -> Head:
        """The first sixty rows."""
        rows = self._first.frame.head(ROWS_OF_HEAD).iter_rows()
        return Head([Row(number, [cell or "" for cell in cells]) for number, cells in enumerate(rows, 1)])

    def below(
        self, header: Row, positions: Sequence[int], nulls: Sequence[str], fewest_cells: int | None = None
    ) -> Iterator[RowBatch]:
        """All rows below the header; a sheet's have all as many cells."""
        names = {position: str(self._first.first_column + position) for position in positions}
        has_any = pl.any_horizontal(pl.all().str.contains(r"\S"))
        self.count = header.line_number
        for cells in chain([self._first], self._others):
            for begin in range(max(0, self.count + 1 - cells.first_row), cells.frame.height, _ROWS_AT_ONCE):
                part = cells.frame.slice(begin, _ROWS_AT_ONCE)
                is_filled = part.select(has_any.fill_null(False)).to_series()
                first_row = cells.first_row + begin
                empty_above = first_row - self.count - 1
                self.count = first_row + part.height - 1
                numbered = part.select(
                    pl.int_range(first_row, self.count + 1).alias(LINE_NUMBER),
                    *(
                        (pl.col(name) if name in part.columns else pl.lit(None, pl.String)).alias(str(position))
                        for position, name in names.items()
                    ),
                )
                yield RowBatch(
                    cells=numbered.filter(is_filled),
                    odd=[],
                    unreadable=[],
                    blank_count=empty_above + int((~is_filled).sum()),
                    text_of=cells.text_of,
                    may_hold=SUSPICIOUS,
                )


class Workbook:
    """An XLSX file.

    Args:
        path: the file.
        where: the file, for people.

    Raises:
        Refusal: it is no XLSX, or it is damaged.
    """

    def __init__(self, path: Path, where: str) -> None:
        self._where = where
        self._archive = open_zip(path, where, "an XLSX workbook")
        check_unpacked_size(self._archive, where)
        try:
            self._parts = self._find_parts()
        except _DAMAGES as error:
            raise self._damaged(error) from error

    @property
    def sheet_names(self) -> list[str]:
        """The sheets, in the workbook's order."""
        return [*self._parts]

    @property
    def counts_from_1904(self) -> bool:
        """Whether day 0 is 1 January 1904, as old Macintosh programs have it; date cells say their day all the same."""
        properties = ElementTree.fromstring(self._archive.read("xl/workbook.xml")).find(_PROPERTIES)
        return properties is not None and properties.get("date1904") in ("1", "true")

    def sheet(self, name: str) -> SheetRows:
        """Read a sheet, piece by piece; row numbers are those of the sheet.

        Raises:
            Refusal: also while its rows are taken: it is damaged, or its cells are too far apart.
        """
        return SheetRows(name, self._cells(name))

    def close(self) -> None:
        """Let go of the file."""
        self._archive.close()

    def _cells(self, name: str) -> Iterator[Cells]:
        last_row = 0
        try:
            with self._archive.open(self._parts[name]) as stream:
                books = self._books(name, stream)
                first, book = next(books)
                cells = _cells(first, _loaded(name, first, book))
                yield cells
                last_row = cells.frame.height
                # Each step in a thread of its own: one piece is cut while another is parsed.
                with (
                    made_ahead(books) as cut,
                    made_ahead((piece, _loaded(name, piece, book)) for piece, book in cut) as loaded,
                ):
                    for piece, sheet in loaded:
                        if piece.first_row <= last_row:
                            raise SheetError(f"row {piece.first_row} is below row {last_row}")
                        cells = _cells(piece, sheet)
                        yield cells
                        last_row = cells.first_row + cells.frame.height - 1
        except _DAMAGES as error:
            raise self._damaged(error) from error

    def _books(self, name: str, stream: ByteStream) -> Iterator[tuple[Piece, bytes]]:
        """The pieces of a sheet, each with a workbook that holds nothing else of any sheet."""
        for piece in pieces(stream, min(_TIMES_SHARED * len(self._without_sheets), _MOST_BYTES_FOR_SHARED)):
            # First, for the library would take in whatever the piece spans.
            if piece.reach.is_too_far:
                raise self._too_far_apart(name, piece.reach)
            packed = io.BytesIO(self._without_sheets)
            with zipfile.ZipFile(packed, "a") as book, book.open(self._parts[name], "w") as xml:
                xml.writelines(piece.xml)
            yield piece, packed.getvalue()

    @cached_property
    def _without_sheets(self) -> bytes:
        """The workbook with nothing in it but what its sheets share."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as book:
            for name in dict.fromkeys(self._archive.namelist()):
                if name.rpartition("/")[0] in _SHARED and name not in self._parts.values():
                    book.writestr(name, self._archive.read(name))
        return packed.getvalue()

    def _too_far_apart(self, name: str, seen: Reach) -> Refusal:
        return Refusal(
            f"The sheet's cells reach to column {seen.last_column} and to row {seen.last_row:,}, "
            "more than is taken into memory.",
            where=f"{self._where}, sheet {name}",
            way_out="Delete what stands far from the table, perhaps a single cell, and deliver the workbook again.",
        )

    def _find_parts(self) -> dict[str, str]:
        """Where in the archive each sheet is."""
        relations = ElementTree.fromstring(self._archive.read(_RELATIONS))
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        sheets = ElementTree.fromstring(self._archive.read("xl/workbook.xml")).iter(_SHEET)
        found = {str(sheet.get("name")): targets[sheet.get(_RELATION_ID)] for sheet in sheets}
        if not found:
            raise SheetError("it names no sheets")
        return {
            name: target.lstrip("/") if target.startswith("/") else f"xl/{target}" for name, target in found.items()
        }

    def _damaged(self, error: Exception) -> Refusal:
        return Refusal(
            f"The workbook cannot be read: {str(error).splitlines()[0]}.",
            where=self._where,
            way_out="Open it in a spreadsheet program, save it as XLSX and deliver it again.",
        )


def _loaded(name: str, piece: Piece, book: bytes) -> fastexcel.ExcelSheet:
    return fastexcel.read_excel(book).load_sheet(
        name, header_row=None, skip_rows=0 if piece.first_row == 1 else None, dtypes="string"
    )


def _cells(piece: Piece, sheet: fastexcel.ExcelSheet) -> Cells:
    frame = sheet.to_polars()
    first_column = sheet.available_columns()[0].absolute_index if frame.width else 0
    if piece.first_row > 1:
        if frame.row(0) != (ABOVE, *[None] * (frame.width - 1)):
            raise SheetError(f"a row above row {piece.first_row} is below it")
        frame = frame.slice(1)
    frame = frame.rename({column: str(number) for number, column in enumerate(frame.columns, first_column)})
    return Cells(_with_unvalued(frame, piece), piece.first_row)


def _with_unvalued(frame: pl.DataFrame, piece: Piece) -> pl.DataFrame:
    """Put words such as ``#REF!`` where the library left nothing, so that they are not taken for empty."""
    if not piece.unvalued:
        return frame
    words: dict[int, dict[int, str]] = defaultdict(dict)
    for row, column, word in piece.unvalued:
        words[column][row + 1 - piece.first_row] = word
    height = max(frame.height, *(max(column) + 1 for column in words.values()))
    numbers = sorted({*words, *map(int, frame.columns)})
    columns = (
        frame[str(number)] if str(number) in frame.columns else pl.Series([], dtype=pl.String)
        for number in range(numbers[0], numbers[-1] + 1)
    )
    return pl.DataFrame(
        column.extend_constant(None, height - len(column))
        .scatter([*words[number]], [*words[number].values()])
        .alias(str(number))
        for number, column in enumerate(columns, numbers[0])
    )
