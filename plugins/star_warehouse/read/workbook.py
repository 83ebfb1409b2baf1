"""XLSX: a sheet to rows of text that say exactly what the cells hold."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

import fastexcel
import polars as pl

from star_warehouse.read.archive import open_zip
from star_warehouse.read.records import Records
from star_warehouse.refusal import Refusal

_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}sheet"
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATIONS = "xl/_rels/workbook.xml.rels"


class Workbook:
    """An XLSX file.

    Args:
        data: its bytes.
        where: the file, for people.

    Raises:
        Refusal: it is no XLSX, or it is damaged.
    """

    def __init__(self, data: bytes, where: str) -> None:
        self._where = where
        self._archive = open_zip(data, where, "an XLSX workbook")
        try:
            self._reader = fastexcel.read_excel(data)
        except fastexcel.FastExcelError as error:
            raise self._damaged(error) from error

    def sheet(self, name: str) -> Records:
        """Read a sheet; row numbers are those of the sheet.

        Raises:
            Refusal: there is no such sheet, or it is damaged.
        """
        if name not in self._reader.sheet_names:
            raise Refusal(
                f"There is no sheet {name!r}; the workbook has {', '.join(map(repr, self._reader.sheet_names))}.",
                where=self._where,
                way_out="Ask the sender for the usual workbook, or correct 'sheet' in the source's declaration.",
            )
        try:
            frame, first_column = self._cells(name)
            rows = [list(row) for row in frame.iter_rows()]
            self._put_errors(name, rows, first_column)
        except (fastexcel.FastExcelError, zipfile.BadZipFile, KeyError, ElementTree.ParseError) as error:
            raise self._damaged(error) from error
        return Records(
            rows, list(range(1, len(rows) + 1)), text_of=lambda index: "\t".join(rows[index]).rstrip("\t"), sheet=name
        )

    def _cells(self, name: str) -> tuple[pl.DataFrame, int]:
        text_sheet = self._reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        texts = text_sheet.to_polars()
        numbers = self._reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="float").to_polars()
        if not texts.width:
            return pl.DataFrame(), 0
        exact = [_exact_text(texts[column], numbers[column]) for column in texts.columns]
        return pl.DataFrame(exact).fill_null(""), text_sheet.available_columns()[0].absolute_index

    def _put_errors(self, name: str, rows: list[list[str]], first_column: int) -> None:
        """Put error values such as ``#REF!`` where the reader left nothing, so that they are not taken for empty."""
        for row, column, value in _error_cells(self._archive.read(self._part(name))):
            if row < len(rows) and 0 <= column - first_column < len(rows[row]):
                rows[row][column - first_column] = value

    def _part(self, name: str) -> str:
        relations = ElementTree.fromstring(self._archive.read(_RELATIONS))
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        for sheet in ElementTree.fromstring(self._archive.read("xl/workbook.xml")).iter(_SHEET):
            if sheet.get("name") == name:
                target = targets[sheet.get(_RELATION_ID)]
                return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        raise KeyError(name)

    def _damaged(self, error: Exception) -> Refusal:
        return Refusal(
            f"The workbook cannot be read: {str(error).splitlines()[0]}.",
            where=self._where,
            way_out="Open it in a spreadsheet program, save it as XLSX and deliver it again.",
        )


def _exact_text(texts: pl.Series, numbers: pl.Series) -> pl.Series:
    """The text of each cell; of a number its shortest exact form.

    The reader makes numbers of texts too (7 of ``007``), and of numbers texts rounded to nine decimals. So a text is
    exchanged for its number only where it is that rounding, and only the number knows what was rounded off.
    """
    differs = (numbers != numbers.floor()) & (numbers.cast(pl.String) != texts)
    rounded = differs.fill_null(False).arg_true()
    exact = {
        index: str(number)
        for index, number, text in zip(rounded, numbers.gather(rounded), texts.gather(rounded), strict=True)
        if f"{number:.9f}".rstrip("0").rstrip(".") == text
    }
    return texts.scatter([*exact], [*exact.values()]) if exact else texts


def _error_cells(xml: bytes) -> Iterator[tuple[int, int, str]]:
    """Row and column (from 0) and value of every cell that holds an error."""
    for cell in re.finditer(rb'<c\b([^>]*\bt="e"[^>]*)>(.*?)</c>', xml, re.DOTALL):
        place = re.search(rb'\br="([A-Z]+)(\d+)"', cell[1])
        value = re.search(rb"<v>([^<]*)</v>", cell[2])
        if place and value:
            yield int(place[2]) - 1, _column_index(place[1].decode()), value[1].decode()


def _column_index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
