"""XLSX: a sheet to rows of text that say exactly what the cells hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree

import fastexcel
import polars as pl

from star_warehouse.read.archive import UNPACKING_ERRORS, check_unpacked_size, open_zip
from star_warehouse.read.records import LINE_NUMBER, SUSPICIOUS, Head, Row, RowBatch
from star_warehouse.read.sheet_xml import Reach, reach, unvalued_cells
from star_warehouse.refusal import Refusal

_ROWS_OF_HEAD = 60
_ROWS_AT_ONCE = 50_000
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}sheet"
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_SHEETS = "xl/worksheets/"
_BYTES_AT_ONCE = 1 << 20
# What a damaged workbook raises: its packing, its XML, a part that its directory lacks, and the library.
_DAMAGES = (*UNPACKING_ERRORS, ElementTree.ParseError, KeyError, fastexcel.FastExcelError)


class SheetRows:
    """The rows of a sheet.

    Args:
        sheet: its name.
        frame: its cells as texts, null where a cell is empty; the first row is row 1.
    """

    row_word = "row"

    def __init__(self, sheet: str, frame: pl.DataFrame) -> None:
        self.sheet = sheet
        self._frame = frame.rename({name: str(position) for position, name in enumerate(frame.columns)})

    @property
    def count(self) -> int:
        """How many rows there are, the empty ones above the last included."""
        return self._frame.height

    def head(self) -> Head:
        """The first sixty rows."""
        rows = self._frame.head(_ROWS_OF_HEAD).iter_rows()
        return Head([Row(number, [cell or "" for cell in cells]) for number, cells in enumerate(rows, 1)])

    def below(self, header: Row, positions: Sequence[int], nulls: Sequence[str]) -> Iterator[RowBatch]:
        """All rows below the header."""
        wanted = [str(position) for position in positions]
        has_any = pl.any_horizontal(pl.all().str.contains(r"\S"))
        for begin in range(header.line_number, self._frame.height, _ROWS_AT_ONCE):
            part = self._frame.slice(begin, _ROWS_AT_ONCE)
            is_filled = part.select(has_any.fill_null(False)).to_series()
            numbered = part.select(pl.int_range(begin + 1, begin + 1 + part.height).alias(LINE_NUMBER), *wanted)
            yield RowBatch(
                cells=numbered.filter(is_filled),
                odd=[],
                unreadable=[],
                blank_count=int((~is_filled).sum()),
                text_of=self._text_of,
                may_hold=SUSPICIOUS,
            )

    def _text_of(self, line_number: int) -> str:
        return "\t".join(cell or "" for cell in self._frame.row(line_number - 1)).rstrip("\t")


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
            self._check_parts()
            self._reader = fastexcel.read_excel(path)
        except _DAMAGES as error:
            raise self._damaged(error) from error

    @property
    def sheet_names(self) -> list[str]:
        """The sheets, in the workbook's order."""
        return list(self._reader.sheet_names)

    def sheet(self, name: str) -> SheetRows:
        """Read a sheet; row numbers are those of the sheet.

        Raises:
            Refusal: it is damaged, or its cells are too far apart.
        """
        try:
            # First, for the library would take in whatever the sheet unpacks to.
            with self._archive.open(self._parts[name]) as stream:
                seen = reach(stream)
            if seen.is_too_far:
                raise self._too_far_apart(name, seen)
            with ThreadPoolExecutor(1) as beside:
                unvalued = beside.submit(self._unvalued, name)
                sheet = self._reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
                frame = sheet.to_polars()
                first_column = sheet.available_columns()[0].absolute_index if frame.width else 0
                return SheetRows(name, _with_unvalued(frame, first_column, unvalued.result()))
        except _DAMAGES as error:
            raise self._damaged(error) from error

    def close(self) -> None:
        """Let go of the file."""
        self._archive.close()

    def _unvalued(self, name: str) -> list[tuple[int, int, str]]:
        with self._archive.open(self._parts[name]) as stream:
            return unvalued_cells(stream)

    def _check_parts(self) -> None:
        """Unpack all but the sheets once, to see that nothing holds more than its directory says."""
        for member in self._archive.infolist():
            if not member.filename.startswith(_SHEETS):
                with self._archive.open(member) as stream:
                    while stream.read(_BYTES_AT_ONCE):
                        pass

    def _too_far_apart(self, name: str, seen: Reach) -> Refusal:
        return Refusal(
            f"The sheet's cells reach to column {seen.last_column} and to row {seen.last_row:,}, "
            "more than is taken into memory.",
            where=f"{self._where}, sheet {name}",
            way_out="Delete what stands far from the table, perhaps a single cell, and deliver the workbook again.",
        )

    @cached_property
    def _parts(self) -> dict[str, str]:
        """Where in the archive each sheet is."""
        relations = ElementTree.fromstring(self._archive.read(_RELATIONS))
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        sheets = ElementTree.fromstring(self._archive.read("xl/workbook.xml")).iter(_SHEET)
        found = {str(sheet.get("name")): targets[sheet.get(_RELATION_ID)] for sheet in sheets}
        return {
            name: target.lstrip("/") if target.startswith("/") else f"xl/{target}" for name, target in found.items()
        }

    def _damaged(self, error: Exception) -> Refusal:
        return Refusal(
            f"The workbook cannot be read: {str(error).splitlines()[0]}.",
            where=self._where,
            way_out="Open it in a spreadsheet program, save it as XLSX and deliver it again.",
        )


def _with_unvalued(frame: pl.DataFrame, first_column: int, unvalued: list[tuple[int, int, str]]) -> pl.DataFrame:
    """Put words such as ``#REF!`` where the reader left nothing, so that they are not taken for empty."""
    words: dict[int, dict[int, str]] = defaultdict(dict)
    for row, column, word in unvalued:
        if row < frame.height and 0 <= column - first_column < frame.width:
            words[column - first_column][row] = word
    return frame.with_columns(
        frame.to_series(position).scatter([*values], [*values.values()]) for position, values in words.items()
    )
